import { mean } from "../numbers/metrics.ts";
import type { Measurement } from "../pipelines/measure-model.ts";
import { BEFORE_AFTER, beforeAfterAlone, beforeAfterStagesAlone } from "./before-after.ts";
import { defineClaim, type Claim } from "./claim.ts";
import type { FigureSeries } from "./claim-result.ts";
import { above } from "./judgement.ts";

/** From easy to hard; the last and the middle have a name. */
const BINS: readonly string[] = ["easy", "", "middle", "", "hard"];

/** 0 where length or difficulty doesn't vary. */
const correlation = ({ emergence }: Measurement): number => emergence.effortCorrelation ?? 0;

export const effortClaim: Claim = defineClaim({
  name: "effort",
  statement: "The model learns to spend more thinking on harder problems.",
  hypothesis: "The correlation of a completion's length with its problem's difficulty is higher after RL than before.",
  method: `${BEFORE_AFTER.method} Difficulty is a problem's rank by the share of candidates that hit. Pearson's correlation over all samples.`,
  control: "The base at step 0.",

  stages: beforeAfterStagesAlone,
  outcome: beforeAfterAlone,

  measures: () => [
    {
      name: "correlation gained",
      unit: "number",
      of: ({ before, after }) => correlation(after) - correlation(before),
      test: above(0),
    },
    { name: "correlation of the base", unit: "number", of: ({ before }) => correlation(before) },
    { name: "correlation after RL", unit: "number", of: ({ after }) => correlation(after) },
  ],

  figures: (outcomes) => [
    {
      name: "effort",
      title: "Mean length by difficulty",
      kind: "bars",
      x: "difficulty",
      y: "tokens",
      labels: BINS,
      series: [
        lengthSeries(
          "base",
          outcomes.map(({ before }) => before),
        ),
        lengthSeries(
          "after RL",
          outcomes.map(({ after }) => after),
        ),
      ],
    },
  ],
});

/** Mean length over seeds by difficulty; a bin without completions has no bar. */
function lengthSeries(name: string, measurements: readonly Measurement[]): FigureSeries {
  return {
    name,
    points: BINS.flatMap((_, bin) => {
      const lengths = measurements.flatMap(({ emergence }) => emergence.lengthByDifficulty[bin] ?? []);
      return lengths.length === 0 ? [] : [{ x: bin, y: mean(lengths) }];
    }),
  };
}
