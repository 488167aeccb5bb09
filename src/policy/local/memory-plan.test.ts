import { expect, test } from "vitest";
import { clippedPolicyLoss } from "../../losses/index.ts";
import { parameterCount } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
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
