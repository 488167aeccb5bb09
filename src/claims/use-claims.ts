import { studyModel } from "../evaluation/study-model.ts";
import type { TemplateStudy } from "../evaluation/template-study.ts";
import { testTimeCompute } from "../evaluation/test-time-compute.ts";
import { TEMPLATE_RESULT } from "../pipelines/result-shapes.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import { R1_MODELS } from "../pipelines/r1.ts";
import { randomKey } from "../random.ts";
import { bySeed } from "./by-seed.ts";
import type { Claim } from "./claim.ts";
import type { Laboratory } from "./laboratory.ts";
import { numberText } from "./render-report.ts";
import { sharePoint } from "./share-point.ts";
import { estimate } from "../numbers/statistics.ts";

const ABOVE_0 = { direction: "above", bound: 0 } as const;

export const voting: Claim = {
  name: "voting",
  statement: "A majority vote over several samples (cons@k) beats a single one (pass@1).",
  hypothesis: "The vote of 16 is right more often than one sample, after RL.",
  method:
    "16 samples of each held-out problem after RL, T = 1; answers are equal when they are written alike. Votes of fewer are averaged over random subsets.",
  control: "pass@1 of the same samples; the base's vote.",
  stages: (laboratory, seed) => [
    laboratory.measureOften("zero", seed, laboratory.zero(seed)),
    laboratory.measureOften("base", seed, laboratory.countdown),
  ],
  async find(laboratory, seeds) {
    const { runner, scale } = laboratory;
    const budget = scale.maxCompletionTokens;
    const rows = async (seed: number, which: "zero" | "base"): Promise<ReturnType<typeof testTimeCompute>> => {
      const measured = await runner.result(
        laboratory.measureOften(which, seed, which === "zero" ? laboratory.zero(seed) : laboratory.countdown),
      );
      return testTimeCompute(measured.samples, [budget], randomKey(seed));
    };
    const after = await bySeed(seeds, (seed) => rows(seed, "zero"));
    const before = await bySeed(seeds, (seed) => rows(seed, "base"));
    const gain = (all: typeof after): number[] => all.map((one) => one.at(-1)!.majorityVote - one[0]!.passAtK);
    const series = (name: string, all: typeof after, of: (row: (typeof after)[number][number]) => number) => ({
      name,
      points: all[0]!.map((_, i) =>
        sharePoint(
          i,
          all.map((one) => of(one[i]!)),
        ),
      ),
    });
    return {
      measures: [
        {
          name: `vote of ${scale.manySamples} less pass@1, after RL`,
          unit: "difference",
          estimate: estimate(gain(after)),
          test: ABOVE_0,
        },
        { name: "pass@1 after RL", unit: "share", estimate: estimate(after.map((one) => one[0]!.passAtK)) },
        {
          name: `vote of ${scale.manySamples} after RL`,
          unit: "share",
          estimate: estimate(after.map((one) => one.at(-1)!.majorityVote)),
        },
        {
          name: `pass@${scale.manySamples} after RL`,
          unit: "share",
          estimate: estimate(after.map((one) => one.at(-1)!.passAtK)),
        },
        {
          name: `vote of ${scale.manySamples} less pass@1, base`,
          unit: "difference",
          estimate: estimate(gain(before)),
        },
      ],
      tables: [],
      figures: [
        {
          name: "voting",
          title: "What more samples are worth, after RL",
          kind: "bars",
          x: "samples",
          y: "right",
          percent: true,
          labels: after[0]!.map(({ k }) => String(k)),
          series: [
            series("majority vote", after, (row) => row.majorityVote),
            series("any of them right (pass@k)", after, (row) => row.passAtK),
          ],
        },
      ],
      remarks: [],
    };
  },
};

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
    outputs: [],
    resultShape: TEMPLATE_RESULT,
    work: () => studyModel({ ...options, model: model.folder }),
  });
}

