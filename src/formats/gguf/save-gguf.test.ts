import { mkdtemp, open, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointError, TokenizerError } from "../../errors.ts";
import { randomKey } from "../../random.ts";
import { loadCheckpoint } from "../checkpoint.ts";
import { narrowFloats, widenFloats } from "../float-types.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { initialParameters, parameterLayout, parameterViews } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { loadTokenizer } from "../../tokenizer/tokenizer.ts";
import { createWordTokenizer, type TokenizerJson } from "../../tokenizer/word-tokenizer.ts";
import { readGgufHeader, type GgufHeader } from "./gguf-header.ts";
import { saveGguf } from "./save-gguf.ts";

const tokenizer = loadTokenizer(createWordTokenizer(["one", "two", "three"], ["<pad>", "<eos>"]));
const config: ModelConfig = tinyConfig({ vocabSize: 7, eosTokenIds: [1], padTokenId: 0 });
const parameters = initialParameters(config, randomKey(1));

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aha-gguf-"));
  path = join(folder, "model.gguf");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function readHeader(): Promise<GgufHeader> {
  const file = await open(path, "r");
  try {
    return await readGgufHeader(file, path);
  } finally {
    await file.close();
  }
}

/** Byte-level BPE over a few letters. */
const BYTES: TokenizerJson = {
  added_tokens: [
    { id: 4, content: "<s>", special: true },
    { id: 5, content: "</s>", special: true },
    { id: 6, content: "<tool>", special: false },
  ],
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
  post_processor: {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: {},
  },
  decoder: { type: "ByteLevel" },
  model: { type: "BPE", vocab: { a: 0, b: 1, c: 2, ab: 3 }, merges: ["a b"] },
};

