import { expect, test } from "vitest";
import { TokenizerError } from "../errors.ts";
import { beginToken } from "./begin-token.ts";
import { chatTemplateOf } from "./chat-template.ts";
import { endToken } from "./end-token.ts";
import { tinyConfig } from "../model/tiny-config.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";
import { createWordTokenizer } from "./word-tokenizer.ts";

const json = createWordTokenizer(["a", "b"], ["<s>", "</s>", "<end>"]);
const withConfig = (config: object, more: object = {}): Tokenizer => loadTokenizer({ ...json, ...more }, config);

test("a chat template as a text, with the special tokens in both of their forms", () => {
  expect(
    chatTemplateOf(
      withConfig({
        chat_template: "T",
        bos_token: { content: "<s>", special: true },
        eos_token: "</s>",
        pad_token: null,
        add_bos_token: true,
      }),
    ),
  ).toEqual({ text: "T", specialTokens: { bos_token: "<s>", eos_token: "</s>" } });
  expect(chatTemplateOf(withConfig({}))).toBeUndefined();
  expect(chatTemplateOf(withConfig({ chat_template: null }))).toBeUndefined();
});

test("of several with names the default one, or the only one", () => {
  const named = [
    { name: "tool_use", template: "U" },
    { name: "default", template: "D" },
  ];
  expect(chatTemplateOf(withConfig({ chat_template: named }))?.text).toBe("D");
  expect(chatTemplateOf(withConfig({ chat_template: named.slice(0, 1) }))?.text).toBe("U");
  expect(chatTemplateOf(withConfig({ chat_template: { tool_use: "U", default: "D" } }))?.text).toBe("D");
  expect(chatTemplateOf(withConfig({ chat_template: { tool_use: "U", rag: "R" } }))).toBeUndefined();
});

test("a tokenizer's further special tokens have their names in a template", () => {
  const config = { chat_template: "T", extra_special_tokens: { image_token: "<end>" } };
  expect(chatTemplateOf(withConfig(config))?.specialTokens).toEqual({ image_token: "<end>" });
});

test.each([[[]], [[null, { name: "default" }]], [{ default: 3 }], [3]])("refuses %j", (value) => {
  expect(() => chatTemplateOf(withConfig({ chat_template: value }))).toThrow(TokenizerError);
  expect(() => chatTemplateOf(withConfig({ chat_template: value }))).toThrow(/a text, or templates by their names/);
});

const processor = {
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  pair: [],
  special_tokens: {},
};

test.each([
  ["the post-processor", {}, { post_processor: processor }, "<s>"],
  [
    "a post-processor of several",
    {},
    { post_processor: { type: "Sequence", processors: [{ type: "ByteLevel" }, processor] } },
    "<s>",
  ],
  ["neither", { bos_token: "<s>" }, {}, ""],
  ["the post-processor alone", { add_bos_token: true, bos_token: "<s>" }, {}, ""],
  ["the post-processor, whatever else is said", { add_bos_token: false }, { post_processor: processor }, "<s>"],
  [
    "a post-processor of two tokens",
    {},
    {
      post_processor: {
        ...processor,
        single: [{ SpecialToken: { id: "<end>", type_id: 0 } }, ...processor.single],
      },
    },
    "<end><s>",
  ],
  [
    "a name that stands for two tokens",
    {},
    {
      post_processor: {
        ...processor,
        special_tokens: { "<s>": { id: "<s>", ids: [0, 2], tokens: ["<s>", "<end>"] } },
      },
    },
    "<s><end>",
  ],
  [
    "an encoder's form",
    {},
    { post_processor: { type: "RobertaProcessing", sep: ["</s>", 1], cls: ["<s>", 0] } },
    "<s>",
  ],
  [
    "a post-processor that puts a token at the end",
    {},
    { post_processor: { ...processor, single: [...processor.single].reverse() } },
    "",
  ],
])("a text begins with BOS by %s", (_by, config, more, expected) => {
  expect(beginToken(withConfig(config, more))).toBe(expected);
});

test("the end that is learnt is the tokenizer's eos_token where it is one, or the first of the config", () => {
  const config = tinyConfig({ eosTokenIds: [1, 2] });
  expect(endToken({ config, tokenizer: withConfig({ eos_token: "<end>" }), folder: "m" })).toBe(2);
  expect(endToken({ config, tokenizer: withConfig({ eos_token: { content: "<s>" } }), folder: "m" })).toBe(1);
  expect(endToken({ config, tokenizer: withConfig({}), folder: "m" })).toBe(1);
  expect(() => endToken({ config: tinyConfig({}), tokenizer: withConfig({}), folder: "m" })).toThrow(
    "Expected the model of m to have an end-of-sequence token, got none; name it as `eos_token_id` in its config.json.",
  );
});
