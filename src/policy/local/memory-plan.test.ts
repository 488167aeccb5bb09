import { expect, test } from "vitest";
import { clippedPolicyLoss } from "../../losses/index.ts";
import { parameterCount } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { peakBytes } from "../../graph/index.ts";
import { RandomStream, randomKey } from "../../random.ts";
import { processorBlocks } from "../gradients/attention-blocks.ts";
import { prefixedLayout } from "../gradients/batch-layout.ts";
import { trainingGraph } from "../gradients/training-graph.ts";
import { planMemory, type MemoryQuestion } from "./memory-plan.ts";

const LARGE = {
  ...tinyConfig(),
  vocabSize: 32_000,
  hiddenSize: 512,
  layers: 8,
  heads: 8,
  kvHeads: 2,
  headDim: 64,
  ffSize: 1408,
  maxPositions: 4096,
};
const QUESTION: MemoryQuestion = {
  config: LARGE,
  loss: clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 }),
  workers: 2,
  tokenBudget: 1024,
  recompute: false,
  longestPrompt: 32,
  maxCompletionTokens: 224,
  groupSize: 8,
  evaluationSamples: 4,
};
const lora = { rank: 8, alpha: 16, targets: ["q_proj", "v_proj"] } as const;

test("the parts add up to the total; without an adapter writing and training take turns", () => {
  const sum = (parts: readonly number[]): number => parts.reduce((total, part) => total + part, 0);
  const { total: adapted, ...parts } = planMemory({ ...QUESTION, lora });
  expect(sum(Object.values(parts))).toBeCloseTo(adapted, 6);
  const { total, activations, writing, ...stays } = planMemory(QUESTION);
  expect(sum([...Object.values(stays), Math.max(activations, writing - (3 / 4) * stays.gradients)])).toBeCloseTo(
    total,
    6,
  );
});

test("moments and gradients are those of what is trained", () => {
  const megabytes = (parameterCount(LARGE) * 4) / 2 ** 20;
  const [all, adapter] = [planMemory(QUESTION), planMemory({ ...QUESTION, lora })];
  expect(all.optimizer).toBeCloseTo(2 * megabytes, 6);
  expect(adapter.optimizer).toBeLessThan(all.optimizer / 50);
  expect(adapter.gradients).toBeLessThan(all.gradients / 50);
});

test("less is needed by layers computed anew, and by smaller micro-batches", () => {
  const { activations } = planMemory(QUESTION);
  expect(planMemory({ ...QUESTION, recompute: true }).activations).toBeLessThan(activations / 2);
  expect(planMemory({ ...QUESTION, tokenBudget: 512 }).activations).toBeLessThan(0.6 * activations);
});

test("a vocabulary of 150,000 adds to the head's own parameters, not to the batch", () => {
  // Logits of 1,024 tokens would take 586 MB in each of some five forms; a chunk takes 64 MB.
  const large = { ...LARGE, vocabSize: 150_000 };
  const gradientOfHead = ((large.vocabSize - LARGE.vocabSize) * LARGE.hiddenSize * 4) / 2 ** 20;
  expect(planMemory({ ...QUESTION, config: large }).activations - planMemory(QUESTION).activations).toBeLessThan(
    3 * gradientOfHead + 400,
  );
});

test("on a device the work is in its memory, and the copy that checkpoints are of at home", () => {
  const megabytes = (parameterCount(LARGE) * 4) / 2 ** 20;
  const [cpu, plan] = [planMemory(QUESTION), planMemory({ ...QUESTION, device: "webgpu" })];
  expect(planMemory({ ...QUESTION, device: "cpu" })).toEqual(cpu);
  // Weights twice, a place for gradients, two moments.
  expect(plan.weights + plan.gradients + plan.optimizer).toBeCloseTo(5 * megabytes, 3);
  expect(plan.total).toBeLessThan(cpu.total);
  expect({ activations: plan.activations, writing: plan.writing }).toEqual({ activations: 0, writing: 0 });
  expect(planMemory({ ...QUESTION, device: "webgpu", lora }).total).toBeLessThan(plan.total - 3.5 * megabytes);
});

/** Few numbers a position: scores and copied keys weigh much. */
const NARROW = { ...tinyConfig({ layers: 2, heads: 4, kvHeads: 2, headDim: 16 }), vocabSize: 200, hiddenSize: 32 };

test.each([
  { longestPrompt: 400, maxCompletionTokens: 40, groupSize: 8 },
  { longestPrompt: 60, maxCompletionTokens: 100, groupSize: 4 },
  { longestPrompt: 900, maxCompletionTokens: 10, groupSize: 2 },
  { longestPrompt: 200, maxCompletionTokens: 100, groupSize: 8 },
])("no micro-batch behind a common beginning takes more than is planned: %o", (sizes) => {
  const question: MemoryQuestion = { ...QUESTION, ...sizes, config: NARROW, workers: 1 };
  const planned = (planMemory(question).activations * 2 ** 20) / 1.5;
  const random = new RandomStream(randomKey(8));
  let checked = 0;
  for (let draw = 0; draw < 60; draw++) {
    const prefix = 16 + random.integer(sizes.longestPrompt - 16);
    const rest = random.integer(sizes.longestPrompt - prefix);
    const most = 1 + random.integer(sizes.maxCompletionTokens);
    const sequences = Array.from({ length: 24 * sizes.groupSize }, (_, i) => ({
      promptTokens: [
        ...new Array<number>(prefix).fill(1),
        Math.floor(i / sizes.groupSize),
        ...new Array<number>(rest).fill(2),
      ],
      tokens: new Array<number>(1 + random.integer(most)).fill(3),
      weight: 1,
      advantage: 1,
      oldLogprobs: [],
      refLogprobs: [],
    }));
    for (const rows of prefixedLayout.batches(sequences, question.tokenBudget) ?? []) {
      const chosen = rows.map((row) => row.map((i) => sequences[i]!));
      const T = prefixedLayout.time(chosen);
      const N = chosen.flat().reduce((sum, { tokens }) => sum + tokens.length, 0);
      const P = chosen[0]![0]!.promptTokens.length - 1;
      const blocks = processorBlocks(NARROW, T);
      const graph = trainingGraph({ config: NARROW, positions: P + T + 1, blocks }, question.loss, "after prefix");
      const common = rows.length === 1 ? P : prefix;
      const sizesOf = { B: rows.length, P: common, T, N, G: 2, b: Math.ceil(T / (blocks ?? 1)), n: N };
      expect(peakBytes(graph, { ...sizesOf, rows: common + rows.length * T })).toBeLessThanOrEqual(planned);
      checked++;
    }
  }
  expect(checked).toBeGreaterThan(50);
});
