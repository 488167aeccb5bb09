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
  post_processor: {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<eos>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: {},
  },
  decoder: null,
  model: {
    type: "BPE",
    vocab: { a: 0, b: 1, c: 2, ab: 3, abc: 4 },
    merges: [
      ["a", "b"],
      ["ab", "c"],
    ],
  },
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
    [{ ...BPE, model: { ...BPE.model, merges: 3 } }, /`merges` of BPE .* array of pairs, got 3/],
    [
      { ...BPE, model: { ...BPE.model, merges: [["a", "b"], "ab c"] } },
      /`merges` of BPE .* array of pairs, got an array of 2/,
    ],
    [
      { ...BPE, model: { ...BPE.model, continuing_subword_prefix: "##" } },
      /`continuing_subword_prefix` of BPE .* absent, as the library does without it, got "##"/,
    ],
    [
      { ...BPE, normalizer: { type: "Sequence", normalizers: [{ type: "Prepend" }] } },
      /`prepend` of Prepend .* a text, got undefined/,
    ],
    // Each of these would loop for ever in the library, or be read as something else.
    [{ ...BPE, pre_tokenizer: { type: "FixedLength", length: 0 } }, /`length` of FixedLength .* from 1 to 1000, got 0/],
    [
      { ...BPE, decoder: { type: "Strip", content: "", start: 2 ** 53, stop: 0 } },
      /`start` of Strip .* from 0 to 1000/,
    ],
    [
      { ...BPE, pre_tokenizer: { type: "Split", pattern: { String: "b" }, behavior: "MergedWithNext" } },
      /`behavior` of Split .* Isolated or Removed/,
    ],
    [
      { ...BPE, pre_tokenizer: { type: "Split", pattern: {}, behavior: "Isolated" } },
      /`pattern` of Split .* got an object/,
    ],
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
