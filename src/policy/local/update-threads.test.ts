import { onTestFinished, expect, test } from "vitest";
import { parameterLayout } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { adamWUpdate, clipFactor, createAdamWState, globalNorm } from "../../optimizer/index.ts";
import { momentsOf, shareState, trainedInPlace } from "./shared-state.ts";
import { UpdateThreads } from "./update-threads.ts";

/** Some three blocks of the norm, that end inside a parameter. */
const CONFIG = tinyConfig({ vocabSize: 40_000, hiddenSize: 72, headDim: 36, heads: 2, kvHeads: 1 });
const LAYOUT = parameterLayout(CONFIG);
const SIZE = LAYOUT.reduce((sum, { size }) => sum + size, 0);
const OPTIMIZER = { weightDecay: 0.1 };

function numbers(seed: number): Float32Array {
  return new Float32Array(SIZE).map((_, i) => Math.sin(i * seed));
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
  const equal = (one: Float32Array, other: Float32Array): boolean =>
    Buffer.from(one.buffer).equals(Buffer.from(other.buffer));
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
  expect(new Float32Array(shared.parameters)).toEqual(parameters);
  expect(momentsOf(shared).updates).toBe(0);
});

test("parameters are trained where they are only where that is asked for, and they are shared", () => {
  const given = numbers(1);
  const own = trainedInPlace(given);
  expect(own).toEqual(given);
  expect(shareState(own, 1, true).parameters).toBe(own.buffer);
  expect(shareState(own, 1).parameters).not.toBe(own.buffer);
  expect(shareState(own.subarray(1), 1, true).parameters).not.toBe(own.buffer);
  expect(new Float32Array(shareState(given, 1, true).parameters)).toEqual(given);
});
