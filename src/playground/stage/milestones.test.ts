import { expect, test } from "vitest";
import type { SeenEvaluation, SeenGroup } from "../messages.ts";
import { milestonesOf, newestCorrection, type MilestoneStep } from "./milestones.ts";

/** A step of one group; each rollout as [right, corrects itself]. */
function step(
  number: number,
  accuracy: number | null,
  meanLength: number,
  rollouts: readonly (readonly [right: boolean, corrects: boolean])[] = [],
): MilestoneStep {
  const group = {
    problemIndex: 0,
    rollouts: rollouts.map(([right, corrects], sample) => ({
      corrects,
      reward: { verdict: { kind: right ? "right" : "wrong" } },
      rollout: { sample },
    })),
  } as unknown as SeenGroup;
  const metrics = { step: number, accuracy, emergence: { meanLength } } as unknown as MilestoneStep["metrics"];
  return { metrics, groups: [group] };
}

const evaluation = (at: number, accuracy: number): SeenEvaluation => ({ step: at, accuracy }) as SeenEvaluation;

test("nothing is reached before the first step", () => {
  expect(milestonesOf([], [evaluation(0, 0.2)])).toEqual([]);
});

test("each is found once, at its first step, in the order of steps", () => {
  const steps = [
    step(1, 0.15, 25, [
      [true, false],
      [false, true],
    ]),
    step(2, 0.49, 49, [[true, true]]),
    step(3, 0.5, 50, [[true, true]]),
    step(4, 0.9, 90, [[true, true]]),
  ];
  expect(milestonesOf(steps, [evaluation(0, 0.2), evaluation(4, 0.75), evaluation(8, 0.8)])).toEqual([
    { kind: "correction", figure: "accuracy", step: 2, value: 0.49 },
    { kind: "half", figure: "accuracy", step: 3, value: 0.5 },
    { kind: "doubled", figure: "length", step: 3, value: 50 },
    { kind: "threeQuarters", figure: "accuracy", step: 4, value: 0.75 },
  ]);
});

test("a step that could not be judged reaches nothing", () => {
  expect(milestonesOf([step(1, null, 25)], [])).toEqual([]);
});

test("the newest correction is that of the last step which has one", () => {
  const steps = [
    step(1, 0.5, 25, [[true, true]]),
    step(2, 0.5, 25, [
      [false, true],
      [true, true],
    ]),
    step(3, 0.5, 25, [
      [true, false],
      [false, true],
    ]),
  ];
  expect(newestCorrection(steps)).toMatchObject({ step: 2, rollout: { rollout: { sample: 1 } } });
  expect(newestCorrection([steps[2]!])).toBeNull();
});
