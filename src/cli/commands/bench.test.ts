import { expect, test } from "vitest";
import type { StepSpeed } from "../../training/step-speed.ts";
import { benchText } from "./bench.ts";

const SPEED: StepSpeed = {
  steps: 8,
  seconds: 0.5,
  rolloutSeconds: 0.3,
  updateSeconds: 0.19,
  tokens: 14_000,
  rolloutTokensPerSecond: 46_000,
  updateTokensPerSecond: 70_000,
  peakMegabytes: 700,
};
const FLAGS = new Map() as never;

test("what a step gets stands beside the peak", () => {
  const text = benchText(
    {
      gemmGflops: 340,
      trainGflops: 230,
      trainEfficiency: 0.68,
      trainTokensPerSecond: 51_000,
      rolloutTokensPerSecond: 120_000,
      step: SPEED,
    },
    FLAGS,
  );
  expect(text).toMatch(/training +230\.0 GFLOP\/s, 68\.0 % of the matrix product/);
  expect(text).toMatch(/rollouts +120k tokens\/s, at their peak: 4,096 at once/);
  expect(text).toMatch(/a step +0\.50 s, the middle one of 8 of aha zero's/);
  expect(text).toMatch(/- its rollouts +0\.30 s, 46k tokens\/s/);
  expect(text).toMatch(/- its update +0\.19 s, 70k tokens\/s/);
});

test("another trainer's steps stand turn by turn, with how many times as long they take", () => {
  const there = { ...SPEED, seconds: 4, peakMegabytes: 0 };
  const text = benchText(
    {
      comparison: {
        peer: "trl",
        precision: "bfloat16",
        here: [SPEED, { ...SPEED, seconds: 0.4 }],
        there: [there, there],
        timesAsFast: 9,
      },
    },
    FLAGS,
  );
  const lines = text.split("\n");
  expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual([
    "aha",
    "TRL, bfloat16",
    "aha",
    "TRL, bfloat16",
    "A step takes TRL 9.0 times as long (the middle one of 2 turns).",
  ]);
  expect(lines[1]).toContain("memory not told");
});
