import { mean } from "../numbers/metrics.ts";
import type { Measurement } from "../pipelines/measure-model.ts";
import { R1_MODELS, type R1Model } from "../pipelines/r1.ts";
import { defineClaim, type Claim } from "./claim.ts";
import type { ClaimTable, FigureSeries, Measure } from "./claim-result.ts";
import { above, below } from "./judgement.ts";
import { measureText } from "./render-claims.ts";

const MODELS: readonly ("Base" | R1Model)[] = ["Base", ...R1_MODELS];

type PipelineOutcome = Readonly<Record<"Base" | R1Model, Measurement>>;
type Read = (measurement: Measurement) => number;

const accuracy: Read = ({ evaluation }) => evaluation.accuracy;
const mixing: Read = ({ evaluation }) => evaluation.languageMixing ?? 0;
const format: Read = ({ evaluation }) => evaluation.formatShare ?? 0;
const preference: Read = ({ general }) => general?.preference ?? 0;

export const pipelineClaim: Claim = defineClaim<PipelineOutcome>({
  name: "pipeline",
  statement:
    "R1's pipeline gives a model as right as R1-Zero, but readable: one language, the format kept, liked by people.",
  hypothesis:
    "R1 is right as often as R1-Zero within 3 points, mixes languages in under 2 % of its words where R1-Zero does in at least 10 %, and keeps the format in 99 %.",
  method:
    "Base, R1-Zero, cold start (Dev1), reasoning RL with language consistency (Dev2), rejection sampling and fine-tuning of the base again (Dev3), RL for all scenarios (R1), on Countdown in English and Chinese with general prompts. Held-out problems, 4 samples each, T = 0.7 for all.",
  control: "R1-Zero from the same base, and the base.",

  stages: (laboratory, seed) => Object.values(laboratory.r1(seed).measures),
  outcome: async (laboratory, seed) => {
    const { measures } = laboratory.r1(seed);
    const found: [string, Measurement][] = [];
    for (const model of MODELS) found.push([model, await laboratory.runner.result(measures[model])]);
    return Object.fromEntries(found) as PipelineOutcome;
  },

  measures: () => [
    {
      name: "accuracy of R1 less R1-Zero's",
      unit: "difference",
      of: ({ R1, Zero }) => accuracy(R1) - accuracy(Zero),
      test: above(-0.03),
    },
    { name: "mixing of R1", unit: "share", of: ({ R1 }) => mixing(R1), test: below(0.02) },
    { name: "mixing of R1-Zero", unit: "share", of: ({ Zero }) => mixing(Zero), test: above(0.1) },
    { name: "format kept by R1", unit: "share", of: ({ R1 }) => format(R1), test: above(0.99) },
    {
      name: "general preference of R1 less R1-Zero's",
      unit: "difference",
      of: ({ R1, Zero }) => preference(R1) - preference(Zero),
    },
  ],

  tables: (outcomes) => [evaluationTable(outcomes)],

  figures: (outcomes) => [
    {
      name: "pipeline",
      title: "R1 by stage",
      kind: "bars",
      x: "model",
      y: "share",
      percent: true,
      labels: [...MODELS],
      series: [
        modelSeries("right answers", outcomes, accuracy),
        modelSeries("words in another language", outcomes, mixing),
        modelSeries("format kept", outcomes, format),
        modelSeries("general preference", outcomes, preference),
      ],
    },
  ],
});

/** The mean over seeds of each model, in the order of the stages. */
function means(outcomes: readonly PipelineOutcome[], of: Read): number[] {
  return MODELS.map((model) => mean(outcomes.map((outcome) => of(outcome[model]))));
}

function modelSeries(name: string, outcomes: readonly PipelineOutcome[], of: Read): FigureSeries {
  return { name, points: means(outcomes, of).map((y, x) => ({ x, y })) };
}

function evaluationTable(outcomes: readonly PipelineOutcome[]): ClaimTable {
  const row = (label: string, unit: Measure["unit"], of: Read): string[] => [
    label,
    ...means(outcomes, of).map((value) => measureText(value, unit)),
  ];
  return {
    title: "Evaluation by stage, means over seeds",
    columns: ["", ...MODELS],
    rows: [
      row("right answers", "share", accuracy),
      row("mean length", "tokens", ({ evaluation }) => evaluation.meanLength),
      row("corrects itself", "share", ({ evaluation }) => evaluation.selfCorrectionShare),
      row("words in another language", "share", mixing),
      row("format kept", "share", format),
      row("cut at the limit", "share", ({ evaluation }) => evaluation.truncatedShare),
      row("general prompts, preference from 0 to 1", "number", preference),
    ],
  };
}
