import { describe, expect, test } from "vitest";
import { loadTokenizer } from "../tokenizer/tokenizer.ts";
import { createWordTokenizer } from "../tokenizer/word-tokenizer.ts";
import { ChoiceText, type ChoicePiece, type ChoiceTextOptions } from "./choice-text.ts";

const WORDS = ["1", "2", "+", "="];
const TAGS = ["<eos>", "<think>", "</think>", "<answer>", "</answer>"];
const tokenizer = loadTokenizer(createWordTokenizer(WORDS, TAGS));
const id = (word: string): number => tokenizer.tokenToId(word)!;
const FROM = { logprob: -0.5, likeliest: [] };

function written(words: string, options: Partial<ChoiceTextOptions> = {}): ChoicePiece & { readonly text: ChoiceText } {
  const text = new ChoiceText({
    tokenizer,
    endTokens: new Set([id("<eos>")]),
    stops: [],
    thinking: "apart",
    tellsLogprobs: false,
    ...options,
  });
  const pieces: ChoicePiece[] = [];
  for (const word of words.split(" ")) {
    if (!text.stopped) pieces.push(text.push(id(word), FROM));
  }
  pieces.push(text.end());
  return {
    content: pieces.map(({ content }) => content).join(""),
    thinking: pieces.map(({ thinking }) => thinking).join(""),
    logprobs: pieces.flatMap(({ logprobs }) => logprobs),
    text,
  };
}

describe("the text of a choice", () => {
  test("thinking and answer apart, tags and end left out", () => {
    expect(written("<think> 1 + 1 </think> <answer> 2 </answer> <eos>")).toMatchObject({
      thinking: "1 + 1",
      content: "2",
    });
  });

  test("what stands on both sides of a tag doesn't run together", () => {
    expect(written("1 + <answer> 2 </answer> = 2").content).toBe("1 +\n2\n= 2");
    expect(written("1 <think> 2 </think> + 1").content).toBe("1\n+ 1");
  });

  test("a prompt that opened the thinking", () => {
    const opened = { thinking: "opened by the prompt" } as const;
    expect(written("1 + 1 </think> 2", opened)).toMatchObject({ thinking: "1 + 1", content: "2" });
    expect(written("1 + 1", opened)).toMatchObject({ thinking: "1 + 1", content: "" });
  });

  test.each([
    ["<think> 1 + 1 </think> <answer> 2 </answer> <eos>", {}, 5],
    ["1 + <answer> 2 </answer>", {}, 0],
    ["<think> 1 </think> 2 <think> 1", {}, 5],
    ["1 + 1 </think> 2", { thinking: "opened by the prompt" }, 4],
    ["<think> 1 + 1", { stops: ["+ 1 = 2"] }, 4],
    ["<think> 1 </think>", { thinking: "raw" }, 0],
  ] as const)("tokens of the thinking in %j, %o", (words, options, count) => {
    expect(written(words, options).text.reasoningTokens).toBe(count);
  });

  test("raw: as it was written", () => {
    expect(written("<think> 1 </think> 2 <eos>", { thinking: "raw" })).toMatchObject({
      content: "<think> 1 </think> 2",
      thinking: "",
    });
  });

  test("a stop text ends it; tokens behind its place are not told of", () => {
    const { content, text, logprobs } = written("1 + 1 = 2", { thinking: "raw", stops: [" ="], tellsLogprobs: true });
    expect(content).toBe("1 + 1");
    expect(text.stopped).toBe(true);
    expect(text.tokens).toBe(4);
    expect(logprobs.map(({ text: token, at }) => [token, at])).toEqual([
      ["1", 0],
      [" +", 1],
      [" 1", 3],
    ]);
  });

  test("the tokens' texts joined are the text, and the likeliest are what they would have added", () => {
    const text = new ChoiceText({
      tokenizer,
      endTokens: new Set(),
      stops: [],
      thinking: "raw",
      tellsLogprobs: true,
    });
    const likeliest = [
      { token: id("2"), logprob: -0.1 },
      { token: id("1"), logprob: -2 },
    ];
    const pieces = [
      text.push(id("1"), { logprob: -2, likeliest }),
      text.push(id("2"), { logprob: -0.1, likeliest }),
      text.end(),
    ];
    const told = pieces.flatMap(({ logprobs }) => logprobs);
    expect(told.map((token) => token.text).join("")).toBe("1 2");
    expect(told.map((token) => token.likeliest.map((chance) => chance.text))).toEqual([
      ["2", "1"],
      [" 2", " 1"],
    ]);
  });
});
