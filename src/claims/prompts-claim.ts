import { TEMPLATE_RESULT } from "../pipelines/result-shapes.ts";
import { studyModel } from "../evaluation/study-model.ts";
import type { TemplateStudy } from "../evaluation/template-study.ts";
import { mean } from "../numbers/metrics.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import { defineClaim, type Claim } from "./claim.ts";
import type { ClaimTable, FigureSeries } from "./claim-result.ts";
import { below, sharePoint } from "./judgement.ts";
import type { Laboratory } from "./laboratory.ts";
import { measureText } from "./render-claims.ts";

interface PromptsOutcome {
  readonly base: TemplateStudy;
  readonly trained: TemplateStudy;
}

export const promptsClaim: Claim = defineClaim<PromptsOutcome>({
  name: "prompts",
  statement: "R1 is sensitive to prompts, and few-shot examples make it worse.",
  hypothesis:
    "Worked examples before the question leave a smaller share of the accuracy after RL than they do to the base.",
  method:
    "The same model and held-out problems under a set of templates made of the model's own words, 2 samples each, at most 180 new tokens for all.",
  control: "The base under the same templates.",

  stages: (laboratory, seed) => [study(laboratory, seed, "base"), study(laboratory, seed, "zero")],
  outcome: async (laboratory, seed) => ({
    trained: await laboratory.runner.result(study(laboratory, seed, "zero")),
    base: await laboratory.runner.result(study(laboratory, seed, "base")),
  }),

  measures: () => [
    {
      name: "share of the accuracy that worked examples leave, after RL less base",
      unit: "difference",
      of: ({ base, trained }) => difference(shareLeft(trained), shareLeft(base)),
      test: below(0),
    },
    { name: "share left to the base", unit: "share", of: ({ base }) => shareLeft(base) },
    { name: "share left after RL", unit: "share", of: ({ trained }) => shareLeft(trained) },
    { name: "effect of worked examples after RL", unit: "difference", of: ({ trained }) => trained.fewShotEffect },
    { name: "effect of worked examples on the base", unit: "difference", of: ({ base }) => base.fewShotEffect },
    { name: "spread over zero-shot templates after RL", unit: "difference", of: ({ trained }) => trained.spread },
    { name: "spread over zero-shot templates, base", unit: "difference", of: ({ base }) => base.spread },
  ],

  tables: (outcomes) => [templateTable(outcomes)],

  figures: (outcomes) => [
    {
      name: "prompts",
      title: "Right answers by template",
      kind: "bars",
      x: "template (in the order of the table)",
      y: "right answers",
      percent: true,
      labels: templateNames(outcomes).map((_, i) => String(i + 1)),
      series: [templateSeries("base", outcomes, "base"), templateSeries("after RL", outcomes, "trained")],
    },
  ],

  remarks: (outcomes) => [
    "These models were pretrained on one question at a time and never read a prompt with examples. Where both lose nearly everything to them, that says nothing of RL; a model that learns from its context is needed to test the claim.",
    ...outcomes[0]!.trained.skipped.map(({ name, reason }) => `Left out: ${name}, as ${reason}.`),
  ],
});

function study(laboratory: Laboratory, seed: number, which: "base" | "zero"): Stage<TemplateStudy> {
  const model = which === "zero" ? laboratory.zero(seed) : laboratory.countdown;
  const options = {
    task: "countdown",
    seed,
    problems: laboratory.quick ? 32 : 0,
    samples: 2,
    temperature: 1,
    maxCompletionTokens: laboratory.quick ? 96 : 180,
    workers: laboratory.workers,
  };
  return laboratory.runner.define({
    name: `templates-${which}-s${seed}`,
    title: "the same model asked in several ways",
    inputs: [model],
    options,
    expectedSeconds: 45,
    resultShape: TEMPLATE_RESULT,
    outputs: [],
    work: () => studyModel({ ...options, model: model.folder }),
  });
}

/** The share of the first template's accuracy that worked examples leave; null where the model can't read them. */
function shareLeft({ fewShotEffect, rows }: TemplateStudy): number | null {
  return fewShotEffect === null ? null : 1 + fewShotEffect / Math.max(1e-9, rows[0]!.accuracy);
}

function difference(value: number | null, other: number | null): number | null {
  return value === null || other === null ? null : value - other;
}

function templateNames(outcomes: readonly PromptsOutcome[]): string[] {
  return outcomes[0]!.trained.rows.map(({ name }) => name);
}

/** Accuracy under a template by seed; 0 where a model can't read it. */
function accuracies(outcomes: readonly PromptsOutcome[], which: keyof PromptsOutcome, template: string): number[] {
  return outcomes.map((outcome) => outcome[which].rows.find(({ name }) => name === template)?.accuracy ?? 0);
}

function templateSeries(name: string, outcomes: readonly PromptsOutcome[], which: keyof PromptsOutcome): FigureSeries {
  return {
    name,
    points: templateNames(outcomes).map((template, x) => sharePoint(x, accuracies(outcomes, which, template))),
  };
}

function templateTable(outcomes: readonly PromptsOutcome[]): ClaimTable {
  const accuracy = (which: keyof PromptsOutcome, template: string): string =>
    measureText(mean(accuracies(outcomes, which, template)), "share");
  return {
    title: "Right answers by template, means over seeds",
    columns: ["template", "kind", "base", "after RL"],
    rows: outcomes[0]!.trained.rows.map(({ name, kind }) => [
      name,
      kind,
      accuracy("base", name),
      accuracy("trained", name),
    ]),
  };
}
