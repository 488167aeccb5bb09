import type { CompletionSpan } from "../../emergence/index.ts";
import { STOP_REASONS } from "../../records/rollout.ts";
import { VERDICT_KINDS } from "../../records/verdict.ts";
import { EVALUATION_SHAPE, METRICS_SHAPE, MOST_STEPS } from "../../store/row-shapes.ts";
import {
  boundedText,
  fields,
  integerWithin,
  list,
  number,
  oneOf,
  orNull,
  sha256Shape,
  truth,
  type Shape,
} from "../../store/shape.ts";
import { RECORDING_FORMAT, RECORDING_VERSION, type RecordedCompletion, type RecordedPart } from "./recording.ts";

/** A name that is no object's own business: what a careless assignment would take for a prototype. */
const UNSAFE_NAMES: readonly string[] = ["__proto__", "constructor", "prototype"];

export const MOST_PARTS = 60;
export const MOST_ROWS = 2000;
const MOST_GROUPS = 500;
const MOST_COMPLETIONS = 64;
const LONGEST_TEXT = 20_000;
const LONGEST_NAME = 1000;

const step = integerWithin(0, MOST_STEPS);
const count = integerWithin(0, MOST_STEPS);

const SPAN_KINDS: Readonly<Record<CompletionSpan["kind"], true>> = {
  reflection: true,
  rejected: true,
  "false-rejection": true,
  correction: true,
  "false-acceptance": true,
  answer: true,
};

const COMPLETION: Shape = fields({
  sample: count,
  text: boundedText(LONGEST_TEXT),
  cut: truth,
  pieceLengths: orNull(list(integerWithin(0, LONGEST_TEXT), LONGEST_TEXT)),
  logprobs: list(number(), LONGEST_TEXT),
  length: orNull(count),
  stop: oneOf(...STOP_REASONS),
  verdict: oneOf(...VERDICT_KINDS),
  reward: orNull(number()),
  advantage: orNull(number()),
  spans: list(
    fields({
      from: integerWithin(0, LONGEST_TEXT),
      to: integerWithin(0, LONGEST_TEXT),
      kind: oneOf(...Object.keys(SPAN_KINDS)),
    }),
    LONGEST_TEXT,
  ),
  wrongAt: orNull(step),
});

/** Whose parts belong together. */
const FITTING_COMPLETION: Shape = (value) => {
  const misfit = COMPLETION(value);
  if (misfit !== null) return misfit;
  const { text, pieceLengths, logprobs, spans } = value as RecordedCompletion;
  const cutTo = pieceLengths?.reduce((sum, length) => sum + length, 0) ?? text.length;
  if (cutTo !== text.length)
    return { field: "pieceLengths", expected: `lengths that add up to ${text.length}`, got: cutTo };
  if (logprobs.length !== (pieceLengths?.length ?? 0))
    return { field: "logprobs", expected: "one for each piece", got: logprobs.length };
  let last = 0;
  for (const { from, to } of spans) {
    if (from < last || to < from || to > text.length)
      return { field: "spans", expected: "spans in order within the text", got: [from, to] };
    last = to;
  }
  return null;
};

const GROUP: Shape = fields({
  step,
  problemIndex: count,
  problemId: boundedText(LONGEST_NAME),
  prompt: boundedText(LONGEST_TEXT),
  size: count,
  right: count,
  completions: list(FITTING_COMPLETION, MOST_COMPLETIONS),
});

const EVALUATION: Shape = fields({ name: boundedText(LONGEST_NAME), step, result: EVALUATION_SHAPE });

const PART: Shape = fields({
  name: boundedText(LONGEST_NAME),
  kind: boundedText(LONGEST_NAME),
  task: orNull(boundedText(LONGEST_NAME)),
  digest: orNull(sha256Shape),
  steps: step,
  metrics: list(METRICS_SHAPE, MOST_ROWS),
  fit: list(METRICS_SHAPE, MOST_ROWS),
  evaluations: list(EVALUATION, MOST_ROWS),
  groups: list(GROUP, MOST_GROUPS),
  measured: orNull(fields({ evaluation: EVALUATION_SHAPE, preference: orNull(number(0, 1)) })),
});

const FITTING_PART: Shape = (value) => {
  const misfit = PART(value);
  if (misfit !== null) return misfit;
  const { metrics, fit, evaluations, groups, steps } = value as RecordedPart;
  // The two kinds of row have one shape between them.
  if (metrics.some((row) => !Object.hasOwn(row, "accuracy")))
    return { field: "metrics", expected: "steps of reinforcement learning", got: "others" };
  if (fit.some((row) => Object.hasOwn(row, "accuracy")))
    return { field: "fit", expected: "steps of fine-tuning", got: "others" };
  const columns: readonly (readonly [string, readonly { readonly step: number }[], strict: number])[] = [
    ["metrics", metrics, 1],
    ["fit", fit, 1],
    ["evaluations", evaluations, 0],
    ["groups", groups, 0],
  ];
  for (const [field, rows, apart] of columns) {
    const wrong = rows.findIndex((row, i) => row.step > steps || (i > 0 && row.step < rows[i - 1]!.step + apart));
    if (wrong >= 0) return { field, expected: `steps that rise, to ${steps} at most`, got: rows[wrong]!.step };
  }
  return null;
};

export const RECORDING_SHAPE: Shape = fields({
  format: oneOf(RECORDING_FORMAT),
  version: integerWithin(RECORDING_VERSION, RECORDING_VERSION),
  name: boundedText(LONGEST_NAME),
  command: orNull(boundedText(LONGEST_NAME)),
  parts: list(FITTING_PART, MOST_PARTS),
});

/** Whether a value has a name somewhere that must not be taken for a name: of a foreign JSON, which is a tree. */
export function hasUnsafeName(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasUnsafeName);
  return Object.entries(value).some(([name, item]) => isUnsafeName(name) || hasUnsafeName(item));
}

export function isUnsafeName(name: string): boolean {
  return UNSAFE_NAMES.includes(name);
}
