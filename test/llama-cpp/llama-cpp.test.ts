import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { saveGguf } from "../../src/formats/gguf/save-gguf.ts";
import type { ModelConfig } from "../../src/model/model-config.ts";
import { mean } from "../../src/numbers/metrics.ts";
import { attentionScale } from "../../src/model/rope-config.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { loadTokenizer } from "../../src/tokenizer/tokenizer.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { greedyCompletion, greedyTokens } from "./greedy-tokens.ts";
import { livelyParameters } from "./lively-model.ts";
import { loadInLlamaCpp } from "./llama-cpp.ts";

const TOKENIZERS = new URL("../parity/tokenizers/", import.meta.url);
const tokenizerOf = (name: string) =>
  loadTokenizer(JSON.parse(readFileSync(new URL(`${name}.json`, TOKENIZERS), "utf8")));
const LINES = JSON.parse(gunzipSync(readFileSync(new URL("lines.json.gz", TOKENIZERS))).toString()) as string[];

const SIZES = {
  hiddenSize: 64,
  heads: 8,
  kvHeads: 2,
  headDim: 16,
  ffSize: 96,
  maxPositions: 256,
  eosTokenIds: [1200],
  bosTokenId: 1201,
  padTokenId: 1202,
} as const;
const MODELS: readonly (readonly [name: string, tokenizer: string, changes: Partial<ModelConfig>])[] = [
  ["llama", "smollm", {}],
  ["llama, tied", "gpt2", { tiedEmbeddings: true, kvHeads: 8 }],
  ["llama with linear positions", "llama3", { ropeScaling: { kind: "linear", factor: 4 } }],
  [
    "llama with Llama 3's positions",
    "llama3",
    {
      ropeScaling: { kind: "llama3", factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 64 },
    },
  ],
  [
    "qwen2 with YaRN's positions",
    "qwen2",
    {
      attentionBias: true,
      headDim: 8,
      ropeScaling: {
        kind: "yarn",
        factor: 4,
        fastTurns: 32,
        slowTurns: 1,
        truncated: true,
        attentionFactor: attentionScale(4, 1),
        originalPositions: 64,
      },
    },
  ],
  ["llama with SentencePiece's tokens", "llama2", {}],
  ["qwen2", "qwen2", { attentionBias: true, headDim: 8, tiedEmbeddings: true, ropeTheta: 1e6 }],
  ["qwen3", "qwen2", { qkNorm: true, ropeTheta: 1e6 }],
];

describe.each(MODELS)("%s in llama.cpp, from a GGUF file in F32", (_name, tokenizerName, changes) => {
  test("continues a prompt with the same 64 tokens", async () => {
    const tokenizer = tokenizerOf(tokenizerName);
    const config = tinyConfig({ ...SIZES, vocabSize: tokenizer.vocabSize, ...changes });
    const parameters = livelyParameters(config, 7);
    const path = join(temporaryFolder(), "model.gguf");
    await saveGguf(path, { config, parameters, tokenizer });
    const prompt = tokenizer.encode("the <think>2 + 40</think> is\n");
    const model = await loadInLlamaCpp(path);
    expect(model.tokenize("the <think>2 + 40</think> is\n")).toEqual(prompt);
    const expected = await greedyTokens({ config, parameters }, prompt, 64);
    expect(new Set(expected).size).toBeGreaterThan(8);
    expect(await model.greedy(prompt, 64)).toEqual(expected);
    await model.dispose();
  });
});

test("the base for Countdown, whose tokens are words, does so too", async () => {
  const original = await loadCheckpoint(new URL("../../models/countdown-base", import.meta.url).pathname);
  const path = join(temporaryFolder(), "countdown.gguf");
  await saveGguf(path, original);
  const model = await loadInLlamaCpp(path);
  const text = "<bos> 3 4 2 make 10 <think>";
  const prompt = original.tokenizer.encode(text);
  expect(model.tokenize(text)).toEqual(prompt);
  // What aha refuses to read is padding to llama.cpp, never a word.
  expect(model.tokenize("3 sixty 4")).toEqual([
    ...original.tokenizer.encode("3"),
    original.config.padTokenId,
    ...original.tokenizer.encode("4"),
  ]);
  const tokens = await model.greedy(prompt, 64);
  expect(tokens).toEqual(await greedyTokens(original, prompt, 64));
  // Where white space is written between a word and a special token is a matter of taste.
  expect(
    model
      .detokenize(tokens)
      .replaceAll(/(<\/?\w+>)/g, " $1 ")
      .trim()
      .split(/ +/),
  ).toEqual(original.tokenizer.decode(tokens).split(" "));
  await model.dispose();
});

// llama.cpp multiplies weights in 8 bits by hidden states in 8 bits too, where aha widens the weights.
test.each([
  ["F32", 1e-5],
  ["Q8_0", 0.02],
] as const)("log-probabilities from a file in %s are ours to %d on the average", async (type, tolerance) => {
  const original = await loadCheckpoint(new URL("../../models/countdown-base", import.meta.url).pathname);
  const path = join(temporaryFolder(), `${type}.gguf`);
  await saveGguf(path, { ...original, type });
  const prompt = original.tokenizer.encode("<bos> 3 4 2 make 10 :");
  const ours = await greedyCompletion(await loadCheckpoint(path), prompt, 40);
  const model = await loadInLlamaCpp(path);
  const theirs = await model.logprobs([...prompt, ...ours.tokens], prompt.length);
  expect(mean(ours.logprobs.map((logprob, i) => Math.abs(logprob - theirs[i]!)))).toBeLessThan(tolerance);
  // What it would be where they had nothing to do with each other.
  expect(mean(ours.logprobs.map((logprob, i) => Math.abs(logprob - theirs.at(-1 - i)!)))).toBeGreaterThan(0.1);
  await model.dispose();
});

test.each(["gpt2", "smollm", "llama3", "qwen2", "llama2"])(
  "llama.cpp cuts 6,000 lines as the tokenizer %s does",
  async (name) => {
    const tokenizer = tokenizerOf(name);
    const config = tinyConfig({ ...SIZES, vocabSize: tokenizer.vocabSize });
    const path = join(temporaryFolder(), "model.gguf");
    await saveGguf(path, { config, parameters: livelyParameters(config, 1), tokenizer });
    const model = await loadInLlamaCpp(path);
    // llama.cpp composes no characters; where they come composed, there is nothing to do.
    const lines = name === "qwen2" ? LINES.filter((line) => line === line.normalize("NFC")) : LINES;
    expect(lines.length).toBeGreaterThan(5000);
    expect(lines.filter((line) => model.tokenize(line).join() !== tokenizer.encode(line).join()).slice(0, 3)).toEqual(
      [],
    );
    await model.dispose();
  },
);
