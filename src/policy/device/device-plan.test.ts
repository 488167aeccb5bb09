import { expect, test } from "vitest";
import { clippedPolicyLoss } from "../../losses/index.ts";
import { LORA_TARGETS } from "../../model/lora-targets.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { blockBytes, planDevice, type DeviceMemoryQuestion } from "./device-plan.ts";

const noKl = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 });
const withKl = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
const lora = { rank: 16, alpha: 32, targets: LORA_TARGETS };
const LARGE = {
  ...tinyConfig(),
  vocabSize: 151_936,
  hiddenSize: 1536,
  layers: 28,
  heads: 12,
  kvHeads: 2,
  headDim: 128,
  ffSize: 8960,
  attentionBias: true,
  tiedEmbeddings: true,
  maxPositions: 4096,
};
/** As Qwen2.5-1.5B is: 4 rows of 256, with every layer computed anew. */
const QUESTION: DeviceMemoryQuestion = {
  config: LARGE,
  lora,
  loss: noKl,
  device: "webgpu",
  basePrecision: "float16",
  tokenBudget: 1024,
  recompute: true,
  longestPrompt: 64,
  maxCompletionTokens: 192,
  groupSize: 8,
  slots: 64,
};
const MEGABYTE = 2 ** 20;

/** By hand: matrices of a layer, what isn't a matrix in it, the embedding, and the adapter of a layer. */
const MATRICES = 1536 * (1536 + 256 + 256) + 1536 * 1536 + 3 * 1536 * 8960;
const VECTORS = 2 * 1536 + (1536 + 256 + 256);
const EMBEDDING = 151_936 * 1536;
const ADAPTER = 28 * 16 * (4 * 1536 + 1536 + 256 + 256 + 1536 + 2 * (1536 + 8960) + 8960 + 1536);

test("the parts of a large model under an adapter, by hand", () => {
  const plan = planDevice(QUESTION);
  const matrices = 28 * MATRICES + EMBEDDING;
  const vectors = 28 * VECTORS + 1536;
  // The tied head isn't kept transposed beside a base in halves.
  expect(plan.weights).toBeCloseTo((2 * matrices + 4 * vectors + 4 * ADAPTER) / MEGABYTE, 6);
  expect(plan.gradients).toBeCloseTo((4 * ADAPTER) / MEGABYTE, 6);
  expect(plan.optimizer).toBeCloseTo((12 * ADAPTER) / MEGABYTE, 6);
  // 64 slots of 256 positions, keys and values of two heads of 128 in 28 layers.
  expect(plan.caches).toBeCloseTo((64 * 256 * 28 * 2 * 2 * 128 * 4) / MEGABYTE, 6);
  const { total, ...parts } = plan;
  expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 6);
  // 1.5 B parameters fit 8 GB.
  expect(total).toBeLessThan(7 * 1024);
});

test("what each choice costs", () => {
  const plan = planDevice(QUESTION);
  const single = planDevice({ ...QUESTION, basePrecision: "float32" });
  expect(single.weights - plan.weights).toBeCloseTo((2 * 28 * MATRICES + 6 * EMBEDDING) / MEGABYTE, 6);
  const reference = planDevice({ ...QUESTION, loss: withKl });
  expect(reference.weights - plan.weights).toBeCloseTo((4 * ADAPTER) / MEGABYTE, 6);
  const { lora: _adapter, ...weights } = { ...QUESTION, basePrecision: "float32" as const };
  const all = planDevice(weights);
  const parameters = 28 * (MATRICES + VECTORS) + EMBEDDING + 1536;
  expect(all.gradients).toBeCloseTo((4 * parameters) / MEGABYTE, 6);
  expect(all.weights).toBeCloseTo((4 * (parameters + EMBEDDING)) / MEGABYTE, 6);
  expect(all.optimizer).toBeCloseTo((12 * parameters) / MEGABYTE, 6);
});

test.each([
  ["int8", 1],
  ["int4", 1 / 2],
] as const)("linear layers are kept in %s beside what they are held in", (rolloutPrecision, bytes) => {
  const plan = planDevice(QUESTION);
  const rounded = planDevice({ ...QUESTION, rolloutPrecision });
  // All widths are multiples of 32, which share a scale of 4 bytes.
  expect(rounded.weights - plan.weights).toBeCloseTo((28 * MATRICES * (bytes + 4 / 32)) / MEGABYTE, 6);
  expect(rounded.caches).toBe(plan.caches);
  // A weight is rounded while nothing else is computed; here that takes less than training does.
  expect(rounded.activations).toBe(plan.activations);
});

test("of results, those of the largest graph: the embedding is widened, and turned before", () => {
  const { activations } = planDevice(QUESTION);
  // In halves transposed and widened; beside them the hidden states that 28 layers keep, 4 x 255 x 1536 each, in blocks
  // of 8 MB, and one chunk of the logits.
  const head = (6 * EMBEDDING) / MEGABYTE;
  const hidden = (28 * 8_388_608) / MEGABYTE;
  expect(activations).toBeGreaterThan(head + hidden);
  expect(activations).toBeLessThan(head + hidden + 100);
  expect(planDevice({ ...QUESTION, recompute: false }).activations).toBeGreaterThan(4 * activations);
});

test("memory is taken in blocks", () => {
  expect([1, 64, 65, 513, 8_388_609].map(blockBytes)).toEqual([64, 64, 128, 2048, 12_582_912]);
  expect([167_772_160, 167_772_161].map(blockBytes)).toEqual([167_772_160, 167_772_176]);
});
