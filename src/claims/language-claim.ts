import { defineClaim, type Claim } from "./claim.ts";
import type { FigureSeries } from "./claim-result.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { above, sharePoint } from "./judgement.ts";

/** The share of the thinking's words in another language than the question's. */
const mixing = ({ languageMixing }: Evaluation): number => languageMixing ?? 0;
const accuracy = (evaluation: Evaluation): number => evaluation.accuracy;

interface LanguageOutcome {
  readonly base: Evaluation;
  /** After RL by the rule alone. */
  readonly byRule: Evaluation;
  /** After RL with the language-consistency reward. */
  readonly consistent: Evaluation;
}

export const languageClaim: Claim = defineClaim<LanguageOutcome>({
  name: "language",
  statement: "R1-Zero mixes languages; a language-consistency reward mends it at a small cost in accuracy.",
  hypothesis:
    "Of the words of the thinking, the share in another language than the question's is at least 10 points lower with the reward; accuracy changes little.",
  method:
    "Countdown asked in English or Chinese, from models/countdown-bilingual-base, which mixes both. GRPO by the rule alone, and with 0.5 x language consistency added. Held-out problems, T = 0.7.",
  control: "R1-Zero without the language reward, and the base.",

  stages: (laboratory, seed) => {
    const { models, measures } = laboratory.r1(seed);
    const consistent = laboratory.consistentZero(seed);
    return [
      models.Zero,
      measures.Zero,
      measures.Base,
      consistent,
      laboratory.measureBilingual("consistent-zero", seed, consistent),
    ];
  },
  outcome: async (laboratory, seed) => {
    const { runner } = laboratory;
    const { measures } = laboratory.r1(seed);
    const consistent = laboratory.measureBilingual("consistent-zero", seed, laboratory.consistentZero(seed));
    return {
      base: (await runner.result(measures.Base)).evaluation,
      byRule: (await runner.result(measures.Zero)).evaluation,
      consistent: (await runner.result(consistent)).evaluation,
    };
  },

  measures: () => [
    {
      name: "mixing taken away by the reward",
      unit: "difference",
      of: ({ byRule, consistent }) => mixing(byRule) - mixing(consistent),
      test: above(0.1),
    },
    {
      name: "accuracy with the reward less without",
      unit: "difference",
      of: ({ byRule, consistent }) => accuracy(consistent) - accuracy(byRule),
    },
    { name: "mixing of the base", unit: "share", of: ({ base }) => mixing(base) },
    { name: "mixing after RL by the rule", unit: "share", of: ({ byRule }) => mixing(byRule) },
    { name: "mixing after RL with the reward", unit: "share", of: ({ consistent }) => mixing(consistent) },
    { name: "accuracy by the rule", unit: "share", of: ({ byRule }) => accuracy(byRule) },
    { name: "accuracy with the reward", unit: "share", of: ({ consistent }) => accuracy(consistent) },
  ],

  figures: (outcomes) => [
    {
      name: "language",
      title: "Language mixing, and what mending it costs",
      kind: "bars",
      x: "model",
      y: "share",
      percent: true,
      labels: ["base", "by the rule", "and language"],
      series: [
        modelSeries("words in another language", outcomes, mixing),
        modelSeries("right answers", outcomes, accuracy),
      ],
    },
  ],
});

/** A share of the three models, in the order of the figure's labels. */
function modelSeries(
  name: string,
  outcomes: readonly LanguageOutcome[],
  of: (evaluation: Evaluation) => number,
): FigureSeries {
  const models = ["base", "byRule", "consistent"] as const;
  return {
    name,
    points: models.map((model, x) =>
      sharePoint(
        x,
        outcomes.map((outcome) => of(outcome[model])),
      ),
    ),
  };
}
