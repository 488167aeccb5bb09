import { expect, test } from "vitest";
import { TokenizerError } from "../../src/errors.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { shippedBase, shippedModel } from "../../src/formats/shipped-model.ts";
import { compactPrompt } from "../../src/prompts/index.ts";
import { SPLITS } from "../../src/records/problem.ts";
import { findTask } from "../../src/tasks/index.ts";

async function readsAll(base: string, name: string): Promise<void> {
  const { tokenizer } = await loadCheckpoint(base);
  for (const problem of SPLITS.flatMap((split) => findTask(name).problems(split))) {
    const prompt = compactPrompt(problem);
    expect(tokenizer.decode(tokenizer.encode(prompt))).toBe(prompt);
  }
}

test.each(["countdown", "countdown-bilingual", "repair"])("%s begins at a base that has its words", async (task) => {
  await readsAll(shippedBase(task), task);
});

test("the usual base hasn't those of repair", async () => {
  expect(shippedBase()).toBe(shippedModel("countdown-base"));
  await expect(readsAll(shippedBase(), "repair")).rejects.toThrow(TokenizerError);
});
