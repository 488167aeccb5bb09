import type { MeasuredSample } from "../evaluation/measured-samples.ts";
import {
  BEFORE_AFTER,
  beforeAfter,
  beforeAfterStages,
  shareOfSamples,
  zeroAndControl,
  type BeforeAfter,
} from "./before-after.ts";
import { defineClaim, type Claim } from "./claim.ts";
import { above } from "./judgement.ts";

const corrects = (sample: MeasuredSample): boolean => sample.corrects;
const turnedRight = (sample: MeasuredSample): boolean => sample.turnedRight;

const wordsGained = ({ before, after }: BeforeAfter): number =>
  after.emergence.taskReflectionRate - before.emergence.taskReflectionRate;

/** Corrections rise, and the words that announce them fall. */
function fewerWords(outcome: BeforeAfter): boolean {
  const risen = shareOfSamples(outcome.after, corrects) > shareOfSamples(outcome.before, corrects);
  return risen && wordsGained(outcome) < 0;
}

export const ahaClaim: Claim = defineClaim({
  name: "aha",
  statement: "Self-correction rises during RL without being taught or rewarded (the aha moment).",
  hypothesis:
    "The share of completions that reject a try of their own and go on rises over the base's (by more than 20 points, one would expect), and so does the share that ends right after doing so.",
  method: BEFORE_AFTER.method,
  control: BEFORE_AFTER.control,

  stages: beforeAfterStages,
  outcome: beforeAfter,

  measures: () => [
    {
      name: "self-correction gained",
      unit: "difference",
      of: ({ before, after }) => shareOfSamples(after, corrects) - shareOfSamples(before, corrects),
      test: above(0),
    },
    {
      name: "completions turned from wrong to right by a correction, gained",
      unit: "difference",
      of: ({ before, after }) => shareOfSamples(after, turnedRight) - shareOfSamples(before, turnedRight),
      test: above(0),
    },
    { name: "self-correction of the base", unit: "share", of: ({ before }) => shareOfSamples(before, corrects) },
    { name: "self-correction after RL", unit: "share", of: ({ after }) => shareOfSamples(after, corrects) },
    {
      name: "self-correction of the control after RL",
      unit: "share",
      of: ({ controlAfter }) => shareOfSamples(controlAfter, corrects),
    },
    {
      name: "reflective words by thousand tokens, gained",
      unit: "number",
      of: wordsGained,
    },
  ],

  figures: (_outcomes, runs) => [
    {
      name: "aha",
      title: "Completions that correct themselves (training rollouts)",
      kind: "lines",
      x: "step",
      y: "share",
      percent: true,
      series: zeroAndControl(runs, ({ emergence }) => emergence.selfCorrectionShare ?? 0),
    },
  ],

  remarks: (outcomes) => [
    "The control's corpus never tries again: what its row shows is what RL adds by itself, the difference to it is what RL makes of a behaviour that the base has.",
    ...(outcomes.every(fewerWords)
      ? [
          "Reflective words fall while corrections rise, other than in R1: RL keeps the retry and drops the words that announce it, for which no reward asks.",
        ]
      : []),
  ],
});
