import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenizerError } from "../errors.ts";
import { loadTokenizer } from "./tokenizer.ts";
import { createWordTokenizer } from "./word-tokenizer.ts";

const words = ["0", "1", "12", "end", "é", "数", "🙂", "toString", "__proto__", "a.", "<", "[UNK]"];
const specials = ["<eos>", "<think>", "</think>"];
const tokenizer = loadTokenizer(JSON.parse(JSON.stringify(createWordTokenizer(words, specials))));

describe("createWordTokenizer", () => {
  it("numbers special tokens, then words", () => {
    expect(tokenizer.vocabSize).toBe(15);
    expect(tokenizer.encode("12 1 <eos> __proto__")).toEqual([5, 4, 0, 11]);
    for (const [id, token] of [...specials, ...words].entries()) {
      expect(tokenizer.tokenToId(token)).toBe(id);
      expect(tokenizer.idToToken(id)).toBe(token);
    }
  });

  it("returns any ids through text", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(14)), (ids) => {
        expect(tokenizer.encode(tokenizer.decode(ids))).toEqual(ids);
      }),
    );
  });

  it("joins words with one space and skips special tokens on demand", () => {
    const ids = tokenizer.encode(" <think>1\n\n12\t</think> a. <eos>");
    expect(tokenizer.decode(ids)).toBe("<think> 1 12 </think> a. <eos>");
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe("1 12 a.");
    expect(tokenizer.encode("")).toEqual([]);
    expect(tokenizer.decode([])).toBe("");
  });

  it.each([
    ["1 13 0", "13"],
    ["hasOwnProperty", "hasOwnProperty"],
    ["121", "121"],
    ["<think>2</think>", "2"],
    ["1\u00850", "1?0"],
  ])("names the unknown word of %j", (text, word) => {
    expect(() => tokenizer.encode(text)).toThrow(TokenizerError);
    expect(() => tokenizer.encode(text)).toThrow(word);
  });

  it.each([
    [["a b"], [], /without white space, got "a b"/],
    [[""], [], /without white space, got ""/],
    [["a\u0085"], [], /without white space/],
    [["\ud800"], [], /without white space/],
    [["a", "a"], [], /every token once, got "a" again/],
    [["a"], ["a"], /every token once/],
    [["x<eos>"], ["<eos>"], /special token "<eos>", got "x<eos>"/],
    [[], [], /1 to 4194304 tokens, got 0/],
  ])("refuses %j with %j", (badWords, badSpecials, message) => {
    expect(() => createWordTokenizer(badWords, badSpecials)).toThrow(TokenizerError);
    expect(() => createWordTokenizer(badWords, badSpecials)).toThrow(message);
  });
});
