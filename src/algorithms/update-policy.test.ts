import { describe, expect, test } from "vitest";
import { clippedPolicyLoss, sequenceMean, tokenMean } from "../losses/index.ts";
import type { Policy } from "../policy/policy.ts";
import type { TrainingSequence } from "../records/rollout.ts";
import { randomKey } from "../random.ts";
import type { AdvantagedSequence } from "./algorithm.ts";
import { updatePolicy, type UpdateOptions } from "./update-policy.ts";

const CLIP = { clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28 };
const OPTIONS: UpdateOptions = {
  schedule: (update) => 1 / (update + 1),
  clipNorm: 0.5,
  temperature: 0.7,
  aggregation: sequenceMean,
  minibatches: 1,
  innerEpochs: 1,
  loss: clippedPolicyLoss({ ...CLIP, klCoefficient: 0 }),
  key: randomKey(1),
};

/** Completion i is i + 1 tokens long. */
function rollouts(count: number): AdvantagedSequence[] {
  return Array.from({ length: count }, (_, i) => ({
    promptTokens: [9],
    tokens: Array.from({ length: i + 1 }, () => i),
    logprobs: Array.from({ length: i + 1 }, () => -1),
    advantage: i % 2 === 0 ? 1 : -1,
  }));
}

interface Call {
  readonly sequences: readonly TrainingSequence[];
  readonly step: Parameters<Policy["update"]>[2];
}

/** A policy that writes down what it is asked, and whose log-probabilities have moved by `moved` after each update. */
function fakePolicy(moved: (update: number) => number = () => 0) {
  const calls: Call[] = [];
  const scored: string[] = [];
  const policy = {
    version: 0,
    score: async (model: string, sequences: readonly TrainingSequence[]) => {
      scored.push(model);
      return sequences.map(({ tokens }) => Float32Array.from(tokens, () => -1.5));
    },
    update: async (sequences: readonly TrainingSequence[], _loss: unknown, step: Call["step"]) => {
      const logprobs = sequences.map(({ tokens }) => Float32Array.from(tokens, () => -1 + moved(policy.version)));
      calls.push({ sequences, step });
      policy.version++;
      return { loss: 2, gradNorm: 3, entropy: 10, kl: 5, clipped: 1, logprobs };
    },
  };
  return { policy: policy as unknown as Policy, calls, scored };
}

