import { expect, test } from "vitest";
import { RandomStream, randomKey } from "../../random.ts";
import { PackedStep } from "./packed-step.ts";
import type { SeenStep } from "./tab-client.ts";

/** A step of so many groups, each rollout with such log-probabilities. */
function stepOf(groups: number, logprobs: readonly number[]): SeenStep {
  const rollout = {
    step: 3,
    rollout: {
      tokens: logprobs.map((_, i) => i % 40),
      logprobs,
      text: 'a "quoted"\n思',
      promptTokens: [1, 2],
      sample: 0,
    },
    pieces: logprobs.map((_, i) => ` piece ${i % 40}`),
    advantage: null,
  };
  const group = { problemIndex: 0, problemId: "x", signal: true, rollouts: Array.from({ length: 8 }, () => rollout) };
  return {
    metrics: { step: 3 },
    digest: "d",
    groups: Array.from({ length: groups }, () => group),
  } as unknown as SeenStep;
}

test("a packed step says what it was made of", () => {
  const random = new RandomStream(randomKey(1));
  const exact = Array.from({ length: 90 }, () => Math.fround(random.normal()));
  for (const logprobs of [exact, [0.1, -0.1], [-0, 0, 2 ** 31], [], [Number.MIN_VALUE]]) {
    const step = stepOf(2, logprobs);
    const packed = new PackedStep(step);
    expect({ metrics: packed.metrics, digest: packed.digest, groups: packed.groups }).toEqual(step);
    expect(packed.groups).toBe(packed.groups);
  }
});

test("many steps can be read one after the other, and again", () => {
  const steps = Array.from({ length: 6 }, (_, i) => new PackedStep(stepOf(1, [-i])));
  const first = (step: PackedStep): unknown => step.groups[0]!.rollouts[0]!.rollout.logprobs;
  for (const _again of [1, 2]) expect(steps.map(first)).toEqual([0, 1, 2, 3, 4, 5].map((i) => [-i]));
});
