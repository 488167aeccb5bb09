import { readFile } from "node:fs/promises";
import { RunError, show, textArgument } from "../errors.ts";
import { diskError } from "../host/disk-error.ts";
import { createVerifier, extractor, readSchema, VERIFIER_KINDS, type AnswerVerifier } from "../verifiers/index.ts";
import { flatten, refuseUnknown, resolveFlat } from "../options/index.ts";
import { SPLITS } from "../records/problem.ts";
import type { RunConfig } from "../records/run-event.ts";
import { isRemotePath } from "../text/local-path.ts";
import { CODE_GOLDS } from "./code-golds.ts";
import { DATA, givenData, type DataOptions, type DataValues } from "./data-options.ts";
import type { GoldVerifiers } from "./gold-verifier.ts";
import type { FindDataOptions } from "./sources/find-data.ts";
import { hubData } from "./sources/hub-data.ts";
import { MOST_LISTED, taskFromData, type DataTask } from "./task-from-data.ts";

/** How the reading is followed and ended. */
export interface DataContext {
  readonly signal?: AbortSignal | undefined;
  /** Told how many rows were read. */
  readonly onProgress?: ((rows: number) => void) | undefined;
  /** Gets a data set of the hub; with no word of its progress where absent. */
  readonly fetch?: FindDataOptions["fetch"];
}

/**
 * A task over the data that options name, with the verifier of their kind: golds are held against themselves, answers
 * are looked for where `extract` says. Close it at the end.
 *
 * @throws OptionError, RunError for data, columns or a schema that can't be used
 */
export async function openDataTask(options: DataOptions, context: DataContext = {}): Promise<DataTask> {
  const { data, extract, schema, dropLong, ...reading } = options;
  const schemaSource = schema === "" ? "" : await schemaText(schema);
  const verifiers = verifiersFor(schemaSource);
  const signal = context.signal ?? new AbortController().signal;
  const task = await taskFromData(data, {
    ...givenData(reading),
    verifiers,
    signal,
    ...(context.onProgress === undefined ? {} : { onProgress: context.onProgress }),
    fetch: context.fetch ?? ((name, config) => hubData(name, config, { signal })),
  });
  const verifier = verifiers[task.reading.kind] as AnswerVerifier | undefined;
  const { extract: find, name: answerForm } = extractor(extract);
  return {
    ...task,
    answerForm,
    judging: JSON.stringify([task.reading.kind, extract, schemaSource]),
    dropLong,
    extract: find,
    ...(verifier?.answerKey === undefined ? {} : { answerKey: (answer: string): string => verifier.answerKey(answer) }),
  };
}

/**
 * Somebody's data as a task, for `train`, `evaluate` and `openModel`. Of over 100,000 questions the files stay open:
 * close it at the end.
 *
 * @param source a file, a folder, `hf:owner/name`, or `-` for standard input
 * @param options how it is read: `question`, `gold`, `kind`, `extract` and the like; what is absent, the data say
 * @throws OptionError, RunError for data, columns or a schema that can't be used
 */
export async function dataTask(
  source: string,
  options: Partial<Omit<DataValues, "data">> = {},
  context: DataContext = {},
): Promise<DataTask> {
  textArgument("data", source);
  refuseUnknown(options, DATA.options);
  const flat = flatten({ data: DATA }, { data: { ...options, data: source } });
  const task = await openDataTask(resolveFlat({ data: DATA }, flat), context);
  if (!isListed(task)) return task;
  await task.close();
  return { ...task, close: () => Promise.resolve() };
}

/** Whether all problems stand in lists: the files are not needed any more. */
export function isListed(task: DataTask): boolean {
  return SPLITS.every((split) => task.dataset(split).length <= MOST_LISTED);
}

/** A verifier for each kind of gold that there is one for. */
export async function goldVerifiers(schema: string): Promise<GoldVerifiers> {
  return verifiersFor(schema === "" ? "" : await schemaText(schema));
}

function verifiersFor(schema: string): GoldVerifiers {
  const checked = schema === "" ? {} : { schema: readSchema(schema) };
  const texts = VERIFIER_KINDS.map((kind) => [kind, createVerifier(kind, kind === "json" ? checked : {})]);
  return { ...Object.fromEntries(texts), code: CODE_GOLDS };
}

async function schemaText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw diskError("read", path, error);
  }
}

/** What was recognised, in words, before anything runs on it. */
export function dataWords({ reading, file, name, dataset, warnings }: DataTask): string[] {
  const { shape, questionColumn, goldColumn, kind } = reading;
  const { train, heldOut } = { train: dataset("train").length, heldOut: dataset("heldOut").length };
  const left = [...file.counts.damaged, ...file.counts.leftOut].reduce((sum, { count }) => sum + count, 0);
  return [
    `Read ${show(file.name)} as ${shape}: question ${show(questionColumn)}, gold ${show(goldColumn)}, compared as ${kind}; ${train} to learn from, ${heldOut} to measure on${left === 0 ? "" : `, ${left} rows left out (\`aha data\` says which)`}. The task is called ${name}.`,
    ...warnings,
  ];
}

/** The options of the data alone, of all that somebody has; what is absent has its default. */
export function pickData(options: Partial<DataOptions>): DataOptions {
  const { data, question, gold, goldKind, extract, schema, subset, evalData, skipUnreadable, dropLong } = options;
  const given = { data, question, gold, goldKind, extract, schema, subset, evalData, skipUnreadable, dropLong };
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return resolveFlat({ data: DATA }, Object.fromEntries(said) as Partial<DataOptions>);
}

/** Whether a run was trained on data: it says so by having no task, and by what its data were. */
export function isTrainedOnData({ task, data, dataSha256 }: RunConfig): boolean {
  return task === "" && typeof data === "string" && data !== "" && typeof dataSha256 === "string";
}

/**
 * The task of the data that a run's config names, as it is asked again.
 *
 * @throws RunError where the data are not those that the run began with
 */
export async function openDataOfRun(folder: string, config: RunConfig, context: DataContext = {}): Promise<DataTask> {
  const { data } = config;
  if (typeof data !== "string" || isRemotePath(data))
    throw new RunError(
      `Expected \`data\` of the run in ${show(folder)} to be on this machine or of the hub, got ${show(data)}; name it yourself as \`data\`.`,
    );
  const task = await openDataTask(pickData(config as Partial<DataOptions>), context);
  if (task.file.digest === config["dataSha256"]) return task;
  await task.close();
  throw new RunError(
    `Expected the data of the run in ${show(folder)} as it began with them, got others in ${show(data)}; name them as \`data\`.`,
  );
}
