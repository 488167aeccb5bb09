import type { Measurement } from "../pipelines/measure-model.ts";
import { BEFORE_AFTER, beforeAfter, beforeAfterStages, zeroAndControl } from "./before-after.ts";
import { defineClaim, type Claim } from "./claim.ts";
import { above } from "./judgement.ts";

const accuracy = ({ evaluation }: Measurement): number => evaluation.accuracy;

export const pureRlClaim: Claim = defineClaim({
  name: "pure-rl",
  statement:
    "Reinforcement learning on rule-based rewards alone, without any supervised example, makes a base model reason better (R1-Zero).",
  hypothesis: "Held-out accuracy rises; by more than 30 points, one would expect.",
  method: BEFORE_AFTER.method,
  control: BEFORE_AFTER.control,

  stages: beforeAfterStages,
  outcome: beforeAfter,

  measures: () => [
    {
      name: "accuracy gained",
      unit: "difference",
      of: ({ before, after }) => accuracy(after) - accuracy(before),
      test: above(0),
    },
    { name: "accuracy of the base", unit: "share", of: ({ before }) => accuracy(before) },
    { name: "accuracy after RL", unit: "share", of: ({ after }) => accuracy(after) },
    { name: "control, before", unit: "share", of: ({ controlBefore }) => accuracy(controlBefore) },
    { name: "control, after RL", unit: "share", of: ({ controlAfter }) => accuracy(controlAfter) },
  ],

  figures: (_outcomes, runs) => [
    {
      name: "pure-rl",
      title: "Right answers over the steps of RL (training rollouts)",
      kind: "lines",
      x: "step",
      y: "right answers",
      percent: true,
      series: zeroAndControl(runs, ({ accuracy: right }) => right),
    },
  ],
});
