import { readdirSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { OptionError, RunError, show } from "../errors.ts";
import { checkWritable } from "../export/check-out.ts";
import type { CutIntoPieces } from "../export/recording/choose-groups.ts";
import { readRecording } from "../export/recording/read-recording.ts";
import { readPart, recordedEvaluation, recordingText, type PartAt } from "../export/recording/record-run.ts";
import { MOST_PARTS } from "../export/recording/recording-shape.ts";
import type { PartMeasurement } from "../export/recording/recording.ts";
import { checkOwnFolder, entryAt, plainFile } from "../host/plain-files.ts";
import { writeFileAtomically } from "../host/write-file.ts";
import type { EvaluationResult } from "../records/metrics.ts";
import { namedValues, type Shape } from "../store/shape.ts";
import { MEASUREMENT_RESULT } from "./result-shapes.ts";
import { readStageRecord } from "./stage-record.ts";

export interface RecordOptions {
  /** The file; `recording.json` in the folder where absent. */
  readonly out?: string;
  /** Replaces a file that is there. */
  readonly force?: boolean;
  /** The command that made what is recorded: it stands in the recording. */
  readonly madeBy?: string;
}

export interface RecordSummary {
  readonly run: string;
  readonly out: string;
  readonly bytes: number;
  readonly parts: readonly {
    readonly name: string;
    readonly steps: number;
    readonly groups: number;
    readonly digest: string | null;
  }[];
}

/** Gives what cuts a run's completions into tokens; null where its tokenizer can't be read. */
export type FindCutter = (folder: string) => Promise<CutIntoPieces | null>;

const RUN_DATABASE = "run.db";
const RECORD = "stage.json";

/**
 * Writes a recording of a run, or of a pipeline's folder with its stages, whole or not at all. What is recorded is
 * opened for reading alone.
 *
 * @throws RunError for what can't be read or has nothing to record, OptionError for a place that can't be used
 */
export async function writeRecording(
  run: string,
  { out: given, force = false, madeBy }: RecordOptions,
  findCutter: FindCutter,
): Promise<RecordSummary> {
  const out = given ?? join(run, "recording.json");
  const isRun = entryAt(join(run, RUN_DATABASE)) !== null;
  const parts = isRun ? [readPart(run, await findCutter(run))] : await pipelineParts(run, findCutter);
  // A link at a place that the user named is the user's own; one in a run folder may be anybody's.
  if (given === undefined) plainFile(out);
  const found = await stat(out).catch(() => undefined);
  if (found !== undefined && (!force || !found.isFile()))
    throw new OptionError(
      `Expected \`out\` to be a new file, got ${show(out)}, which is there; choose another, or give \`force: true\` to replace a file.`,
    );
  await checkWritable(out);
  const text = recordingText(basename(resolve(run)), madeBy ?? null, parts);
  const recording = readRecording(new TextEncoder().encode(text));
  if (recording.parts.every(({ steps, measured }) => steps === 0 && measured === null))
    throw new RunError(`Expected ${show(run)} to have steps to record, got none yet; wait for the first one.`);
  await writeFileAtomically(out, text);
  return {
    run,
    out,
    bytes: Buffer.byteLength(text),
    parts: recording.parts.map(({ name, steps, groups, digest }) => ({ name, steps, groups: groups.length, digest })),
  };
}

/** What a finished stage left, as far as a recording needs it. */
interface FoundStage {
  readonly name: string;
  readonly key: string;
  readonly inputs: readonly { readonly name: string; readonly key: string }[];
  readonly folder: string;
  readonly result: object;
}

const ANY_RESULT: Shape = namedValues(() => null, 1000);

/** The trainings of a pipeline in the order of the work, each with what was measured of its model. */
async function pipelineParts(root: string, findCutter: FindCutter): Promise<PartAt[]> {
  const stages = inOrder(foundStages(root));
  if (stages.length === 0)
    throw new RunError(
      `Expected ${show(root)} to be the folder of a run, or of a pipeline with finished stages, got neither; \`aha runs\` lists the runs that there are.`,
    );
  const known = new Set(stages.map(({ key }) => key));
  const parts = stages.flatMap((stage): PartAt[] => {
    const measured = measurementOf(stage);
    const [model] = stage.inputs;
    return measured === null || model === undefined || known.has(model.key) ? [] : [basePart(model.name, measured)];
  });
  for (const stage of stages) {
    if (entryAt(join(stage.folder, RUN_DATABASE)) === null) continue;
    const partAt = readPart(stage.folder, await findCutter(stage.folder));
    const measured = measurementFor(stages, stage.key);
    const before = measurementFor(stages, stage.inputs[0]?.key);
    parts.push((detail) => {
      const part = partAt({ rows: Math.min(detail.rows, 120), groups: Math.min(detail.groups, 6) });
      // A stage's own evaluations are coarse: a pipeline measures its models apart.
      const evaluations =
        measured === null
          ? part.evaluations
          : [
              ...(before === null ? [] : [{ name: "before", step: 0, result: before.evaluation }]),
              { name: "after", step: part.steps, result: measured.evaluation },
            ];
      return { ...part, name: stage.name.slice(0, 500), evaluations, measured };
    });
  }
  if (parts.length > MOST_PARTS)
    throw new RunError(`Expected a pipeline of at most ${MOST_PARTS} trainings, got ${parts.length} in ${show(root)}.`);
  return parts;
}

/** A model that no stage of the pipeline trained. */
function basePart(name: string, measured: PartMeasurement): PartAt {
  return () => ({
    name: name.slice(0, 500),
    kind: "base",
    task: null,
    digest: null,
    steps: 0,
    metrics: [],
    fit: [],
    evaluations: [],
    groups: [],
    measured,
  });
}

function foundStages(root: string): FoundStage[] {
  let names: string[];
  try {
    names = readdirSync(root).sort();
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const folder = join(root, name);
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
    checkOwnFolder(root, name);
    const record = readStageRecord(join(folder, RECORD), ANY_RESULT);
    return record === null ? [] : [{ ...(record as Omit<FoundStage, "folder">), folder }];
  });
}

/** Each stage behind its inputs; of those that could be next, the first by name. */
function inOrder(stages: readonly FoundStage[]): FoundStage[] {
  const left = [...stages];
  const ordered: FoundStage[] = [];
  while (left.length > 0) {
    const waits = new Set(left.map(({ key }) => key));
    const next = left.findIndex(({ inputs }) => inputs.every(({ key }) => !waits.has(key)));
    // Keys that go round in a circle are nobody's pipeline.
    ordered.push(...left.splice(Math.max(0, next), 1));
  }
  return ordered;
}

/** What was measured of the model with a key; null where it wasn't. */
function measurementFor(stages: readonly FoundStage[], key: string | undefined): PartMeasurement | null {
  const all = stages.filter(({ inputs }) => key !== undefined && inputs[0]?.key === key);
  return all.map(measurementOf).find((measured) => measured !== null) ?? null;
}

function measurementOf({ result }: FoundStage): PartMeasurement | null {
  if (MEASUREMENT_RESULT(result) !== null) return null;
  const { evaluation, general } = result as {
    readonly evaluation: EvaluationResult;
    readonly general: { readonly preference: number } | null;
  };
  return { evaluation: recordedEvaluation(evaluation), preference: general?.preference ?? null };
}
