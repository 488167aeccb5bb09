import { expect, test } from "vitest";
import { tinyChatModel } from "../../test/tiny-chat-model.ts";
import { loadCheckpoint } from "../formats/checkpoint.ts";
import { previewPrompts } from "./preview-prompts.ts";

test("shows the prompt that sampling would encode, token by token", async () => {
  const folder = await tinyChatModel(undefined, { maxPositions: 300 });
  const { tokenizer } = await loadCheckpoint(folder);
  const preview = await previewPrompts({ model: folder, task: "arithmetic", problems: 2 });
  expect(preview).toMatchObject({ template: "chat", task: "arithmetic" });
  expect(preview.prompts).toHaveLength(2);
  for (const { text, tokens, room } of preview.prompts) {
    expect(tokens.map(({ id }) => id)).toEqual(tokenizer.encode(text));
    expect(tokens.map(({ piece }) => piece).join("")).toBe(text);
    expect(
      tokens
        .filter(({ special }) => special)
        .map(({ piece }) => piece)
        .slice(0, 2),
    ).toEqual(["<|im_start|>", "<|im_end|>"]);
    expect(room).toBe(300 - tokens.length);
  }
});

test("a prompt that is too long is shown too", async () => {
  const { prompts } = await previewPrompts({
    model: await tinyChatModel(undefined, { maxPositions: 20 }),
    task: "arithmetic",
    template: "r1-zero",
  });
  expect(prompts[0]!.room).toBe(20 - prompts[0]!.tokens.length);
  expect(prompts[0]!.room).toBeLessThan(0);
});
