import type { Measurement } from "../pipelines/measure-model.ts";
import {
  BEFORE_AFTER,
  beforeAfterAlone,
  beforeAfterStagesAlone,
  shareOfSamples,
  type BeforeAfter,
} from "./before-after.ts";
import { defineClaim, type Claim } from "./claim.ts";
import { above } from "./judgement.ts";
import { trainingCurve } from "./training-curves.ts";

type Outcome = Pick<BeforeAfter, "before" | "after">;

const byThousand = ({ emergence }: Measurement): number => emergence.taskReflectionRate;
const byCompletion = (measurement: Measurement): number =>
  (byThousand(measurement) * measurement.emergence.meanLength) / 1000;

const correctionGained = ({ before, after }: Outcome): number =>
  shareOfSamples(after, ({ corrects }) => corrects) - shareOfSamples(before, ({ corrects }) => corrects);

export const wordsClaim: Claim = defineClaim<Outcome>({
  name: "words",
  statement: "Words of reflection (wait, but and the like) grow more frequent during RL, as reflection does.",
  hypothesis:
    "As in R1, where their count grows five to seven times, there are more of them after RL than before: by thousand tokens, so that longer completions alone don't count, and by completion. Earlier runs (docs/log.md) make the opposite likelier here.",
  method: `${BEFORE_AFTER.method} Words are the task's own: wait, hmm, but.`,
  control: "The base itself at step 0; the share of completions that correct themselves, with or without such words.",

  stages: beforeAfterStagesAlone,
  outcome: beforeAfterAlone,

  measures: () => [
    {
      name: "reflective words by thousand tokens, gained",
      unit: "number",
      of: ({ before, after }) => byThousand(after) - byThousand(before),
      test: above(0),
    },
    {
      name: "reflective words by completion, gained",
      unit: "number",
      of: ({ before, after }) => byCompletion(after) - byCompletion(before),
      test: above(0),
    },
    { name: "by thousand tokens, base", unit: "number", of: ({ before }) => byThousand(before) },
    { name: "by thousand tokens after RL", unit: "number", of: ({ after }) => byThousand(after) },
    { name: "by completion, base", unit: "number", of: ({ before }) => byCompletion(before) },
    { name: "by completion after RL", unit: "number", of: ({ after }) => byCompletion(after) },
    { name: "self-correction gained meanwhile", unit: "difference", of: correctionGained },
  ],

  figures: (_outcomes, { laboratory, seeds }) => [
    {
      name: "words",
      title: "Reflective words by thousand tokens over the steps of RL (training rollouts)",
      kind: "lines",
      x: "step",
      y: "words by thousand tokens",
      series: [
        trainingCurve(
          "R1-Zero",
          seeds.map((seed) => laboratory.zero(seed)),
          ({ emergence }) => emergence.taskReflectionRate,
        ),
      ],
    },
  ],

  remarks: (outcomes) =>
    outcomes.every((outcome) => correctionGained(outcome) > 0 && byThousand(outcome.after) < byThousand(outcome.before))
      ? [
          "The words fall while corrections rise, other than in R1: RL keeps the retry and drops the words that announce it, for which no reward asks. Counting words would have missed the behaviour.",
        ]
      : [],
});
