import { expect, test } from "vitest";
import type { Milestone } from "./milestones.ts";
import { newestTold, spokenTime } from "./narration.ts";

const half: Milestone = { kind: "half", figure: "accuracy", step: 7, value: 0.5 };

test.each([
  [0, null],
  [1, 1],
  [2, null],
  [4, null],
  [5, 5],
  [9, 5],
  [10, 10],
])("after step %i that of step %s is told", (step, told) => {
  expect(newestTold(step, [])).toEqual(told === null ? null : { kind: "step", step: told });
});

test("a milestone is told until the next step that is", () => {
  expect(newestTold(8, [half])).toEqual({ kind: "milestone", milestone: half });
  expect(newestTold(10, [half])).toEqual({ kind: "step", step: 10 });
});

test.each([
  [0.2, "seconds", 5],
  [12, "seconds", 10],
  [57, "seconds", 55],
  [58, "minutes", 1],
  [200, "minutes", 3],
] as const)("%s s are %s: %i", (seconds, unit, count) => {
  expect(spokenTime(seconds)).toEqual({ unit, count });
});