describe("saveGguf", () => {
  it("writes the same bytes each time, each tensor at a multiple of 32, and nothing beside the file", async () => {
    await saveGguf(path, { config, parameters, tokenizer, name: "mine" });
    const first = await readFile(path);
    await saveGguf(path, await loadCheckpoint(path).then((loaded) => ({ ...loaded, name: "mine" })));
    expect((await readFile(path)).equals(first)).toBe(true);
    const { tensors, get } = await readHeader();
    const ends = [...tensors.values()].map(({ begin, end }) => [begin % 32, Math.ceil(end / 32) * 32] as const);
    expect(ends.every(([rest]) => rest === 0)).toBe(true);
    expect(Math.max(...ends.map(([, end]) => end))).toBe(first.length);
    expect([get("general.name"), get("general.file_type"), get("llama.context_length")]).toEqual(["mine", 0, 64]);
    expect(await readdir(folder)).toEqual(["model.gguf"]);
  });

  it.each([
    ["F16", 1],
    ["BF16", 32],
  ] as const)("rounds matrices to %s, and leaves vectors as they are", async (type, fileType) => {
    await saveGguf(path, { config, parameters, tokenizer, type });
    const loaded = parameterViews((await loadCheckpoint(path)).parameters, parameterLayout(config));
    const vectors = [...parameterViews(parameters, parameterLayout(config))].map(([name, values]) => {
      const isVector = values.length === config.hiddenSize;
      expect(loaded.get(name), name).toEqual(isVector ? values : widenFloats(type, narrowFloats(type, values)));
      return isVector;
    });
    expect([vectors.filter(Boolean).length, vectors.length]).toEqual([5, 21]);
    expect((await readHeader()).get("general.file_type")).toBe(fileType);
    const huge = parameters.slice();
    huge[9] = -3.4e38;
    await expect(saveGguf(path, { config, parameters: huge, tokenizer, type })).rejects.toThrow(
      new RegExp(`numbers in token_embd\\.weight that ${type} can hold, got -3\\.4`),
    );
    expect(await readdir(folder)).toEqual(["model.gguf"]);
  });

  it("says which tokens are special, which rows have no token, and which token a text begins with", async () => {
    const bytes = loadTokenizer(BYTES, {
      chat_template: [
        { name: "rag", template: "no" },
        { name: "default", template: "yes" },
      ],
    });
    const other = tinyConfig({ vocabSize: 9, bosTokenId: 4, eosTokenIds: [5, 4, 6] });
    await saveGguf(path, { config: other, parameters: initialParameters(other, randomKey(2)), tokenizer: bytes });
    const { get } = await readHeader();
    const fields = Object.fromEntries(
      [
        "model",
        "pre",
        "tokens",
        "token_type",
        "merges",
        "bos_token_id",
        "eos_token_id",
        "eot_token_id",
        "eom_token_id",
        "padding_token_id",
        "add_bos_token",
        "add_eos_token",
      ].map((key) => [key, get(`tokenizer.ggml.${key}`)]),
    );
    expect(fields).toEqual({
      model: "gpt2",
      pre: "gpt-2",
      tokens: ["a", "b", "c", "ab", "<s>", "</s>", "<tool>", "[PAD7]", "[PAD8]"],
      token_type: [1, 1, 1, 1, 3, 3, 4, 5, 5],
      merges: ["a b"],
      bos_token_id: 4,
      eos_token_id: 5,
      eot_token_id: 4,
      eom_token_id: 6,
      padding_token_id: undefined,
      add_bos_token: true,
      add_eos_token: false,
    });
    expect(get("tokenizer.chat_template")).toBe("yes");
    const loaded = await loadCheckpoint(path);
    expect(loaded.config).toEqual(other);
    expect(loaded.tokenizer.encode("cab<tool>a</s>")).toEqual([2, 3, 6, 0, 5]);
  });

  it("gives SentencePiece's pieces scores in the order of their merges", async () => {
    const tokens = ["<unk>", "<s>", "</s>", "<0x41>", "\u2581", "a", "b", "c", "ab", "abc", "\u2581ab", "bc"];
    const pieces: TokenizerJson = {
      added_tokens: [0, 1, 2].map((id) => ({ id, content: tokens[id], special: true })),
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "Prepend", prepend: "\u2581" },
          { type: "Replace", pattern: { String: " " }, content: "\u2581" },
        ],
      },
      pre_tokenizer: null,
      post_processor: null,
      decoder: {
        type: "Sequence",
        decoders: [
          { type: "Replace", pattern: { String: "\u2581" }, content: " " },
          { type: "ByteFallback" },
          { type: "Fuse" },
          { type: "Strip", content: " ", start: 1, stop: 0 },
        ],
      },
      model: {
        type: "BPE",
        unk_token: "<unk>",
        fuse_unk: true,
        byte_fallback: true,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges: [
          ["b", "c"],
          ["a", "b"],
          ["\u2581", "ab"],
          ["ab", "c"],
          ["a", "bc"],
        ],
      },
    };
    const original = loadTokenizer(pieces);
    const other = tinyConfig({ vocabSize: 12, bosTokenId: 1, eosTokenIds: [2] });
    await saveGguf(path, { config: other, parameters: initialParameters(other, randomKey(3)), tokenizer: original });
    const { get } = await readHeader();
    expect(get("tokenizer.ggml.scores")).toEqual([0, 0, 0, 0, 0, 0, 0, 0, -2, -4, -3, -1]);
    expect(get("tokenizer.ggml.token_type")).toEqual([2, 3, 3, 6, 1, 1, 1, 1, 1, 1, 1, 1]);
    const loaded = (await loadCheckpoint(path)).tokenizer;
    for (const text of ["abc ab", "cab bc A", "<s>ab</s>", "abab<unk>"])
      expect(loaded.encode(text), text).toEqual(original.encode(text));
    // "abc" is merged from "bc" first, since that comes before "ab".
    expect(loaded.encode("abc")).toEqual([4, 9]);
    const backwards = loadTokenizer({
      ...pieces,
      model: {
        ...(pieces["model"] as object),
        merges: [
          ["ab", "c"],
          ["a", "b"],
          ["b", "c"],
          ["a", "bc"],
          ["\u2581", "ab"],
        ],
      },
    });
    await expect(
      saveGguf(path, { config: other, parameters: initialParameters(other, randomKey(3)), tokenizer: backwards }),
    ).rejects.toThrow(/of another kind; use `to: hf`/);
  });
});

