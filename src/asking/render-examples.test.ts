import { expect, test } from "vitest";
import { ALWAYS_THINKING, tinyChatModel } from "../../test/tiny-chat-model.ts";
import { loadCheckpoint } from "../formats/checkpoint.ts";
import { beginWith } from "../tokenizer/begin-token.ts";
import { loadTokenizer } from "../tokenizer/tokenizer.ts";
import type { SourceExample } from "../data/training-example.ts";
import { renderExamples, type RenderedExamples } from "./render-examples.ts";

async function learnt(
  sources: readonly SourceExample[],
  { choice = "", config, begin }: { readonly choice?: string; readonly config?: object; readonly begin?: string } = {},
): Promise<RenderedExamples> {
  const model = await loadCheckpoint(await tinyChatModel(config));
  const { json, config: said, tokenToId } = model.tokenizer;
  const tokenizer =
    begin === undefined
      ? model.tokenizer
      : loadTokenizer({ ...json, post_processor: beginWith(begin, tokenToId(begin)!) }, said);
  return renderExamples(sources, { ...model, tokenizer }, { template: choice }, "rows");
}

const asked = (content: string, completion: string): SourceExample => ({
  prompt: [{ role: "user", content }],
  completion,
});

test("turns are written by the model's chat template, up to where the assistant's begins", async () => {
  const { examples, note } = await learnt([
    asked(" 2+2? ", "4"),
    {
      prompt: [
        { role: "system", content: "S" },
        { role: "user", content: "a" },
        { role: "assistant", content: "b" },
        { role: "user", content: "c" },
      ],
      completion: "d",
      problemId: "p",
    },
  ]);
  expect(examples.map(({ prompt }) => prompt)).toEqual([
    "<|im_start|>system\nYou are of help.<|im_end|>\n<|im_start|>user\n 2+2? <|im_end|>\n<|im_start|>assistant\n",
    "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n",
  ]);
  expect(examples.map(({ completion, problemId }) => [completion, problemId])).toEqual([
    ["4", undefined],
    ["d", "p"],
  ]);
  expect(note).toBe(
    "Learns 2 completions from rows: prompts are learnt, and questions asked, in the model's chat template.",
  );
});

test("a thinking that the template opens is not opened again", async () => {
  const config = { chat_template: ALWAYS_THINKING };
  const { examples } = await learnt([asked("2+2?", "<think>\nsum</think> 4")], { config });
  expect(examples[0]!.prompt).toMatch(/<think>\s*$/);
  expect(examples[0]!.completion).toBe("\nsum</think> 4");
});

test("texts stay as they are, and it is said that they are not as the model is asked", async () => {
  const bare = { prompt: "2 + 2 =", completion: " 4" };
  const whole = { prompt: "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n", completion: "4" };
  const mixed = await learnt([bare, whole]);
  expect(mixed.examples).toEqual([bare, whole]);
  expect(mixed.note).toMatch(
    /as they stand \(1 of them not in the model's chat template, in which it is asked\); give/,
  );
  expect((await learnt([whole])).note).toMatch(
    /learnt as they stand; questions are asked in the model's chat template/,
  );
});

test("a text that is no chat begins as the tokenizer begins texts, once", async () => {
  const config = {
    chat_template: "{{ bos_token }}Q: {{ messages[0].content }}\nA:",
    bos_token: "<|im_start|>",
  };
  const { examples } = await learnt(
    [
      { prompt: "2 + 2 =", completion: " 4" },
      { prompt: "<|im_start|>2 + 2 =", completion: " 4" },
    ],
    { config, choice: "chat", begin: "<|im_start|>" },
  );
  expect(examples.map(({ prompt }) => prompt)).toEqual(["<|im_start|>2 + 2 =", "<|im_start|>2 + 2 ="]);
});

test("a model that doesn't converse learns in its text template, which asks for tags where completions have them", async () => {
  const config = {};
  const plain = await learnt([asked("2+2?", "4"), asked("3+3?", " 6")], { config });
  expect(plain.examples).toEqual([
    { prompt: "User: 2+2?\n\nAssistant:", completion: " 4" },
    { prompt: "User: 3+3?\n\nAssistant:", completion: " 6" },
  ]);
  expect(plain.note).toMatch(/in the template "r1-zero"\.$/);
  const tagged = await learnt([asked("2+2?", "<think> 4 </think> <answer> 4 </answer>")], { config });
  expect(tagged.examples[0]!.prompt).toMatch(/<answer>.*User: 2\+2\? Assistant:$/s);
  const choice = "<think> </think> <answer> </answer> Q: {question}\nA:";
  const own = await learnt([asked("2+2?", "4")], { config, choice });
  expect(own.examples[0]!.prompt).toBe("<think> </think> <answer> </answer> Q: 2+2?\nA:");
});
