import { expect, test } from "vitest";
import { stepMetrics } from "../../test/contracts/run-samples.ts";
import { watchChecks, watchDrift } from "./watch-ahead.ts";

const AHEAD = { lag: 1, largestLag: 1, kl: 0.06, open: 4, dropped: 0, droppedInAll: 0, late: 0, busy: 1 };

test("a run ends with the third step above the limit, those before its stop counted", () => {
  const step = (n: number) => ({ ...stepMetrics(n), ahead: AHEAD });
  const drift = watchDrift([step(1)]);
  expect(drift(step(2))).toBeNull();
  expect(drift(step(3))).toMatch(/too old/);
});

test("slow verdicts are told of once, in a synchronous run alone", () => {
  const notes: string[] = [];
  const watch = watchChecks((text) => notes.push(text));
  for (let n = 1; n <= 4; n++) watch(stepMetrics(n, { rewardSeconds: 9, seconds: 11 }));
  watch(stepMetrics(5));
  watch({ ...stepMetrics(6, { rewardSeconds: 9 }), ahead: AHEAD });
  expect(notes).toEqual([]);
  for (let n = 7; n <= 20; n++) watch(stepMetrics(n, { rewardSeconds: 9, seconds: 11 }));
  expect(notes).toEqual([expect.stringMatching(/in 5 steps \(9\.0 s of 11\.0 s in the last\): with `open` at two/)]);
});