describe("an update of the policy", () => {
  test("one minibatch: all rollouts in order, weighted, with what they were sampled with", async () => {
    const { policy, calls, scored } = fakePolicy();
    const metrics = await updatePolicy(policy, rollouts(3), OPTIONS);
    expect(calls.length).toBe(1);
    expect(scored).toEqual([]);
    const [{ sequences, step }] = calls as [Call];
    expect(step).toEqual({ learningRate: 1, clipNorm: 0.5, temperature: 0.7 });
    expect(sequences.map(({ tokens }) => tokens[0])).toEqual([0, 1, 2]);
    expect(sequences.map(({ weight }) => weight)).toEqual([1 / 3, 1 / 6, 1 / 9]);
    expect(sequences[2]).toEqual({
      promptTokens: [9],
      tokens: [2, 2, 2],
      weight: 1 / 9,
      advantage: 1,
      oldLogprobs: [-1, -1, -1],
    });
    // 1 + 2 + 3 tokens.
    expect(metrics).toMatchObject({ loss: 2, gradNorm: 3, updates: 1, trainedTokens: 6, learningRate: 1 });
    expect(metrics.entropy).toBeCloseTo(10 / 6, 12);
    expect(metrics.kl).toBeCloseTo(5 / 6, 12);
  });

  test("minibatches hold every rollout once an epoch, in another order each epoch, and weigh among themselves", async () => {
    const { policy, calls } = fakePolicy();
    const options = { ...OPTIONS, minibatches: 3, innerEpochs: 2, aggregation: tokenMean };
    const metrics = await updatePolicy(policy, rollouts(8), options);
    expect(calls.map(({ sequences }) => sequences.length)).toEqual([2, 3, 3, 2, 3, 3]);
    expect(calls.map(({ step }) => step.learningRate)).toEqual([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6]);
    const orders = [calls.slice(0, 3), calls.slice(3)].map((epoch) =>
      epoch.flatMap(({ sequences }) => sequences.map(({ tokens }) => tokens[0]!)),
    );
    for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(orders[0]).not.toEqual(orders[1]);
    for (const { sequences } of calls)
      expect(sequences.reduce((sum, { weight, tokens }) => sum + (weight as number) * tokens.length, 0)).toBeCloseTo(
        1,
        12,
      );
    expect(metrics).toMatchObject({ updates: 6, trainedTokens: 72 });
  });

  test("with a penalty the reference scores every rollout once, before the first step", async () => {
    const { policy, calls, scored } = fakePolicy();
    await updatePolicy(policy, rollouts(4), {
      ...OPTIONS,
      loss: clippedPolicyLoss({ ...CLIP, klCoefficient: 0.1 }),
      minibatches: 2,
      innerEpochs: 2,
    });
    expect(scored).toEqual(["reference"]);
    for (const { sequences } of calls)
      for (const { tokens, refLogprobs } of sequences) expect(refLogprobs).toEqual(tokens.map(() => -1.5));
  });

  test("a trainer that isn't the sampler's policy is refused, later movement is not", async () => {
    await expect(updatePolicy(fakePolicy(() => 0.02).policy, rollouts(2), OPTIONS)).rejects.toThrow(
      /give the sampler's log-probabilities; they differ by 2\.00e-2/,
    );
    const moving = fakePolicy((update) => 0.5 * update);
    const metrics = await updatePolicy(moving.policy, rollouts(2), { ...OPTIONS, innerEpochs: 2 });
    expect(metrics).toMatchObject({ samplerGap: 0, samplerGapMax: 0, updates: 2 });
  });

  test("a sampler with rounded weights may be another policy, which is measured, but not another model", async () => {
    const rounded = { ...OPTIONS, precision: "int8" } as const;
    const metrics = await updatePolicy(fakePolicy(() => -0.02).policy, rollouts(2), rounded);
    expect(metrics.samplerGap).toBeCloseTo(0.02, 6);
    // What was sampled at -1 has -1.02 now.
    expect(metrics.samplerKl).toBeCloseTo(0.02, 6);
    for (const [moved, words] of [
      [1.5, "1.50e+0"],
      [Number.NaN, "NaN"],
    ] as const)
      await expect(updatePolicy(fakePolicy(() => moved).policy, rollouts(2), rounded)).rejects.toThrow(
        `Expected rollouts written in int8 to be of the model that is trained; log-probabilities differ by ${words} on average (at most 1). Use a higher \`rolloutPrecision\`.`,
      );
    expect(await updatePolicy(fakePolicy().policy, rollouts(2), OPTIONS)).not.toHaveProperty("samplerKl");
  });

  test("the clipped share is what the loss reports, by token", async () => {
    const metrics = await updatePolicy(fakePolicy().policy, rollouts(2), { ...OPTIONS, innerEpochs: 2 });
    // One of three tokens, twice.
    expect(metrics.clipFraction).toBeCloseTo(2 / 6, 12);
  });

  test("what the model didn't write weighs nothing and counts nowhere", async () => {
    const { policy, calls } = fakePolicy();
    const [one, two] = rollouts(3).slice(1) as [AdvantagedSequence, AdvantagedSequence];
    // The first token of two, and the last two of three: the tool's token is 5 nats away from what the trainer says.
    const masked = { ...two, mask: [false, true, true], logprobs: [-6, -1, -1] };
    const metrics = await updatePolicy(policy, [{ ...one, mask: [true, false] }, masked], {
      ...OPTIONS,
      aggregation: tokenMean,
    });
    expect(calls[0]!.sequences.map(({ weight }) => weight)).toEqual([
      [1 / 3, 0],
      [0, 1 / 3, 1 / 3],
    ]);
    expect(metrics).toMatchObject({ samplerGap: 0, samplerGapMax: 0, trainedTokens: 3 });
    expect(metrics.clipFraction).toBeCloseTo(1 / 3, 12);
  });

  test("without rollouts nothing is asked of the policy", async () => {
    const { policy, calls, scored } = fakePolicy();
    const metrics = await updatePolicy(policy, [], {
      ...OPTIONS,
      loss: clippedPolicyLoss({ ...CLIP, klCoefficient: 1 }),
    });
    expect([calls, scored]).toEqual([[], []]);
    expect(metrics).toMatchObject({ loss: 0, updates: 0, trainedTokens: 0, clipFraction: 0, learningRate: 1 });
  });
});
