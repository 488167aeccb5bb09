/**
 * What a GRPO step costs by parameters, tokens and group: measured, fitted, and carried on. docs/scaling.md has its
 * tables, and `npx tsx scripts/fit-scaling.ts` writes them. Everything that is assumed stands here.
 */
import { sum, sumOf } from "../src/numbers/sum.ts";

interface Shape {
  readonly name: string;
  readonly parameters: number;
  readonly layers: number;
  readonly heads: number;
}

/** A step in which every completion has the full length. */
interface StepShape {
  readonly model: Shape;
  readonly tokens: number;
  readonly completions: number;
}

/** With the seconds that it took on two cores. */
interface MeasuredStep extends StepShape {
  readonly group: number;
  readonly sample: number;
  readonly update: number;
}

const SMALL: Shape = { name: "0.13 M", parameters: 131_136, layers: 2, heads: 3 };
const BASE: Shape = { name: "0.36 M", parameters: 355_328, layers: 3, heads: 4 };
const SMOLLM2: Shape = { name: "135 M", parameters: 134_515_008, layers: 30, heads: 9 };
/** Qwen2.5's. */
const LARGER: readonly Shape[] = [
  { name: "1.5 B", parameters: 1.54e9, layers: 28, heads: 12 },
  { name: "7 B", parameters: 7.62e9, layers: 28, heads: 28 },
];

function rows(model: Shape, problems: number, found: readonly (readonly number[])[]): MeasuredStep[] {
  return found.map(([tokens, group, sample, update]) => ({
    model,
    tokens: tokens!,
    group: group!,
    completions: group! * problems,
    sample: sample!,
    update: update!,
  }));
}

/** Seconds on two cores of an AMD EPYC (AVX-512), 26 November 2026, at bdec645: tokens, group, sampling, update. */
const MEASURED: readonly MeasuredStep[] = [
  ...rows(SMALL, 32, [
    [64, 8, 0.09, 0.12],
    [256, 8, 0.75, 0.51],
    [1024, 8, 8.25, 6.1],
  ]),
  ...rows(BASE, 32, [
    [64, 8, 0.16, 0.23],
    [128, 4, 0.26, 0.24],
    [128, 8, 0.41, 0.46],
    [128, 16, 0.77, 0.93],
    [128, 32, 1.42, 1.75],
    [256, 8, 1.19, 1.13],
    [512, 8, 3.87, 3.45],
    [1024, 8, 12.1, 11.7],
  ]),
  ...rows(SMOLLM2, 4, [
    [32, 8, 2.3, 7.5],
    [64, 8, 4.3, 11.9],
    [64, 16, 6.6, 19.9],
    [128, 8, 8.7, 20.3],
  ]),
];

type Phase = "sample" | "update";

/** What seconds are made of: a term grows with this much of a step. */
interface Term {
  readonly name: string;
  readonly of: (step: StepShape) => number;
}

const written = ({ tokens, completions }: StepShape): number => tokens * completions;
const WEIGHTS: Term = { name: "tokens x parameters", of: (step) => written(step) * step.model.parameters };
const ATTENTION: Term = {
  name: "tokens x length x layers x heads",
  of: (step) => written(step) * step.tokens * step.model.layers * step.model.heads,
};
const TOKENS: Term = { name: "tokens", of: written };
const FIXED: Term = { name: "parameters, once a step", of: ({ model }) => model.parameters };

/** An update has a fixed cost by weight: the optimizer, the norm, sums of gradients. Writing has none. */
const TERMS: Readonly<Record<Phase, readonly Term[]>> = {
  sample: [WEIGHTS, ATTENTION, TOKENS],
  update: [WEIGHTS, ATTENTION, TOKENS, FIXED],
};

/** Seconds by unit of each term, none below 0, by least squares of relative errors (coordinate descent). */
function fit(phase: Phase, measured: readonly MeasuredStep[]): number[] {
  const raw = measured.map((step) => TERMS[phase].map((term) => term.of(step) / step[phase]));
  const scale = TERMS[phase].map((_, j) => Math.max(...raw.map((row) => row[j]!)));
  const scaled = raw.map((row) => row.map((value, j) => value / scale[j]!));
  const factors = scale.map(() => 0);
  for (let round = 0; round < 20_000; round++) {
    for (const j of factors.keys()) {
      const left = scaled.map((row) => 1 - sum(row.map((value, k) => (k === j ? 0 : value * factors[k]!))));
      const along = sum(scaled.map((row, i) => row[j]! * left[i]!));
      factors[j] = Math.max(0, along / sumOf(scaled, (row) => row[j]! ** 2));
    }
  }
  return factors.map((factor, j) => factor / scale[j]!);
}