describe("what llama.cpp has no like of is refused in one line, and nothing is written:", () => {
  const wordLevel = createWordTokenizer(["one"], ["<eos>"]);
  const words = wordLevel["model"] as TokenizerJson;
  it.each<readonly [string, Partial<ModelConfig>, TokenizerJson, RegExp]>([
    ["another activation", { activation: "relu2" }, wordLevel, /activation silu.*got "relu2"; use `to: hf`/],
    ["a scalar head", { scalarHead: true }, wordLevel, /a language model.*reward model or critic/],
    [
      "Llama 3's positions in a Qwen",
      {
        qkNorm: true,
        ropeScaling: {
          kind: "llama3",
          factor: 8,
          lowFrequencyFactor: 1,
          highFrequencyFactor: 4,
          originalPositions: 32,
        },
      },
      wordLevel,
      /Llama 3's scaling.*qwen3 with it/,
    ],
    [
      "a Qwen2 whose heads are wider than it",
      { attentionBias: true, headDim: 4 },
      wordLevel,
      /heads as wide as the model, 8.*4 heads of 4/,
    ],
    ["no end of text", { eosTokenIds: [] }, wordLevel, /1 to 3 end-of-sequence tokens.*got 0/],
    [
      "more ends than there are names",
      { eosTokenIds: [0, 1, 2, 3] },
      wordLevel,
      /1 to 3 end-of-sequence tokens.*got 4/,
    ],
    [
      "letters without bytes",
      {},
      { ...BYTES, pre_tokenizer: { type: "WhitespaceSplit" } },
      /the like of.*gpt-2, llama-bpe.*got "BPE" of another kind/,
    ],
    [
      "bytes cut in another way",
      {},
      { ...BYTES, pre_tokenizer: { type: "ByteLevel", add_prefix_space: true } },
      /got "BPE" of another kind/,
    ],
    ["bytes after a normalizer", {}, { ...BYTES, normalizer: { type: "Lowercase" } }, /got "BPE" of another kind/],
    [
      "words with a token for unknown ones",
      {},
      { ...wordLevel, model: { ...words, unk_token: "one" } },
      /got "WordLevel" of another kind/,
    ],
    [
      "words with the sign for a space",
      {},
      { ...wordLevel, model: { ...words, vocab: { "<eos>": 0, "on\u2581e": 1 } } },
      /got "WordLevel" of another kind/,
    ],
    [
      "a token with two ids",
      {},
      { ...wordLevel, added_tokens: [{ id: 3, content: "one", special: true }] },
      /an id of its own, got "one"/,
    ],
  ])("%s", async (_, changes, json, message) => {
    const other = tinyConfig({ vocabSize: 9, eosTokenIds: [0], ...changes });
    const saved = saveGguf(path, {
      config: other,
      parameters: initialParameters(other, randomKey(4)),
      tokenizer: loadTokenizer(json),
    });
    await expect(saved).rejects.toThrow(message);
    const error: unknown = await saved.catch((thrown: unknown) => thrown);
    expect(error instanceof CheckpointError || error instanceof TokenizerError).toBe(true);
    expect((error as Error).message).not.toContain("\n");
    expect(await readdir(folder)).toEqual([]);
  });

  it("weights that aren't finite, or a tokenizer of another model", async () => {
    const broken = parameters.slice();
    broken[7] = Number.NaN;
    await expect(saveGguf(path, { config, parameters: broken, tokenizer })).rejects.toThrow(CheckpointError);
    const small = tinyConfig({ ...config, vocabSize: 4 });
    await expect(
      saveGguf(path, { config: small, parameters: initialParameters(small, randomKey(0)), tokenizer }),
    ).rejects.toThrow(TokenizerError);
    expect(await readdir(folder)).toEqual([]);
  });
});
