import { mean } from "../numbers/metrics.ts";
import { hackingBegan } from "../store/index.ts";
import { defineClaim, type Claim } from "./claim.ts";
import { above } from "./judgement.ts";
import { readSteps } from "./read-steps.ts";
import { smoothedSteps, trainingCurve } from "./training-curves.ts";

/** Steps whose mean is the score at the end. */
const TAIL = 10;

export const rulesClaim: Claim = defineClaim({
  name: "rules",
  statement: "A learned reward model gets hacked in large-scale RL; rules don't, which is why R1-Zero uses rules.",
  hypothesis:
    "With a learned reward model in place of the rule, its score rises while held-out accuracy ends below that of the run by rules.",
  method:
    "A reward model (the base with a scalar head) is trained on pairs of right and wrong completions of the base, lengths balanced. RL as before, but rewarded by it alone; the rule only watches.",
  control: "The same run rewarded by the rule.",

  stages: (laboratory, seed) => [
    laboratory.zero(seed),
    laboratory.measure("zero", seed, laboratory.zero(seed)),
    laboratory.rlByLearnedRule(seed),
    laboratory.measure("learned-rl", seed, laboratory.rlByLearnedRule(seed)),
  ],
  outcome: async (laboratory, seed) => {
    const { testAccuracy } = await laboratory.runner.result(laboratory.learnedRule(seed));
    const run = laboratory.rlByLearnedRule(seed);
    await laboratory.runner.result(run);
    const steps = readSteps(run.folder).flatMap(({ step, accuracy, rewardByPart }) =>
      accuracy === null ? [] : [{ step, accuracy, modelScore: rewardByPart["model"]! }],
    );
    const scores = steps.map(({ modelScore }) => modelScore);
    const course = smoothedSteps(run, ({ accuracy }) => accuracy);
    return {
      accuracyByRule: await laboratory.accuracy("zero", seed, laboratory.zero(seed)),
      accuracyByModel: await laboratory.accuracy("learned-rl", seed, run),
      testAccuracy,
      scoreAtStart: scores[0]!,
      scoreAtEnd: mean(scores.slice(-TAIL)),
      lost: Math.max(...course) - course.at(-1)!,
      hackedSince: hackingBegan(steps),
    };
  },

  measures: () => [
    {
      name: "accuracy by rules less accuracy by the learned reward",
      unit: "difference",
      of: ({ accuracyByRule, accuracyByModel }) => accuracyByRule - accuracyByModel,
      test: above(0),
    },
    {
      name: "score of the reward model, gained over RL",
      unit: "number",
      of: ({ scoreAtStart, scoreAtEnd }) => scoreAtEnd - scoreAtStart,
      test: above(0),
    },
    { name: "accuracy by rules", unit: "share", of: ({ accuracyByRule }) => accuracyByRule },
    { name: "accuracy by the learned reward", unit: "share", of: ({ accuracyByModel }) => accuracyByModel },
    { name: "score at the end", unit: "number", of: ({ scoreAtEnd }) => scoreAtEnd, note: "1 is surely right" },
    { name: "accuracy lost since its best", unit: "difference", of: ({ lost }) => lost },
    {
      name: "reward model: pairs it orders rightly before RL",
      unit: "share",
      of: ({ testAccuracy }) => testAccuracy,
    },
  ],

  figures: (_outcomes, { laboratory, seeds }) => {
    const byModel = seeds.map((seed) => laboratory.rlByLearnedRule(seed));
    const byRule = seeds.map((seed) => laboratory.zero(seed));
    return [
      {
        name: "rules",
        title: "RL by a learned reward: its score and the truth",
        kind: "lines",
        x: "step",
        y: "share",
        percent: true,
        series: [
          trainingCurve("score of the reward model", byModel, ({ rewardByPart }) => rewardByPart["model"] ?? 0),
          trainingCurve("right answers", byModel, ({ accuracy }) => accuracy),
          trainingCurve("right answers, by rules", byRule, ({ accuracy }) => accuracy),
        ],
      },
    ];
  },

  remarks: (outcomes, { seeds }) =>
    outcomes.map(({ hackedSince }, i) =>
      hackedSince === null
        ? `Seed ${seeds[i]}: the guard saw no hacking (a score that rises by 0.05 while accuracy falls by 5 points).`
        : `Seed ${seeds[i]}: the guard saw hacking begin at step ${hackedSince}.`,
    ),
});
