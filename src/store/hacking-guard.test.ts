import { expect, test } from "vitest";
import { hackingBegan, type GuardedStep } from "./hacking-guard.ts";

const run = (length: number, of: (step: number) => readonly [modelScore: number, accuracy: number]): GuardedStep[] =>
  Array.from({ length }, (_, i) => ({ step: i + 1, modelScore: of(i)[0], accuracy: of(i)[1] }));

test("score up while accuracy falls: begins where accuracy was best", () => {
  // Accuracy rises to step 20 and falls after it; the score rises throughout.
  const steps = run(60, (i) => [0.3 + i / 100, i < 20 ? 0.3 + i / 100 : 0.5 - (i - 20) / 100]);
  const began = hackingBegan(steps);
  expect(began).toBeGreaterThanOrEqual(18);
  expect(began).toBeLessThanOrEqual(26);
});

test.each([
  ["both rise", run(60, (i) => [0.3 + i / 200, 0.3 + i / 200])],
  ["both fall", run(60, (i) => [0.8 - i / 200, 0.8 - i / 200])],
  ["nothing changes", run(60, () => [0.5, 0.5])],
  ["too few steps to tell", run(15, (i) => [i / 15, 1 - i / 15])],
])("%s: nothing", (_name, steps) => {
  expect(hackingBegan(steps)).toBeNull();
});
