import { mean } from "../numbers/metrics.ts";
import { bySeed } from "./by-seed.ts";
import { defineClaim, type Claim, type SeedMeasure } from "./claim.ts";
import type { ClaimTable, Figure, FigureSeries } from "./claim-result.ts";
import { freshOutcome, freshStages, gained, type FreshOutcome } from "./fresh-bases.ts";
import { above, sharePoint } from "./judgement.ts";
import { measureText } from "./render-claims.ts";

/** Of pretraining, from a weak base to a stronger one. */
const STRENGTHS: readonly number[] = [150, 450, 1350];
const TASK = "countdown";

/** A seed's bases, from weak to strong. */
type Strengths = readonly FreshOutcome[];

export const strengthClaim: Claim = defineClaim<Strengths>({
  name: "strength",
  statement:
    "RL needs a base that is strong enough: R1's authors saw no gain with small ones, only longer completions.",
  hypothesis: "The longer a base was pretrained, the more accuracy RL adds to it.",
  method: `Each seed makes bases of its own (0.13 M parameters, ${STRENGTHS.join(", ")} steps of \`aha pretrain --task countdown\`), then GRPO as for pure-rl, 110 steps, from each; held-out problems, 4 samples each, T = 1, before and after. The gate is measured by the pretraining, before any RL; signal is the share of the first step's groups whose completions differ in reward, which is what a preflight goes by.`,
  control: "Each base at step 0; the weakest base.",

  stages: (laboratory, seed) => STRENGTHS.flatMap((steps) => Object.values(freshStages(laboratory, TASK, steps, seed))),
  outcome: (laboratory, seed) => bySeed(STRENGTHS, (steps) => freshOutcome(laboratory, TASK, steps, seed)),

  measures: () => [
    {
      name: "accuracy gained by the strongest base less the weakest",
      unit: "difference",
      of: (bases) => gained.accuracy(bases.at(-1)!) - gained.accuracy(bases[0]!),
      test: above(0),
    },
    ...STRENGTHS.map((steps, i): SeedMeasure<Strengths> => ({
      name: `accuracy gained after ${steps} steps of pretraining`,
      unit: "difference",
      of: (bases) => gained.accuracy(bases[i]!),
    })),
    {
      name: "length gained by the weakest base",
      unit: "tokens",
      of: ([weakest]) => gained.length(weakest!),
    },
    { name: "length gained by the strongest base", unit: "tokens", of: (bases) => gained.length(bases.at(-1)!) },
    {
      name: "self-correction gained by the strongest base",
      unit: "difference",
      of: (bases) => gained.corrections(bases.at(-1)!),
    },
  ],

  tables: (outcomes) => [strengthTable(outcomes)],
  figures: (outcomes) => [strengthFigure(outcomes)],

  remarks: () => [
    "Every seed is a base seed here: what it says of accuracy, length and corrections holds over bases of their own, for this size.",
  ],
});

/** What a base's gate measured of a kind of point. */
function gateOf(kind: string, { base }: FreshOutcome): number {
  return base.gate.find((result) => result.kind === kind)?.value ?? 0;
}

function strengthTable(outcomes: readonly Strengths[]): ClaimTable {
  const over = (i: number, of: (outcome: FreshOutcome) => number): number =>
    mean(outcomes.map((bases) => of(bases[i]!)));
  return {
    title: "The gate and the signal before RL, and what RL made of the base, means over seeds",
    columns: ["steps of pretraining", "gate: hit, miss, arithmetic", "gate kept by", "signal", "before RL", "after RL"],
    rows: STRENGTHS.map((steps, i) => [
      steps.toLocaleString("en"),
      ["hit", "miss", "arithmetic"].map((kind) => over(i, (base) => gateOf(kind, base)).toFixed(3)).join(", "),
      `${outcomes.filter((bases) => bases[i]!.base.gate.every(({ pass }) => pass)).length} of ${outcomes.length}`,
      measureText(
        over(i, ({ signalShare }) => signalShare),
        "share",
      ),
      measureText(
        over(i, ({ before }) => before.evaluation.accuracy),
        "share",
      ),
      measureText(
        over(i, ({ after }) => after.evaluation.accuracy),
        "share",
      ),
    ]),
  };
}

function strengthFigure(outcomes: readonly Strengths[]): Figure {
  const series = (name: string, of: (outcome: FreshOutcome) => number): FigureSeries => ({
    name,
    points: STRENGTHS.map((_, i) =>
      sharePoint(
        i,
        outcomes.map((bases) => of(bases[i]!)),
      ),
    ),
  });
  return {
    name: "strength",
    title: "What RL makes of bases of unlike strength",
    kind: "bars",
    x: "steps of pretraining",
    y: "share",
    percent: true,
    labels: STRENGTHS.map(String),
    series: [
      series("right before RL", ({ before }) => before.evaluation.accuracy),
      series("right after RL", ({ after }) => after.evaluation.accuracy),
      series("the gate: hits recognised", (base) => gateOf("hit", base)),
    ],
  };
}
