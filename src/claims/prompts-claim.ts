import { TEMPLATE_RESULT } from "../pipelines/result-shapes.ts";
import { studyModel } from "../evaluation/study-model.ts";
import type { TemplateRow, TemplateStudy } from "../evaluation/template-study.ts";
import { mean } from "../numbers/metrics.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import { defineClaim, type Claim } from "./claim.ts";
import type { ClaimTable, FigureSeries } from "./claim-result.ts";
import { above, below, sharePoint } from "./judgement.ts";
import type { Laboratory } from "./laboratory.ts";
import { percent } from "../text/format.ts";
import { measureText } from "./render-claims.ts";

interface PromptsOutcome {
  readonly base: TemplateStudy;
  readonly trained: TemplateStudy;
}

export const promptsClaim: Claim = defineClaim<PromptsOutcome>({
  name: "prompts",
  statement: "R1 is sensitive to prompts, and few-shot examples make it worse.",
  hypothesis:
    "RL in one zero-shot form alone leaves a model that worked examples make worse (they make its base no worse), and whose accuracy differs more between forms of the question than its base's.",
  method:
    "The base (models/countdown-contexts-base) was pretrained on documents that ask in six forms and show none to three examples before the question, all of one form and one kind; RL as for pure-rl, asked in one form, without examples. Then the same held-out problems in the six forms, and in RL's form behind one, two and three worked examples (right, of at most 32 words, of problems that no RL sees, others for each seed); 2 samples each, T = 1, at most 256 new tokens for all. Spread: the best form's accuracy less the worst's, zero-shot.",
  control: "The base asked in the same ways, at step 0.",

  stages: (laboratory, seed) => [study(laboratory, seed, "base"), study(laboratory, seed, "trained")],
  outcome: async (laboratory, seed) => ({
    trained: await laboratory.runner.result(study(laboratory, seed, "trained")),
    base: await laboratory.runner.result(study(laboratory, seed, "base")),
  }),

  measures: () => [
    {
      name: "effect of worked examples after RL",
      unit: "difference",
      of: ({ trained }) => trained.fewShotEffect,
      test: below(0),
    },
    {
      name: "share of the accuracy that worked examples leave, after RL less base",
      unit: "difference",
      of: ({ base, trained }) => difference(shareLeft(trained), shareLeft(base)),
      test: below(0),
    },
    {
      name: "spread over zero-shot forms, after RL less base",
      unit: "difference",
      of: ({ base, trained }) => trained.spread - base.spread,
      test: above(0),
    },
    { name: "effect of worked examples on the base", unit: "difference", of: ({ base }) => base.fewShotEffect },
    { name: "share left to the base", unit: "share", of: ({ base }) => shareLeft(base) },
    { name: "share left after RL", unit: "share", of: ({ trained }) => shareLeft(trained) },
    { name: "spread over zero-shot forms, base", unit: "difference", of: ({ base }) => base.spread },
    { name: "spread over zero-shot forms after RL", unit: "difference", of: ({ trained }) => trained.spread },
    { name: "accuracy of the base as RL asks", unit: "share", of: ({ base }) => base.rows[0]!.accuracy },
    { name: "accuracy after RL as RL asks", unit: "share", of: ({ trained }) => trained.rows[0]!.accuracy },
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
    `After RL a completion behind worked examples has ${lengthBehindExamples(outcomes, "trained")} on average, the base's ${lengthBehindExamples(outcomes, "base")}; without examples the table's first row.`,
    ...outcomes[0]!.trained.skipped.map(({ name, reason }) => `Left out: ${name}, as ${reason}.`),
  ],
});

function study(laboratory: Laboratory, seed: number, which: keyof PromptsOutcome): Stage<TemplateStudy> {
  const model = which === "trained" ? laboratory.zeroFromContexts(seed) : laboratory.contexts;
  const options = {
    task: "countdown",
    seed,
    problems: laboratory.quick ? 32 : 0,
    samples: 2,
    temperature: 1,
    maxCompletionTokens: laboratory.scale.maxCompletionTokens,
    workers: laboratory.workers,
  };
  return laboratory.runner.define({
    name: `forms-${which}-s${seed}`,
    title: "the same model asked in several ways",
    inputs: [model],
    options,
    expectedSeconds: laboratory.quick ? 5 : 45,
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

function lengthBehindExamples(outcomes: readonly PromptsOutcome[], which: keyof PromptsOutcome): string {
  const shown = outcomes.flatMap((outcome) => outcome[which].rows.filter(({ kind }) => kind === "few-shot"));
  return measureText(mean(shown.map(({ meanLength }) => meanLength)), "tokens");
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
  const over = (which: keyof PromptsOutcome, template: string, of: (row: TemplateRow) => number): number =>
    mean(outcomes.flatMap((outcome) => outcome[which].rows.filter(({ name }) => name === template).map(of)));
  const cells = (template: string, text: (which: keyof PromptsOutcome, template: string) => string): string[] => [
    text("base", template),
    text("trained", template),
  ];
  const accuracy = (which: keyof PromptsOutcome, template: string): string =>
    percent(over(which, template, (row) => row.accuracy));
  const length = (which: keyof PromptsOutcome, template: string): string =>
    over(which, template, (row) => row.meanLength).toFixed(1);
  const cut = (which: keyof PromptsOutcome, template: string): string =>
    percent(over(which, template, (row) => row.truncatedShare));
  return {
    title:
      "Right answers, mean length and completions cut at the limit by template, each before and after RL, means over seeds",
    columns: ["template", "kind", "right", "after RL", "tokens", "after RL", "cut", "after RL"],
    rows: outcomes[0]!.trained.rows.map(({ name, kind }) => [
      name,
      kind,
      ...cells(name, accuracy),
      ...cells(name, length),
      ...cells(name, cut),
    ]),
  };
}
