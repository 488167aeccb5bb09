import type { Measurement } from "../pipelines/measure-model.ts";
import {
  BEFORE_AFTER,
  beforeAfter,
  beforeAfterStages,
  shareOfSamples,
  zeroAndControl,
  type BeforeAfter,
} from "./before-after.ts";
import { defineClaim, type Claim, type Runs } from "./claim.ts";
import type { Figure, FigureSeries } from "./claim-result.ts";
import { above, sharePoint } from "./judgement.ts";

const BUDGETS: readonly number[] = [16, 32, 48, 64, 96, 128, 192, 256];

const meanLength = ({ evaluation }: Measurement): number => evaluation.meanLength;

export const lengthClaim: Claim = defineClaim({
  name: "length",
  statement: "Completions grow longer by themselves during RL, as the model uses more thinking.",
  hypothesis: "Mean length on held-out problems grows, to at least twice the base's; nothing rewards length.",
  method: `${BEFORE_AFTER.method} At a fixed budget of b tokens a completion that is longer counts as no answer.`,
  control: BEFORE_AFTER.control,

  stages: beforeAfterStages,
  outcome: beforeAfter,

  measures: () => [
    {
      name: "length gained",
      unit: "tokens",
      of: ({ before, after }) => meanLength(after) - meanLength(before),
      test: above(0),
    },
    {
      name: "length after over before",
      unit: "times",
      of: ({ before, after }) => meanLength(after) / meanLength(before),
    },
    {
      name: "length gained by the control",
      unit: "tokens",
      of: ({ controlBefore, controlAfter }) => meanLength(controlAfter) - meanLength(controlBefore),
    },
    {
      name: "length of right completions after RL",
      unit: "tokens",
      of: ({ after }) => after.emergence.rightLength,
    },
    {
      name: "length of wrong, finished completions after RL",
      unit: "tokens",
      of: ({ after }) => after.emergence.wrongLength,
    },
    { name: "cut at the limit after RL", unit: "share", of: ({ after }) => after.evaluation.truncatedShare },
  ],

  figures: (outcomes, runs) => [courseOfLength(runs), accuracyByBudget(outcomes, runs)],

  remarks: (outcomes, runs) => {
    const [base, trained] = budgetSeries(outcomes, runs);
    const worse = trained.points.filter(({ y }, i) => y <= base.points[i]!.y).map(({ x }) => x);
    return [
      worse.length === 0
        ? "Within every budget the trained model is right more often than the base."
        : `Within budgets of ${worse.join(", ")} tokens the trained model is right no more often than the base: there it can't use what it gained by thinking longer.`,
    ];
  },
});

function courseOfLength(runs: Runs): Figure {
  return {
    name: "length",
    title: "Mean length over the steps of RL (training rollouts)",
    kind: "lines",
    x: "step",
    y: "tokens",
    series: zeroAndControl(runs, ({ emergence }) => emergence.meanLength),
  };
}

function accuracyByBudget(outcomes: readonly BeforeAfter[], runs: Runs): Figure {
  return {
    name: "length-budget",
    title: "Right answers within a budget of tokens",
    kind: "lines",
    x: "budget, tokens",
    y: "right answers",
    percent: true,
    series: budgetSeries(outcomes, runs),
  };
}

/** Right answers within each budget that a completion could reach, of the base and after RL. */
function budgetSeries(
  outcomes: readonly BeforeAfter[],
  { laboratory }: Runs,
): readonly [base: FigureSeries, trained: FigureSeries] {
  const budgets = BUDGETS.filter((budget) => budget <= laboratory.scale.maxCompletionTokens);
  const within = (budget: number, measurements: readonly Measurement[]): number[] =>
    measurements.map((measurement) => shareOfSamples(measurement, ({ right, tokens }) => right && tokens <= budget));
  const series = (name: string, measurements: readonly Measurement[]): FigureSeries => ({
    name,
    points: budgets.map((budget) => sharePoint(budget, within(budget, measurements))),
  });
  return [
    series(
      "base",
      outcomes.map(({ before }) => before),
    ),
    series(
      "after RL",
      outcomes.map(({ after }) => after),
    ),
  ];
}
