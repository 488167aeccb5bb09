import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../engine/index.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { AdapterSamplerCache, TrainedSamplerCache, type SamplerCache, type SamplerParts } from "./sampler-cache.ts";

/** Parts whose engine compiles nothing and counts: a sampler that hasn't written yet has one program. */
function countedParts(): {
  readonly parts: SamplerParts;
  /** Samplers that take memory. */
  readonly alive: () => number;
  readonly made: () => number;
  failNext: () => void;
} {
  let [compiled, disposed, fails] = [0, 0, false];
  const engine = {
    compile: async () => {
      await Promise.resolve();
      if (fails) {
        fails = false;
        throw new Error("no memory");
      }
      compiled++;
      return { dispose: () => Promise.resolve(void disposed++) };
    },
  } as unknown as Engine;
  const weights = { inputs: {}, constants: () => new Map() } as unknown as SamplerParts["weights"];
  return {
    parts: { engine, model: { config: tinyConfig() }, weights, options: {} },
    alive: () => compiled - disposed,
    made: () => compiled,
    failNext: () => (fails = true),
  };
}

describe("under an adapter", () => {
  test("one sampler stays, whatever changes and whoever needs memory", async () => {
    const { parts, alive, made } = countedParts();
    const cache = new AdapterSamplerCache(parts);
    const first = await cache.sampler();
    await cache.weightsChange();
    await cache.yieldMemory();
    expect(await cache.sampler()).toBe(first);
    expect([made(), alive()]).toEqual([1, 1]);
  });
});

test.each([
  ["under an adapter", (parts: SamplerParts) => new AdapterSamplerCache(parts)],
  ["where all weights are trained", (parts: SamplerParts) => new TrainedSamplerCache(parts, true)],
])("a large model's keys and values are freed before gradients: %s", async (_name, create) => {
  const cache = create({ ...countedParts().parts, options: { lean: true } });
  const written = new WeakRef(new ArrayBuffer(2 ** 20));
  await setImmediate();
  await cache.yieldMemory();
  await setImmediate();
  expect(written.deref()).toBeUndefined();
});

describe("where all weights are trained", () => {
  test("the one with constant weights goes when they change, the other stays", async () => {
    const { parts, alive, made } = countedParts();
    const cache = new TrainedSamplerCache(parts);
    const [fed, frozen] = [await cache.sampler(false), await cache.sampler(true)];
    expect(fed).not.toBe(frozen);
    expect([await cache.sampler(false), await cache.sampler(true)]).toEqual([fed, frozen]);
    await cache.yieldMemory();
    expect(alive()).toBe(2);
    await cache.weightsChange();
    expect(alive()).toBe(1);
    expect(await cache.sampler(false)).toBe(fed);
    expect(await cache.sampler(true)).not.toBe(frozen);
    expect([made(), alive()]).toEqual([3, 2]);
  });
});

describe("of a large model", () => {
  test("all give their memory back before gradients are computed", async () => {
    const { parts, alive } = countedParts();
    const cache = new TrainedSamplerCache(parts, true);
    await cache.sampler(true);
    await cache.sampler(false);
    expect(alive()).toBe(2);
    await cache.weightsChange();
    expect(alive()).toBe(1);
    await cache.yieldMemory();
    expect(alive()).toBe(0);
    await cache.sampler(false);
    expect(alive()).toBe(1);
  });
});

test.each<readonly [string, (parts: SamplerParts) => SamplerCache]>([
  ["under an adapter", (parts) => new AdapterSamplerCache(parts)],
  ["all trained", (parts) => new TrainedSamplerCache(parts)],
  ["of a large model", (parts) => new TrainedSamplerCache(parts, true)],
])("%s: calls that overlap share one sampler, and one that fails is made again", async (_what, open) => {
  const { parts, made, failNext } = countedParts();
  const cache = open(parts);
  failNext();
  await expect(cache.sampler(true)).rejects.toThrow("no memory");
  const [one, another] = await Promise.all([cache.sampler(true), cache.sampler(true)]);
  expect(another).toBe(one);
  expect(made()).toBe(1);
});

test("dropped while it is made, it goes once it is there", async () => {
  const { parts, alive } = countedParts();
  const cache = new TrainedSamplerCache(parts);
  const coming = cache.sampler(true);
  await cache.weightsChange();
  await coming;
  expect(alive()).toBe(0);
});
