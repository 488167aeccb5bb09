import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineFor } from "../../engine/index.ts";
import { initialAdapter } from "../../model/lora.ts";
import { initialParameters } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey, splitKey } from "../../random.ts";
import { collectGroups } from "../collect-groups.ts";
import { startLocalPolicy } from "../local/local-policy.ts";
import { clippedPolicyLoss } from "../../losses/index.ts";
import type { Policy, PolicyModel } from "../policy.ts";
import { inRolloutPrecision, type RolloutPrecision } from "./rollout-precision.ts";
import { stepGraph } from "./sampling-graphs.ts";

const config = tinyConfig({
  layers: 2,
  hiddenSize: 64,
  heads: 4,
  headDim: 16,
  ffSize: 96,
  vocabSize: 40,
  tiedEmbeddings: true,
});
const lora = { rank: 2, alpha: 4, targets: ["q_proj", "down_proj"] as const };
const plain: PolicyModel = { config, parameters: initialParameters(config, randomKey(1)) };
const adapted: PolicyModel = { ...plain, adapter: initialAdapter(config, lora, "", randomKey(2)) };
const requests = [
  [1, 2, 3],
  [4, 5],
].map((prompt, i) => ({
  prompt,
  keys: Array.from({ length: 3 }, (_, sample) => splitKey(randomKey(7), i, sample)),
}));

/** Tokens, and the gap to what the trainer says of them. */
async function written(policy: Policy, precision: RolloutPrecision) {
  const drawing = { temperature: 1, maxNewTokens: 24, topK: 0, topP: 1, greedy: false, precision };
  const groups = await collectGroups(policy.sample(requests, drawing));
  const all = groups.flatMap((completions, i) => completions.map((one) => ({ ...one, prompt: requests[i]!.prompt })));
  const sequences = all.map(({ prompt, tokens, logprobs }) => ({
    promptTokens: prompt,
    tokens,
    weight: 1,
    advantage: 0.5,
    oldLogprobs: logprobs,
  }));
  const scores = await policy.score("policy", sequences, 1);
  const gaps = all.flatMap(({ logprobs }, i) => logprobs.map((logprob, t) => Math.abs(logprob - scores[i]![t]!)));
  return {
    tokens: all.map(({ tokens }) => tokens),
    sequences,
    gap: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
  };
}

describe.each([
  ["all weights", plain],
  ["an adapter", adapted],
])("rollouts in few bits: %s", (_name, model) => {
  let policy: Policy;
  beforeAll(async () => (policy = await startLocalPolicy(model, { workers: 1 })));
  afterAll(() => policy.stop());

  test("log-probabilities are the rounded policy's own, the nearer the more bits; draws are the same again", async () => {
    const [exact, eight, four] = [
      await written(policy, "float32"),
      await written(policy, "int8"),
      await written(policy, "int4"),
    ];
    expect(exact.gap).toBeLessThan(1e-5);
    expect(eight.gap).toBeGreaterThan(1e-4);
    expect(eight.gap).toBeLessThan(0.03);
    expect(four.gap).toBeGreaterThan(4 * eight.gap);
    expect(four.gap).toBeLessThan(1);
    expect((await written(policy, "int8")).tokens).toEqual(eight.tokens);
  });

  test("what is learnt is written with, in few bits too", async () => {
    const before = await written(policy, "int8");
    const loss = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 });
    const step = { learningRate: 0.05, clipNorm: 1, temperature: 1 };
    await policy.update(before.sequences, loss, step);
    const after = await written(policy, "int8");
    expect(after.tokens).not.toEqual(before.tokens);
    expect(after.gap).toBeLessThan(0.1);
  });
});

test("linear layers alone are rounded: every projection of a layer; int8 computes the head in bytes too", async () => {
  const weights = new Map(
    stepGraph({ config, lora })
      .inputs.filter(({ name }) => name.endsWith(".weight"))
      .map(({ name, shape }) => [name, new Float32Array((shape as number[]).reduce((a, b) => a * b))]),
  );
  const engine = await engineFor("cpu");
  const { nodes } = await inRolloutPrecision(engine, stepGraph({ config, lora }), weights, { precision: "int4" });
  expect(nodes.filter(({ operator }) => operator === "MatMulNBits")).toHaveLength(2 * 7);
  expect(nodes.filter(({ operator }) => operator === "MatMul")).toHaveLength(2 * 2 * 2);
  const bytes = await inRolloutPrecision(engine, stepGraph({ config, lora }), weights, { precision: "int8" });
  // Two products each, and the output layer, which shares the embedding.
  expect(bytes.nodes.filter(({ operator }) => operator === "MatMulIntegerToFloat")).toHaveLength(2 * (2 * 7 + 1));
  expect(bytes.nodes.filter(({ operator }) => operator === "MatMul")).toHaveLength(2 * 2 * 2);
  await engine.dispose();
});
