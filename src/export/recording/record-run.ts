import { basename, resolve } from "node:path";
import type { EmergenceMetrics } from "../../records/emergence-metrics.ts";
import type { EvaluationResult, FitMetrics, RecordedStep } from "../../records/metrics.ts";
import { openRunStore, runTaskOf, type RunStore } from "../../store/index.ts";
import { GroupChoice, rounded, withEnds, type CutIntoPieces } from "./choose-groups.ts";
import { isUnsafeName } from "./recording-shape.ts";
import { MOST_RECORDING_BYTES, RECORDING_FORMAT, RECORDING_VERSION } from "./recording.ts";
import type { RecordedPart, Recording } from "./recording.ts";
import { RunError } from "../../errors.ts";

/** How much of a run is kept, from the most to the least: the first that fits is taken. */
interface Detail {
  /** Rows of the figures. */
  readonly rows: number;
  readonly groups: number;
}
const DETAILS: readonly Detail[] = [
  { rows: 250, groups: 22 },
  { rows: 250, groups: 12 },
  { rows: 120, groups: 6 },
  { rows: 60, groups: 4 },
  { rows: 30, groups: 2 },
  { rows: 15, groups: 0 },
];

/** Digits that a figure shows, and some more. */
const DIGITS = 5;
const MOST_REWARD_PARTS = 20;
const MOST_NAME = 500;

/** A run that was read, from which recordings of any detail are made. */
export type PartAt = (detail: Detail) => RecordedPart;

/**
 * Reads what a recording keeps of a run. It is opened for reading alone, and may be going on.
 *
 * @param cutIntoPieces of the run's tokenizer; null where it can't be read
 * @throws RunError where the run can't be read
 */
export function readPart(folder: string, cutIntoPieces: CutIntoPieces | null): PartAt {
  const store = openRunStore(folder, { readOnly: true });
  try {
    return partOf(store, basename(resolve(folder)), cutIntoPieces);
  } finally {
    store.close();
  }
}

function partOf(store: RunStore, name: string, cutIntoPieces: CutIntoPieces | null): PartAt {
  const { config } = store;
  const rows = store.metrics();
  const steps = store.lastStep();
  // Steps of fine-tuning stand in the same table, with other fields.
  const metrics = rows.filter((row) => "accuracy" in row).map(stepOf);
  const fit = metrics.length === rows.length ? [] : store.fitMetrics().map(fitOf);
  const evaluations = store
    .evaluations()
    .map(({ name: which, step, result }) => ({ name: which, step, result: recordedEvaluation(result) }));
  const task = runTaskOf(config);
  const choice = new GroupChoice({ task, cutIntoPieces, steps });
  for (const rollout of store.rollouts()) choice.add(rollout);
  const digest = store.contentDigest();
  return (detail) => ({
    name: name.slice(0, MOST_NAME),
    kind: config.kind.slice(0, MOST_NAME),
    task: typeof config["task"] === "string" && task !== null ? task.name : null,
    digest,
    steps,
    metrics: withEnds(metrics, detail.rows),
    fit: withEnds(fit, detail.rows),
    evaluations: withEnds(evaluations, detail.rows),
    groups: choice.chosen(detail.groups),
    measured: null,
  });
}

/**
 * A recording, with as much detail as its bound lets it have. Equal runs give equal bytes.
 *
 * @param command that made what is recorded, if anybody says so
 * @throws RunError where not even the least of it fits
 */
export function recordingText(name: string, command: string | null, parts: readonly PartAt[]): string {
  for (const detail of DETAILS) {
    const recording: Recording = {
      format: RECORDING_FORMAT,
      version: RECORDING_VERSION,
      name: name.slice(0, MOST_NAME),
      command: command === null ? null : command.slice(0, MOST_NAME),
      parts: parts.map((partAt) => partAt(detail)),
    };
    const text = `${JSON.stringify(recording)}\n`;
    if (Buffer.byteLength(text) <= MOST_RECORDING_BYTES) return text;
  }
  throw new RunError(
    `Expected what fits into a recording of ${MOST_RECORDING_BYTES / 1000} kB, got ${parts.length} runs that don't; record one of them.`,
  );
}

/** A step without what differs from machine to machine, each number with as many digits as a figure shows. */
function stepOf(row: RecordedStep): RecordedStep {
  const { unverifiable, rewardByPart, emergence, ahead: _ahead, samplers: _samplers, engine: _engine, ...rest } = row;
  const { rounded: _rounded, ...figures } = rest;
  return {
    ...short(figures),
    rewardByPart: Object.fromEntries(
      Object.entries(rewardByPart)
        .filter(([name]) => name.length <= MOST_NAME && !isUnsafeName(name))
        .slice(0, MOST_REWARD_PARTS)
        .map(([name, value]) => [name, rounded(value, DIGITS)]),
    ),
    unverifiable: { count: unverifiable.count, reasons: [] },
    emergence: shortEmergence(emergence),
    rolloutSeconds: null,
    rewardSeconds: null,
    updateSeconds: null,
    seconds: null,
    tokensPerSecond: null,
  };
}

/** The same of a step of fine-tuning: its times are 0, as they can't be absent. */
function fitOf(row: FitMetrics): FitMetrics {
  return { ...short(row), seconds: 0, tokensPerSecond: 0 };
}

/** An evaluation without its texts. */
export function recordedEvaluation(result: EvaluationResult): EvaluationResult {
  const { accuracy, standardError, greedyAccuracy, meanLength, selfCorrectionShare, truncatedShare } = result;
  const { formatShare, languageMixing, problems, samples, judged, unverifiable, emergence } = result;
  const { majorityAccuracy, majoritySamples } = result;
  return {
    ...short({ accuracy, standardError, greedyAccuracy, meanLength, selfCorrectionShare, truncatedShare }),
    ...short({ formatShare, languageMixing, problems, samples, judged }),
    unverifiable: { count: unverifiable.count, reasons: [] },
    ...(majorityAccuracy === undefined ? {} : short({ majorityAccuracy })),
    ...(majoritySamples === undefined ? {} : { majoritySamples }),
    ...(emergence === undefined ? {} : { emergence: shortEmergence(emergence) }),
  };
}

function shortEmergence<E extends Pick<EmergenceMetrics, "lengthByDifficulty">>(emergence: E): E {
  const { lengthByDifficulty, ...others } = emergence;
  return { ...short(others), lengthByDifficulty: lengthByDifficulty.map(shortNumber) } as unknown as E;
}

/** The same object with short numbers. */
function short<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shortNumber(value)])) as T;
}

function shortNumber<Value>(value: Value): Value {
  return (typeof value === "number" ? rounded(value, DIGITS) : value) as Value;
}
