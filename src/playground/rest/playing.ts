import type { RecordedGroup, RecordedPart, Recording } from "../../export/recording/recording.ts";
import { HELD_OUT, TRAINING, type Series } from "../../figures/index.ts";
import type { FrameOptions } from "../../draw/frame.ts";
import { seriesColour } from "../../draw/palette.ts";

/** A figure of the player: which numbers of a part it draws. */
export interface PlayedFigure {
  readonly id: "accuracy" | "length" | "corrects" | "mixing" | "loss";
  readonly format: FrameOptions["format"];
  /** The axis reaches at least so far. */
  readonly yTo?: number;
  readonly ofStep: (part: RecordedPart) => readonly Point[];
  readonly ofEvaluations: (part: RecordedPart) => readonly Point[];
}

interface Point {
  readonly x: number;
  readonly y: number | null;
}

export const PLAYED_FIGURES: readonly PlayedFigure[] = [
  {
    id: "accuracy",
    format: "percent",
    yTo: 1,
    ofStep: ({ metrics }) => metrics.map(({ step, accuracy }) => ({ x: step, y: accuracy })),
    ofEvaluations: ({ evaluations }) => evaluations.map(({ step, result }) => ({ x: step, y: result.accuracy })),
  },
  {
    id: "length",
    format: "count",
    ofStep: ({ metrics }) => metrics.map(({ step, emergence }) => ({ x: step, y: emergence.meanLength })),
    ofEvaluations: ({ evaluations }) => evaluations.map(({ step, result }) => ({ x: step, y: result.meanLength })),
  },
  {
    id: "corrects",
    format: "percent",
    yTo: 1,
    ofStep: ({ metrics }) => metrics.map(({ step, emergence }) => ({ x: step, y: emergence.selfCorrectionShare })),
    ofEvaluations: ({ evaluations }) =>
      evaluations.map(({ step, result }) => ({ x: step, y: result.selfCorrectionShare })),
  },
  {
    id: "mixing",
    format: "percent",
    yTo: 0.5,
    ofStep: () => [],
    ofEvaluations: ({ evaluations }) =>
      evaluations.map(({ step, result }) => ({ x: step, y: result.languageMixing ?? null })),
  },
  {
    id: "loss",
    format: "decimal",
    ofStep: ({ fit }) => fit.map(({ step, loss }) => ({ x: step, y: loss })),
    ofEvaluations: () => [],
  },
];

const FEWEST_OF_A_LINE = 3;

/** What a series is named for. */
export interface SeriesNames {
  readonly training: string;
  readonly heldOut: string;
  /** Of a part, where several stand in one figure. */
  readonly part: (part: RecordedPart) => string;
}

/**
 * The series of a figure up to a step; behind it they have no value, so that the axis stays as long as the run. None
 * where no part has a number.
 */
export function playedSeries(
  { ofStep, ofEvaluations }: PlayedFigure,
  parts: readonly RecordedPart[],
  at: number,
  names: SeriesNames,
): Series[] {
  return parts.flatMap((part, place): Series[] => {
    const beside = parts.length > 1;
    const name = (of: string): string => (beside ? `${names.part(part)}, ${of}` : of);
    const steps = columnsOf(ofStep(part), at);
    const held = columnsOf(ofEvaluations(part), at);
    const training: Series = {
      ...steps,
      name: name(names.training),
      source: TRAINING,
      colour: seriesColour(beside ? place : 1),
      style: "line",
    };
    const heldOut: Series = {
      ...held,
      name: name(names.heldOut),
      source: HELD_OUT,
      colour: seriesColour(beside ? place : 0),
      // A line through two points would tell a course that nobody measured.
      style: held.x.length < FEWEST_OF_A_LINE ? "points" : "dots",
    };
    return [...(hasValue(ofStep(part)) ? [training] : []), ...(hasValue(ofEvaluations(part)) ? [heldOut] : [])];
  });
}

function columnsOf(points: readonly Point[], at: number): Pick<Series, "x" | "y"> {
  const rising = points.filter(({ x }, i) => i === points.length - 1 || x < points[i + 1]!.x);
  return { x: rising.map(({ x }) => x), y: rising.map(({ x, y }) => (x <= at ? y : null)) };
}

function hasValue(points: readonly Point[]): boolean {
  return points.some(({ y }) => y !== null);
}

/** The largest value that a figure will show, so that its axis needn't move. */
export function highestValue({ ofStep, ofEvaluations, yTo = 0 }: PlayedFigure, parts: readonly RecordedPart[]): number {
  const values = parts.flatMap((part) => [...ofStep(part), ...ofEvaluations(part)].map(({ y }) => y ?? 0));
  return Math.max(yTo, ...values);
}

/** The steps at which the slider stops: those with figures and those with groups, in order, with the start. */
export function stopsOf(parts: readonly RecordedPart[]): number[] {
  const steps = parts.flatMap(({ metrics, fit, evaluations, groups }) =>
    [metrics, fit, evaluations, groups].flatMap((rows) => rows.map(({ step }) => step)),
  );
  return [...new Set([0, ...steps])].sort((a, b) => a - b);
}

/** The newest groups of a part at a step: those of the last recorded step before it. */
export function groupsAt({ groups }: RecordedPart, at: number): readonly RecordedGroup[] {
  const step = groups.findLast((group) => group.step <= at)?.step;
  return groups.filter((group) => group.step === step);
}

/** The text of each token; null where they weren't recorded. */
export function piecesOf({ text, pieceLengths }: RecordedGroup["completions"][number]): readonly string[] | null {
  if (pieceLengths === null) return null;
  let from = 0;
  return pieceLengths.map((length) => {
    const piece = text.slice(from, from + length);
    from += length;
    return piece;
  });
}

/** Recordings as one, whose parts stand beside each other: each is named by its own recording. */
export function joinedRecordings(recordings: readonly Recording[]): readonly RecordedPart[] {
  return recordings.flatMap(({ name, parts }) =>
    parts.length === 1 && recordings.length > 1 ? parts.map((part) => ({ ...part, name })) : parts,
  );
}
