import { describe, expect, onTestFinished, test } from "vitest";
import { EngineError } from "../../errors.ts";
import { clippedPolicyLoss } from "../../losses/index.ts";
import { initialParameters, parameterLayout } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { adamWUpdate, clipFactor, createAdamWState, globalNorm } from "../../optimizer/index.ts";
import { randomKey } from "../../random.ts";
import type { Policy } from "../policy.ts";
import { startLocalPolicy } from "./local-policy.ts";
import { momentsOf, shareState, trainedInPlace } from "./shared-state.ts";
import { UpdateThreads } from "./update-threads.ts";

/** Some three blocks of the norm, that end inside a parameter. */
const CONFIG = tinyConfig({ vocabSize: 20_000, hiddenSize: 72, headDim: 36, heads: 2, kvHeads: 1 });
const LAYOUT = parameterLayout(CONFIG);
const SIZE = LAYOUT.reduce((sum, { size }) => sum + size, 0);
const OPTIMIZER = { weightDecay: 0.1 };

function numbers(seed: number): Float32Array {
  return new Float32Array(SIZE).map((_, i) => Math.sin(i * seed));
}

/** Bit for bit. */
function equal(one: Float32Array, other: Float32Array): boolean {
  return Buffer.from(one.buffer).equals(Buffer.from(other.buffer));
}

test.each([1, 2, 3, 5])("%i threads make the update of one, bit for bit", async (parts) => {
  const [parameters, moments] = [numbers(1), createAdamWState(SIZE)];
  const shared = shareState(parameters, 1);
  const threads = await UpdateThreads.start({ config: CONFIG, shared, optimizer: OPTIMIZER, parts });
  onTestFinished(() => threads.stop());
  for (const seed of [2, 3]) {
    const gradients = numbers(seed);
    new Float32Array(shared.gradients[0]!).set(gradients);
    const norm = globalNorm(gradients);
    expect(await threads.update(0.01, 1)).toBe(norm);
    const step = { learningRate: 0.01, gradientScale: clipFactor(norm, 1), ranges: LAYOUT, options: OPTIMIZER };
    adamWUpdate(parameters, gradients, moments, step);
  }
  const made = momentsOf(shared);
  expect(made.updates).toBe(2);
  expect([
    equal(new Float32Array(shared.parameters), parameters),
    equal(made.firstMoment, moments.firstMoment),
    equal(made.secondMoment, moments.secondMoment),
  ]).toEqual([true, true, true]);
});

test("a gradient that isn't finite changes nothing", async () => {
  const parameters = numbers(1);
  const shared = shareState(parameters, 1);
  const threads = await UpdateThreads.start({ config: CONFIG, shared, optimizer: OPTIMIZER, parts: 2 });
  onTestFinished(() => threads.stop());
  new Float32Array(shared.gradients[0]!)[SIZE - 1] = Number.NaN;
  await expect(threads.update(0.01, 1)).rejects.toThrow(/^Expected a finite gradient, got a norm of NaN/);
  expect(equal(new Float32Array(shared.parameters), parameters)).toBe(true);
  expect(momentsOf(shared).updates).toBe(0);
});

test("a thread that ends says what that means for the weights, once all others rest", async () => {
  const shared = shareState(numbers(1), 1);
  const rested: string[] = [];
  const thread = (step: () => Promise<void>): ConstructorParameters<typeof UpdateThreads>[1][number] => {
    const calls = { squares: () => Promise.resolve([1]), step };
    return { calls, watched: () => calls, stop: () => Promise.resolve() };
  };
  const threads = new UpdateThreads(shared, [
    thread(() =>
      Promise.reject(new EngineError("The thread of the optimizer ended (exit code 1) with calls under way.")),
    ),
    thread(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      rested.push("the other");
    }),
  ]);
  await expect(threads.update(0.01, 1)).rejects.toThrow(
    /^The thread of the optimizer ended .* An update was half made.*; resume from an earlier checkpoint\.$/,
  );
  expect(rested).toEqual(["the other"]);
  expect(momentsOf(shared).updates).toBe(0);
});

