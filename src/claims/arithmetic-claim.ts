import { defineClaim, type Claim } from "./claim.ts";
import { freshOutcome, freshStages, gained, type FreshOutcome } from "./fresh-bases.ts";
import { above } from "./judgement.ts";
import { shareOfSamples } from "./before-after.ts";
import { trainingCurve } from "./training-curves.ts";

/** Of pretraining. */
const STEPS = 1350;

export const arithmeticClaim: Claim = defineClaim<FreshOutcome>({
  name: "arithmetic",
  statement:
    "What RL does is not one task's alone: accuracy, length and self-correction rise where steps are worked out, too.",
  hypothesis:
    "On expressions of two to five numbers all three rise over the base's, as on Countdown. Length may do so less: there is nothing to search, only slips to find.",
  method: `Each seed makes a base of its own (0.13 M parameters, ${STEPS.toLocaleString("en")} steps of \`aha pretrain --task arithmetic\`), then GRPO as for pure-rl, 110 steps; held-out problems, 4 samples each, T = 1, before and after.`,
  control: "The base itself at step 0.",

  stages: (laboratory, seed) => Object.values(freshStages(laboratory, "arithmetic", STEPS, seed)),
  outcome: (laboratory, seed) => freshOutcome(laboratory, "arithmetic", STEPS, seed),

  measures: () => [
    { name: "accuracy gained", unit: "difference", of: gained.accuracy, test: above(0) },
    { name: "length gained", unit: "tokens", of: gained.length, test: above(0) },
    { name: "self-correction gained", unit: "difference", of: gained.corrections, test: above(0) },
    { name: "accuracy of the base", unit: "share", of: ({ before }) => before.evaluation.accuracy },
    { name: "accuracy after RL", unit: "share", of: ({ after }) => after.evaluation.accuracy },
    { name: "length of the base", unit: "tokens", of: ({ before }) => before.evaluation.meanLength },
    { name: "length after RL", unit: "tokens", of: ({ after }) => after.evaluation.meanLength },
    {
      name: "self-correction of the base",
      unit: "share",
      of: ({ before }) => shareOfSamples(before, ({ corrects }) => corrects),
    },
    {
      name: "self-correction after RL",
      unit: "share",
      of: ({ after }) => shareOfSamples(after, ({ corrects }) => corrects),
    },
  ],

  figures: (_outcomes, { laboratory, seeds }) => {
    const runs = seeds.map((seed) => laboratory.zeroFromFresh("arithmetic", STEPS, seed));
    return [
      {
        name: "arithmetic",
        title: "Arithmetic over the steps of RL (training rollouts)",
        kind: "lines",
        x: "step",
        y: "share",
        percent: true,
        series: [
          trainingCurve("right answers", runs, ({ accuracy }) => accuracy),
          trainingCurve(
            "completions that correct themselves",
            runs,
            ({ emergence }) => emergence.selfCorrectionShare ?? 0,
          ),
        ],
      },
    ];
  },
});