function predicted(phase: Phase, factors: readonly number[], step: StepShape): number {
  return sum(TERMS[phase].map((term, j) => factors[j]! * term.of(step)));
}

/** Fitted on some rows, predicted over measured on the others. */
function ratiosBeyond(phase: Phase, isKnown: (step: MeasuredStep) => boolean): number[] {
  const factors = fit(phase, MEASURED.filter(isKnown));
  return MEASURED.filter((step) => !isKnown(step)).map((step) => predicted(phase, factors, step) / step[phase]);
}

/** The largest error of some predictions as a factor, in either direction. */
function largestFactor(ratios: readonly number[]): number {
  return Math.exp(Math.max(...ratios.map((ratio) => Math.abs(Math.log(ratio)))));
}

const PHASES: readonly Phase[] = ["sample", "update"];
const PHASE_NAMES: Readonly<Record<Phase, string>> = { sample: "sampling", update: "update" };

interface PhaseErrors {
  readonly within: number;
  readonly leftOut: number;
  readonly bySize: number;
  readonly byLength: number;
}

function errorsOf(phase: Phase): PhaseErrors {
  const all = fit(phase, MEASURED);
  return {
    within: largestFactor(MEASURED.map((step) => predicted(phase, all, step) / step[phase])),
    leftOut: largestFactor(MEASURED.flatMap((left) => ratiosBeyond(phase, (step) => step !== left))),
    bySize: largestFactor(ratiosBeyond(phase, ({ model }) => model !== SMOLLM2)),
    byLength: largestFactor(ratiosBeyond(phase, ({ tokens }) => tokens <= 256)),
  };
}

const ERRORS: Readonly<Record<Phase, PhaseErrors>> = { sample: errorsOf("sample"), update: errorsOf("update") };
const FACTORS: Readonly<Record<Phase, readonly number[]>> = {
  sample: fit("sample", MEASURED),
  update: fit("update", MEASURED),
};

