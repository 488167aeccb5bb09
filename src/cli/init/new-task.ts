import { readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { givenData, type ReadingOptions } from "../../data/data-options.ts";
import { goldVerifiers } from "../../data/open-data-task.ts";
import { readProblems, type ProblemFile } from "../../data/read-problems.ts";
import { hubData } from "../../data/sources/hub-data.ts";
import { OptionError, RunError, show } from "../../errors.ts";
import { diskError } from "../../host/disk-error.ts";
import { makeOwnFolder, writeNewFile } from "../../host/plain-files.ts";
import { defineTask } from "../../tasks/index.ts";
import { extractor, VERIFIER_KINDS, type ExtractorName } from "../../verifiers/index.ts";
import type { NewTask, Watch } from "../compositions.ts";
import { exampleRows } from "./example-rows.ts";
import { taskFiles, type TaskFacts } from "./task-files.ts";

/** How a new task is made; what is absent is as the data say, or the example's. */
export interface NewTaskOptions extends Partial<Omit<ReadingOptions, "evalData">> {
  readonly folder: string;
  /** The user's data; an example's where absent. */
  readonly from?: string;
  readonly extract?: ExtractorName;
  /** Of this package. */
  readonly version: string;
}

/** Rows that a task holds as a list. More are better named to training itself, which reads them one by one. */
const MOST_ROWS = 100_000;

type Row = Readonly<Record<string, string | number>>;
type Read = Pick<TaskFacts, "kind" | "question" | "gold" | "splits" | "difficulties"> & {
  readonly rows: readonly Row[];
};

/**
 * Writes a task into a new folder: its data, a module that makes a task of them, a test, package.json and README.
 * Nothing is written where anything is refused.
 *
 * @throws OptionError for data that can't be used, RunError where the folder holds something
 */
export async function writeNewTask(options: NewTaskOptions, watch: Watch): Promise<NewTask> {
  const { folder, from, version } = options;
  await checkEmpty(folder);
  const { name: extract } = extractor(options.extract ?? "answer-tag");
  const { rows, ...read } = from === undefined ? EXAMPLE : await givenRows(from, options, watch);
  const name = taskName(folder);
  const facts: TaskFacts = { ...read, name, version, extract, example: from === undefined };
  checkSplits(facts, rows);
  makeOwnFolder(folder);
  const files = { "data.jsonl": rows.map((row) => `${JSON.stringify(row)}\n`).join(""), ...taskFiles(facts) };
  for (const [file, text] of Object.entries(files)) writeNewFile(join(folder, file), text);
  const { kind, question, gold } = read;
  const installed = hasPackage(dirname(resolve(folder)));
  return { folder, name, rows: rows.length, kind, question, gold, extract, files: Object.keys(files), installed };
}

/** Whether a program in a folder finds this package, there or in a folder above. */
function hasPackage(folder: string): boolean {
  if (existsSync(join(folder, "node_modules", "aha-rl", "package.json"))) return true;
  return dirname(folder) !== folder && hasPackage(dirname(folder));
}

async function checkEmpty(folder: string): Promise<void> {
  let held: string[];
  try {
    held = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw diskError("write", folder, error);
  }
  if (held.length > 0)
    throw new RunError(
      `Expected ${show(folder)} to be empty or not there, but it holds ${show(held[0])}; choose another folder.`,
    );
}

const EXAMPLE: Read = {
  kind: "number",
  question: "question",
  gold: "answer",
  splits: false,
  difficulties: false,
  rows: exampleRows().map(({ question, answer }) => ({ question, answer })),
};

/** The rows of somebody's data, as they are read: each question once, its gold alone. */
async function givenRows(
  from: string,
  { folder: _folder, from: _from, extract: _extract, version: _version, ...reading }: NewTaskOptions,
  { signal, onEvent }: Watch,
): Promise<Read> {
  const file = await readProblems(from, {
    ...givenData(reading),
    verifiers: await goldVerifiers(""),
    signal,
    fetch: (name, subset) =>
      hubData(name, subset, {
        signal,
        onProgress: (done, total) => onEvent({ kind: "downloading", name, done, total }),
      }),
  });
  try {
    return await rowsOf(file);
  } finally {
    await file.close();
  }
}

async function rowsOf(file: ProblemFile): Promise<Read> {
  const { reading, index, indices, rule } = file;
  const places = index.used();
  if (places.length > MOST_ROWS)
    throw new OptionError(
      `Expected at most ${MOST_ROWS} questions in ${show(file.name)}, got ${places.length}; train on it as it is with \`aha zero --data\`, which reads rows one by one.`,
    );
  if (rule === "the same questions for all")
    throw new OptionError(
      `Expected questions enough in ${show(file.name)} to keep some apart for measuring, got ${places.length}; add some, or train on these with \`aha zero --data\`.`,
    );
  const kind = VERIFIER_KINDS.find((known) => known === reading.kind);
  if (kind === undefined)
    throw new OptionError(
      `Expected answers of a kind that is verified, got ${reading.kind}; name another as \`kind\`.`,
    );
  const [question, gold] = columnNames(reading.questionColumn, reading.goldColumn);
  const splits = rule === "by hash" ? new Map<number, string>() : splitsOf(indices);
  const rows: Row[] = [];
  let difficulties = false;
  for (const place of places) {
    const problem = await file.problem(place);
    if (problem.kind !== undefined && problem.kind !== kind)
      throw new OptionError(
        `Expected answers of one kind in ${show(file.name)}, got ${kind} and ${problem.kind}; name one as \`kind\`, or train with \`aha zero --data\`, which compares each row by its own.`,
      );
    const split = splits.get(place);
    difficulties ||= problem.difficulty !== undefined;
    rows.push({
      [question]: problem.question,
      [gold]: problem.gold,
      ...(split === undefined ? {} : { split }),
      ...(problem.difficulty === undefined ? {} : { difficulty: problem.difficulty }),
    });
  }
  return { kind, question, gold, rows, difficulties, splits: splits.size > 0 };
}

function splitsOf(indices: ProblemFile["indices"]): Map<number, string> {
  const names = ["train", "validation", "heldOut"] as const;
  return new Map(names.flatMap((split) => Array.from(indices[split], (place) => [place, split] as const)));
}

/** The data's own names, without the way to them (`extra_info.question`). */
function columnNames(question: string, gold: string): readonly [string, string] {
  const own = [question, gold].map((column) => column.split(".").at(-1)!) as [string, string];
  const taken = ["split", "difficulty", "__proto__", ""];
  const usable = own[0] !== own[1] && own.every((name) => !taken.includes(name));
  return usable ? own : ["question", "gold"];
}

/** What the new module would say when it is loaded is told now. @throws TaskError */
function checkSplits({ name, question, gold }: TaskFacts, rows: readonly Row[]): void {
  defineTask({
    name,
    problems: rows.map((row) => ({
      question: String(row[question]),
      data: row[gold],
      ...(row["split"] === undefined ? {} : { split: row["split"] as "train" }),
    })),
    verify: () => true,
  });
}

/** Letters, digits and hyphens of the folder's name. */
function taskName(folder: string): string {
  const name = basename(resolve(folder))
    .replace(/[^a-z0-9]+/gi, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "my-task" : name;
}