export const prompts: Claim = {
  name: "prompts",
  statement: "R1 is sensitive to prompts, and few-shot examples make it worse.",
  hypothesis:
    "Worked examples before the question leave a smaller share of the accuracy after RL than they do to the base.",
  method:
    "The same model and held-out problems under a set of templates made of the model's own words, 2 samples each, at most 180 new tokens for all.",
  control: "The base under the same templates.",
  stages: (laboratory, seed) => [study(laboratory, seed, "base"), study(laboratory, seed, "zero")],
  async find(laboratory, seeds) {
    const { runner } = laboratory;
    const after = await bySeed(seeds, (seed) => runner.result(study(laboratory, seed, "zero")));
    const before = await bySeed(seeds, (seed) => runner.result(study(laboratory, seed, "base")));
    const names = after[0]!.rows.map(({ name }) => name);
    const accuracies = (all: readonly TemplateStudy[], name: string): number[] =>
      all.map(({ rows }) => rows.find((row) => row.name === name)?.accuracy ?? 0);
    const shown = (all: readonly TemplateStudy[], name: string): string =>
      numberText(estimate(accuracies(all, name)).mean, "share");
    const effect = (all: readonly TemplateStudy[]): number[] => all.flatMap(({ fewShotEffect }) => fewShotEffect ?? []);
    const left = (all: readonly TemplateStudy[]): number[] =>
      all.flatMap(({ fewShotEffect, rows }) =>
        fewShotEffect === null ? [] : [1 + fewShotEffect / Math.max(1e-9, rows[0]!.accuracy)],
      );
    const [leftBefore, leftAfter] = [left(before), left(after)];
    const points = (all: readonly TemplateStudy[]) => names.map((name, x) => sharePoint(x, accuracies(all, name)));
    return {
      measures: [
        {
          name: "share of the accuracy that worked examples leave, after RL less base",
          unit: "difference",
          estimate: estimate(leftAfter.map((share, i) => share - leftBefore[i]!)),
          test: { direction: "below", bound: 0 },
        },
        { name: "share left to the base", unit: "share", estimate: estimate(leftBefore) },
        { name: "share left after RL", unit: "share", estimate: estimate(leftAfter) },
        { name: "effect of worked examples after RL", unit: "difference", estimate: estimate(effect(after)) },
        { name: "effect of worked examples on the base", unit: "difference", estimate: estimate(effect(before)) },
        {
          name: "spread over zero-shot templates after RL",
          unit: "difference",
          estimate: estimate(after.map(({ spread }) => spread)),
        },
        {
          name: "spread over zero-shot templates, base",
          unit: "difference",
          estimate: estimate(before.map(({ spread }) => spread)),
        },
      ],
      tables: [
        {
          title: "Right answers by template, means over seeds",
          columns: ["template", "kind", "base", "after RL"],
          rows: names.map((name) => [
            name,
            after[0]!.rows.find((row) => row.name === name)!.kind,
            shown(before, name),
            shown(after, name),
          ]),
        },
      ],
      figures: [
        {
          name: "prompts",
          title: "Right answers by template",
          kind: "bars",
          x: "template (in the order of the table)",
          y: "right answers",
          percent: true,
          labels: names.map((_, i) => String(i + 1)),
          series: [
            { name: "base", points: points(before) },
            { name: "after RL", points: points(after) },
          ],
        },
      ],
      remarks: [
        "These models were pretrained on one question at a time and never read a prompt with examples. Where both lose nearly everything to them, that says nothing of RL; a model that learns from its context is needed to test the claim.",
        ...after[0]!.skipped.map(({ name, reason }) => `Left out: ${name}, as ${reason}.`),
      ],
    };
  },
};