function table(header: readonly string[], body: readonly (readonly string[])[]): string {
  return [header, header.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function seconds(value: number): string {
  if (value >= 2 * 365.25 * 86_400) return `${Math.round(value / (365.25 * 86_400)).toLocaleString("en")} years`;
  if (value >= 2 * 86_400) return `${(value / 86_400).toFixed(1)} days`;
  if (value >= 7200) return `${(value / 3600).toFixed(1)} h`;
  return `${value >= 100 ? Math.round(value) : value.toPrecision(2)} s`;
}

const times = (factor: number): string => `${factor.toFixed(2)} times`;

function fitTable(): string {
  const names = [...new Set(PHASES.flatMap((phase) => TERMS[phase].map(({ name }) => name)))];
  return table(
    ["seconds by unit of", ...PHASES.map((phase) => PHASE_NAMES[phase])],
    names.map((name) => [
      name,
      ...PHASES.map((phase) => {
        const j = TERMS[phase].findIndex((term) => term.name === name);
        return j < 0 ? "-" : FACTORS[phase][j]!.toExponential(2);
      }),
    ]),
  );
}

function measuredTable(): string {
  const cell = (phase: Phase, step: MeasuredStep): string => {
    const value = predicted(phase, FACTORS[phase], step);
    return `${step[phase]} s, ${seconds(value)} (${(value / step[phase]).toFixed(2)})`;
  };
  return table(
    ["model", "tokens", "group", "completions", "sampling: measured, fitted", "update: measured, fitted"],
    MEASURED.map((step) => [
      step.model.name,
      String(step.tokens),
      String(step.group),
      String(step.completions),
      cell("sample", step),
      cell("update", step),
    ]),
  );
}

function errorTable(): string {
  const row = (name: string, of: (errors: PhaseErrors) => number): string[] => [
    name,
    ...PHASES.map((phase) => times(of(ERRORS[phase]))),
  ];
  return table(
    ["largest error, as a factor in either direction", ...PHASES.map((phase) => PHASE_NAMES[phase])],
    [
      row("of the fit on its own rows", ({ within }) => within),
      row("of a row that was left out", ({ leftOut }) => leftOut),
      row("of 135 M, fitted on 0.13 and 0.36 M alone (379 times larger)", ({ bySize }) => bySize),
      row("of 512 and 1,024 tokens, fitted on up to 256 alone (4 times longer)", ({ byLength }) => byLength),
    ],
  );
}

/** Weights, gradients and AdamW's two moments in float32. */
const BYTES_BY_WEIGHT = 16;
/** The largest model that Aha holds. */
const MOST_WEIGHTS = 2 ** 31;

function carriedTable(): string {
  const carried = (model: Shape, tokens: number): string[] => {
    const step = { model, tokens, completions: 256 };
    const cell = (phase: Phase): string => {
      const value = predicted(phase, FACTORS[phase], step);
      const { leftOut, bySize, byLength } = ERRORS[phase];
      const beyond = (model === SMOLLM2 ? leftOut : bySize) * (tokens > 128 ? byLength : 1);
      return `${seconds(value)} (${seconds(value / beyond)} to ${seconds(value * beyond)})`;
    };
    const memory = `${((model.parameters * BYTES_BY_WEIGHT) / 1e9).toFixed(0)} GB${model.parameters > MOST_WEIGHTS ? ", which Aha can't hold" : ""}`;
    return [model.name, tokens.toLocaleString("en"), cell("sample"), cell("update"), memory];
  };
  return table(
    ["model", "tokens", "sampling", "update", "weights, gradients, moments"],
    [SMOLLM2, ...LARGER].flatMap((model) => [128, 1024].map((tokens) => carried(model, tokens))),
  );
}

/** R1-Zero as published: arXiv:2501.12948 and Nature 645:633 with its supplement. */
const R1_ZERO = {
  steps: 10_400,
  completions: 512,
  active: 37e9,
  gpus: 512,
  hours: 198,
  /** Of one H800, dense, in bfloat16, operations a second: the maker's figure. */
  peak: 989e12,
} as const;
/** The mean over the run isn't published in words; its figure's axis ends at 20,000, so these bracket it. */
const MEAN_LENGTHS = [2_000, 8_000, 16_000] as const;
/** Operations by active parameter: a token is written (2) and learnt from (6); the reference reads it (2). */
const BY_PARAMETER = 10;
/** Of two cores in the fit: 6 operations a weight and token, over the update's seconds for them. */
const OWN_RATE = 6 / FACTORS.update[0]!;

function r1Table(): string {
  const available = R1_ZERO.gpus * R1_ZERO.hours * 3600 * R1_ZERO.peak;
  return table(
    [
      "mean length, assumed",
      "tokens written",
      "operations with weights",
      "of the peak of 512 H800 for 198 h",
      "two cores",
    ],
    MEAN_LENGTHS.map((length) => {
      const tokens = R1_ZERO.steps * R1_ZERO.completions * length;
      const operations = BY_PARAMETER * R1_ZERO.active * tokens;
      return [
        length.toLocaleString("en"),
        tokens.toExponential(1),
        operations.toExponential(1),
        `${((100 * operations) / available).toFixed(1)} %`,
        seconds(operations / OWN_RATE),
      ];
    }),
  );
}

/** The tables of docs/scaling.md, as Markdown. */
export function scalingTables(): string {
  const rate = (phase: Phase, operations: number): string =>
    `${Math.round(operations / FACTORS[phase][0]! / 1e9)} GFLOP/s`;
  return [
    "### Measured and fitted",
    measuredTable(),
    `In brackets the fitted over the measured. Seconds are a sum of what grows with the step:`,
    fitTable(),
    `The first row says at which rate products with weights run: ${rate("sample", 2)} in sampling (2 operations a weight and token), ${rate("update", 6)} in updates (6).`,
    "### How wrong it is",
    errorTable(),
    "### Carried on: a step of 32 problems x 8 on the same two cores",
    "In brackets the range by the errors above: that of a row left out for 135 M, that of a larger model beyond, times that of longer completions where they are longer than what was measured of 135 M.",
    carriedTable(),
    "### Carried on: R1-Zero's own run",
    r1Table(),
  ].join("\n\n");
}
