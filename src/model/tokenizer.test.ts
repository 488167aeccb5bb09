import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenizerError } from "../errors.ts";
import { loadTokenizer } from "./tokenizer.ts";
import { createWordTokenizer } from "./word-tokenizer.ts";

/** A BPE over the letters a, b and c without unknown token and byte fallback. */
const BPE = {
  added_tokens: [{ id: 5, content: "<eos>", special: true }],
  normalizer: null,
  pre_tokenizer: { type: "WhitespaceSplit" },
  post_processor: { type: "TemplateProcessing", single: [{ SpecialToken: { id: "<eos>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }], pair: [], special_tokens: {} },
  decoder: null,
  model: { type: "BPE", vocab: { a: 0, b: 1, c: 2, ab: 3, abc: 4 }, merges: [["a", "b"], ["ab", "c"]] },
};

describe("loadTokenizer", () => {
  it("encodes by merges and adds no special tokens of its own", () => {
    const tokenizer = loadTokenizer(BPE);
    expect(tokenizer.vocabSize).toBe(6);
    expect(tokenizer.encode("abc ba<eos>")).toEqual([4, 1, 0, 5]);
  });

  it("refuses text that the model would drop", () => {
    expect(() => loadTokenizer(BPE).encode("ab abx c")).toThrow(/Expected text that the tokenizer knows, got "abx"/);
  });

  it("gives no text for ids without a token, and refuses what isn't an id", () => {
    const tokenizer = loadTokenizer(BPE);
    expect(tokenizer.decode([0, 17, 1])).toBe("a b");
    expect(tokenizer.decode([17])).toBe("");
    for (const id of [-1, 0.5, Number.NaN]) expect(() => tokenizer.decode([id])).toThrow(TokenizerError);
  });

  it.each([
    [null, /to hold an object, got null/],
    [{}, /`model` in tokenizer\.json to be an object/],
    [{ ...BPE, added_tokens: undefined }, /`added_tokens`/],
    [{ ...BPE, added_tokens: [{ content: "<eos>", id: 2 ** 32 }] }, /"<eos>" .* id below 4194304, got 4294967296/],
    [{ ...BPE, added_tokens: [null] }, /id below/],
    [{ ...BPE, model: { ...BPE.model, vocab: { a: -1 } } }, /"a" .* got -1/],
    [{ ...BPE, model: { ...BPE.model, vocab: "abc" } }, /a vocabulary in tokenizer\.json, got "abc"/],
    [{ ...BPE, model: { ...BPE.model, merges: 3 } }, /known kind of tokenizer/],
    [{ ...BPE, pre_tokenizer: { type: "Imaginary" } }, /known kind of tokenizer.*Imaginary/],
  ])("refuses %j", (json, message) => {
    expect(() => loadTokenizer(json)).toThrow(TokenizerError);
    expect(() => loadTokenizer(json)).toThrow(message);
  });

  it("ends a damaged part in a TokenizerError or a tokenizer", () => {
    const whole = createWordTokenizer(["a"], ["<eos>"]);
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(whole)), fc.jsonValue(), (part, value) => {
        try {
          expect(loadTokenizer({ ...whole, [part]: value }).vocabSize).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(TokenizerError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