export const pipeline: Claim = {
  name: "pipeline",
  statement:
    "R1's pipeline gives a model as right as R1-Zero, but readable: one language, the format kept, liked by people.",
  hypothesis:
    "R1 is right as often as R1-Zero within 3 points, mixes languages in under 2 % of its words where R1-Zero does in at least 10 %, and keeps the format in 99 %.",
  method:
    "Base, R1-Zero, cold start (Dev1), reasoning RL with language consistency (Dev2), rejection sampling and fine-tuning of the base again (Dev3), RL for all scenarios (R1), on Countdown in English and Chinese with general prompts. Held-out problems, 4 samples each, T = 0.7 for all.",
  control: "R1-Zero from the same base, and the base.",
  stages: (laboratory, seed) => Object.values(laboratory.r1(seed).measures),
  async find(laboratory, seeds) {
    const { runner } = laboratory;
    const all = await bySeed(seeds, async (seed) => {
      const { measures } = laboratory.r1(seed);
      return new Map(
        await Promise.all(
          (["Base", ...R1_MODELS] as const).map(async (name) => [name, await runner.result(measures[name])] as const),
        ),
      );
    });
    const columns = ["Base", ...R1_MODELS] as const;
    type Read = (measured: (typeof all)[number] extends Map<infer _, infer M> ? M : never) => number;
    const values = (name: (typeof columns)[number], of: Read): number[] => all.map((models) => of(models.get(name)!));
    const less = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]!);
    const accuracy: Read = ({ evaluation }) => evaluation.accuracy;
    const mixing: Read = ({ evaluation }) => evaluation.languageMixing ?? 0;
    const format: Read = ({ evaluation }) => evaluation.formatShare ?? 0;
    const row = (label: string, of: Read, unit: "share" | "tokens" | "number"): string[] => [
      label,
      ...columns.map((name) => numberText(estimate(values(name, of)).mean, unit)),
    ];
    return {
      measures: [
        {
          name: "accuracy of R1 less R1-Zero's",
          unit: "difference",
          estimate: estimate(less(values("R1", accuracy), values("Zero", accuracy))),
          test: { direction: "above", bound: -0.03 },
        },
        {
          name: "mixing of R1",
          unit: "share",
          estimate: estimate(values("R1", mixing)),
          test: { direction: "below", bound: 0.02 },
        },
        {
          name: "mixing of R1-Zero",
          unit: "share",
          estimate: estimate(values("Zero", mixing)),
          test: { direction: "above", bound: 0.1 },
        },
        {
          name: "format kept by R1",
          unit: "share",
          estimate: estimate(values("R1", format)),
          test: { direction: "above", bound: 0.99 },
        },
        {
          name: "general preference of R1 less R1-Zero's",
          unit: "difference",
          estimate: estimate(
            less(
              values("R1", ({ general }) => general?.preference ?? 0),
              values("Zero", ({ general }) => general?.preference ?? 0),
            ),
          ),
        },
      ],
      tables: [
        {
          title: "Evaluation by stage, means over seeds",
          columns: ["", ...columns],
          rows: [
            row("right answers", accuracy, "share"),
            row("mean length", ({ evaluation }) => evaluation.meanLength, "tokens"),
            row("corrects itself", ({ evaluation }) => evaluation.selfCorrectionShare, "share"),
            row("words in another language", mixing, "share"),
            row("format kept", format, "share"),
            row("cut at the limit", ({ evaluation }) => evaluation.truncatedShare, "share"),
            row("general prompts, preference from 0 to 1", ({ general }) => general?.preference ?? 0, "number"),
          ],
        },
      ],
      figures: [
        {
          name: "pipeline",
          title: "R1 by stage",
          kind: "bars",
          x: "model",
          y: "share",
          percent: true,
          labels: [...columns],
          series: (
            [
              ["right answers", accuracy],
              ["words in another language", mixing],
              ["format kept", format],
              ["general preference", ({ general }) => general?.preference ?? 0],
            ] as const satisfies readonly (readonly [string, Read])[]
          ).map(([name, of]) => ({
            name,
            points: columns.map((column, x) => ({ x, y: estimate(values(column, of)).mean })),
          })),
        },
      ],
      remarks: [],
    };
  },
};
