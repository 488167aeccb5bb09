import { expect, test } from "vitest";
import { forecastSeconds, secondsLeft } from "./time-left.ts";

const steps = (tokens: readonly number[], speed: number) =>
  tokens.map((completionTokens) => ({ completionTokens, seconds: completionTokens / speed }));

test("nothing is known before the first step; equal steps go on as they are", () => {
  expect(forecastSeconds([], 5)).toBeNull();
  expect(forecastSeconds(steps([100, 100, 100], 10), 5)).toBeCloseTo(50, 9);
  expect(forecastSeconds(steps([100], 10), 0)).toBe(0);
});

test("completions that grow take longer, up to twice as long", () => {
  // 110 tokens now, 10 more each step: the mean of 110 and 150 over 4 steps, at 10 tokens a second.
  expect(forecastSeconds(steps([90, 100, 110], 10), 4)).toBeCloseTo(52, 9);
  // Growth ends at 220 after 11 steps: 11 x 165, then 89 x 220.
  expect(forecastSeconds(steps([90, 100, 110], 10), 100)).toBeCloseTo((11 * 165 + 89 * 220) / 10, 9);
  // Shrinking ends at half of 90.
  expect(forecastSeconds(steps([110, 100, 90], 10), 100)).toBeCloseTo((4.5 * 67.5 + 95.5 * 45) / 10, 9);
});

test("steps without tokens count by their time", () => {
  expect(forecastSeconds([{ completionTokens: 0, seconds: 3 }], 4)).toBe(12);
});

test("a growing run is foretold better than by its pace", () => {
  // Lengths from 30 to 90 over 110 steps, told at step 14.
  const lengths = Array.from({ length: 110 }, (_, i) => 256 * (30 + 60 * Math.min(1, i / 55)));
  const all = steps(lengths, 4000);
  const truth = all.slice(14).reduce((sum, { seconds }) => sum + seconds, 0);
  const told = forecastSeconds(all.slice(0, 14), 96)!;
  const pace = (all.slice(4, 14).reduce((sum, { seconds }) => sum + seconds, 0) / 10) * 96;
  expect(Math.abs(told - truth) / truth).toBeLessThan(0.1);
  expect(Math.abs(pace - truth) / truth).toBeGreaterThan(0.4);
});

test("a run ends after its steps or by the clock, whichever comes first", () => {
  const costs = steps([100, 100], 10);
  expect(secondsLeft(costs, { steps: 6, minutes: 0 })).toBeCloseTo(40, 9);
  expect(secondsLeft(costs, { steps: 6, minutes: 0.5 })).toBeCloseTo(10, 9);
  expect(secondsLeft(costs, { steps: 6, minutes: 10 })).toBeCloseTo(40, 9);
  expect(secondsLeft(costs, { steps: null, minutes: 1 })).toBeCloseTo(40, 9);
  expect(secondsLeft(costs, { steps: 1_000_000, minutes: 1 })).toBeCloseTo(40, 9);
  expect(secondsLeft(costs, { steps: 1_000_000, minutes: 0 })).toBeNull();
  expect(secondsLeft([], { steps: 6, minutes: 1 })).toBeNull();
  expect(secondsLeft(costs, { steps: 1, minutes: 0.1 })).toBe(0);
});
