import { expect, test } from "vitest";
import { beginToken } from "../../tokenizer/begin-token.ts";
import { chatTemplateOf } from "../../tokenizer/chat-template.ts";
import { loadTokenizer, type Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { GgufHeader } from "./gguf-header.ts";
import { ggufTokenizer } from "./gguf-tokenizer.ts";

/** The tokenizer of a file with these metadata beside its tokens. */
function tokenizerOf(metadata: Readonly<Record<string, unknown>>): Tokenizer {
  const all = new Map<string, unknown>(
    Object.entries({
      tokens: ["<s>", "</s>", "a", "b", "ab"],
      token_type: [3, 3, 1, 1, 1],
      merges: ["a b"],
      bos_token_id: 0,
      eos_token_id: 1,
      ...metadata,
    }).map(([key, value]) => [`tokenizer.ggml.${key}`, value]),
  );
  const chat = metadata["chat_template"];
  if (chat !== undefined) all.set("tokenizer.chat_template", chat);
  const { json, config } = ggufTokenizer(
    { get: (key) => all.get(key), tensors: new Map() } satisfies Pick<GgufHeader, "get" | "tensors"> as GgufHeader,
    "m.gguf",
  );
  return loadTokenizer(json, config);
}

test.each([
  ["the file says so", { model: "gpt2", pre: "qwen2", add_bos_token: true }, "<s>"],
  ["the file says that it doesn't", { model: "llama", add_bos_token: false }, ""],
  ["SentencePiece's do, unless the file says otherwise", { model: "llama" }, "<s>"],
  ["Llama 3's does, too", { model: "gpt2", pre: "llama-bpe" }, "<s>"],
  ["others don't", { model: "gpt2", pre: "smollm" }, ""],
])("a text begins with BOS: %s", (_why, metadata, expected) => {
  expect(beginToken(tokenizerOf(metadata))).toBe(expected);
});

test("the chat template, with its special tokens", () => {
  expect(chatTemplateOf(tokenizerOf({ model: "gpt2", pre: "smollm", chat_template: "T" }))).toEqual({
    text: "T",
    specialTokens: { bos_token: "<s>", eos_token: "</s>" },
  });
  expect(chatTemplateOf(tokenizerOf({ model: "gpt2", pre: "smollm" }))).toBeUndefined();
});