test("a large policy learns by them, and its engine has what they made", async () => {
  const config = { ...CONFIG, vocabSize: 60_000 };
  const policy = await startLocalPolicy(
    { config, parameters: initialParameters(config, randomKey(1)) },
    { workers: 2, tokenBudget: 32, positions: 16 },
  );
  onTestFinished(() => policy.stop());
  // Two micro-batches.
  const sequences = [1, 2, 3].map((first) => ({
    promptTokens: [first, 5],
    tokens: [7, 11, 13, 17, 19, 23, 29, 31],
    weight: 1 / 24,
    advantage: 1,
    oldLogprobs: new Array<number>(8).fill(-11),
  }));
  const sumOf = (scores: readonly Float32Array[]): number => scores.flatMap((one) => [...one]).reduce((a, b) => a + b);
  const before = sumOf(await policy.score("policy", sequences, 1));
  const loss = clippedPolicyLoss({ clipEpsilonLow: 10, clipEpsilonHigh: 10, klCoefficient: 0 });
  const made = [];
  for (let update = 0; update < 2; update++)
    made.push(await policy.update(sequences, loss, { learningRate: 0.01, clipNorm: 1, temperature: 1 }));
  expect(sumOf(made[0]!.logprobs)).toBeCloseTo(before, 3);
  expect(sumOf(await policy.score("policy", sequences, 1))).toBeGreaterThan(before + 5);
  expect(made[0]!.gradNorm).toBeGreaterThan(0);
  expect((await policy.state()).moments.updates).toBe(2);
});

test("parameters are trained where they are only where that is asked for, and they are shared", () => {
  const given = numbers(1);
  const own = trainedInPlace(given);
  expect(equal(own, given)).toBe(true);
  expect(shareState(own, 1, true).parameters).toBe(own.buffer);
  expect(shareState(own, 1).parameters).not.toBe(own.buffer);
  expect(shareState(own.subarray(1), 1, true).parameters).not.toBe(own.buffer);
  expect(equal(new Float32Array(shareState(given, 1, true).parameters), given)).toBe(true);
});

describe("a large policy that goes on from a checkpoint", () => {
  const config = { ...CONFIG, vocabSize: 60_000 };
  const sequences = [1, 2, 3].map((first) => ({
    promptTokens: [first, 5],
    tokens: [7, 11, 13, 17, 19, 23, 29, 31],
    weight: 1 / 24,
    advantage: first - 2.5,
    oldLogprobs: new Array<number>(8).fill(-11),
  }));
  const loss = clippedPolicyLoss({ clipEpsilonLow: 10, clipEpsilonHigh: 10, klCoefficient: 0 });
  const begun = async (parameters: Float32Array): Promise<Policy> => {
    const policy = await startLocalPolicy(
      { config, parameters },
      { workers: 2, tokenBudget: 32, positions: 16, inPlace: true },
    );
    onTestFinished(() => policy.stop());
    return policy;
  };
  const updated = async (policy: Policy): Promise<void> =>
    void (await policy.update(sequences, loss, { learningRate: 0.01, clipNorm: 1, temperature: 1 }));
  const bytes = async (policy: Policy): Promise<Buffer[]> => {
    const { firstMoment, secondMoment } = (await policy.state()).moments;
    const all = [(await policy.model()).parameters, firstMoment, secondMoment];
    return all.map(({ buffer }) => Buffer.from(buffer.slice(0)));
  };

  test("has the bytes of one that went through", async () => {
    const through = await begun(initialParameters(config, randomKey(1)));
    await updated(through);
    const parameters = (await through.model()).parameters.slice();
    const { firstMoment, secondMoment, updates } = (await through.state()).moments;
    const moments = { firstMoment: firstMoment.slice(), secondMoment: secondMoment.slice(), updates };
    await updated(through);
    const resumed = await begun(trainedInPlace(parameters));
    await resumed.restore({ moments });
    await updated(resumed);
    const [made, expected] = [await bytes(resumed), await bytes(through)];
    expect(made.map((one, i) => one.equals(expected[i]!))).toEqual([true, true, true]);
  });
});
