import { basename, extname } from "node:path";
import { TaskError } from "../errors.ts";
import type { Dataset } from "../records/dataset.ts";
import type { Problem, Split } from "../records/problem.ts";
import { TASK_NAMES } from "../tasks/index.ts";
import type { Task } from "../tasks/task.ts";
import { codeExecution, fewCases } from "./code-golds.ts";
import type { GoldVerifiers } from "./gold-verifier.ts";
import { questionId } from "./normal-question.ts";
import type { DataSplit } from "./problem-index.ts";
import { readProblems, type ProblemFile, type ReadProblemsOptions } from "./read-problems.ts";
import type { GoldKind, DataReading } from "./shapes/reading.ts";

/** Questions of a split that are kept as a list. */
export const MOST_LISTED = 100_000;

/** What an answer is held against. */
export interface GoldData {
  readonly gold: string;
  readonly kind: GoldKind;
}

export interface TaskFromDataOptions extends ReadProblemsOptions {
  readonly verifiers: GoldVerifiers;
  /** The task's name; that of the file where absent. */
  readonly name?: string;
}

/** A task over somebody's data, with how they were read. */
export interface DataTask extends Task<GoldData> {
  dataset(split: Split): Dataset<Problem<GoldData>>;
  readonly reading: DataReading;
  readonly file: ProblemFile;
  /** What else decides on answers: kind, extractor and schema, to tell two tasks over the same data apart. */
  readonly judging?: string;
  /** Whether problems whose prompts are too long are left out. */
  readonly dropLong?: boolean;
  /** What a person should be told before the task is used, a sentence each. */
  readonly warnings: readonly string[];
  /** Lets go of the files. */
  close(): Promise<void>;
}

/**
 * A task over data: a file, a folder, a data set of the hub or standard input. Its questions keep their names (a hash
 * of the question without its dress), and with them their splits, whatever is added.
 *
 * @param source as `readProblems` takes it
 * @throws OptionError, RunError as `readProblems` does
 */
export async function taskFromData(source: string, options: TaskFromDataOptions): Promise<DataTask> {
  const file = await readProblems(source, options);
  const name = options.name ?? taskName(file.name);
  const datasets = { ...splitDatasets(file, name), corpus: emptyDataset(name) };
  const listed = new Map<Split, readonly Problem<GoldData>[]>();
  for (const [split, dataset] of Object.entries(datasets) as [Split, Dataset<Problem<GoldData>>][]) {
    if (dataset.length > MOST_LISTED) continue;
    const problems = await allOf(dataset);
    listed.set(split, problems);
    // What is in memory needs no file any more.
    if (problems.length > 0)
      datasets[split] = { ...dataset, at: async (index) => problems[index] ?? dataset.at(index) };
  }
  return {
    name,
    reading: file.reading,
    file,
    warnings: [...dataWarnings(file), ...codeWarnings(file.reading.kind, [...listed.values()].flat())],
    problems(split) {
      const found = listed.get(split);
      if (found !== undefined) return found;
      throw new TaskError(
        `Expected the split ${split} of the task ${name} to have at most ${MOST_LISTED} problems as a list, got ${datasets[split].length}; draw from its \`dataset\`.`,
      );
    },
    dataset: (split) => datasets[split],
    ...(file.reading.kind === "code" ? { execution: ({ data }) => codeExecution(data.gold) } : {}),
    verify({ data: { gold, kind } }, answer) {
      const verifier = options.verifiers[kind];
      if (verifier !== undefined) return verifier.verify(gold, answer);
      return { kind: "unverifiable", reason: `no verifier of the kind ${kind}` };
    },
    close: () => file.close(),
  };
}

/** Whether a task is over somebody's data. */
export function isDataTask(task: Task): task is DataTask {
  return "file" in task && "reading" in task;
}

/** What a person should know about data before they are used. */
export function dataWarnings({ reading, rule, counts, indices }: ProblemFile): string[] {
  const warnings = [...reading.warnings];
  const questions = indices.train.length;
  if (rule === "the same questions for all") warnings.push(sameForAll(questions));
  else if (indices.heldOut.length < 100)
    warnings.push(
      `${indices.heldOut.length} questions are kept for measuring: a share of right answers among so few is uncertain by 10 points and more.`,
    );
  if (counts.overlaps > 0)
    warnings.push(
      `${counts.overlaps} questions stand in several splits, if in another dress; only the one for measuring has them.`,
    );
  if (counts.contradictions > 0)
    warnings.push(
      `${counts.contradictions} rows have a question that has another gold elsewhere; none of them is used.`,
    );
  return warnings;
}

/** What should be known of problems whose tests are few. */
function codeWarnings(kind: GoldKind, problems: readonly Problem<GoldData>[]): string[] {
  return kind === "code" ? fewCases(problems.map(({ data }) => data.gold)) : [];
}

/** What is to be known of a measurement on what was learnt. */
export function sameForAll(questions: number): string {
  return `With ${questions} question${questions === 1 ? "" : "s"} there is nothing to keep apart: the model is trained and measured on the same ones, and "after" says how well they are learnt, not how well others are solved.`;
}

/** Letters, digits and hyphens of a file's name. */
function taskName(source: string): string {
  const name = basename(source, extname(source))
    .replace(/[^a-z0-9]+/gi, "-")
    .replace(/^-+|-+$/g, "");
  if (name === "") return "data";
  // A file that is called as a task of the package is not that task.
  return TASK_NAMES.includes(name) ? `${name}-data` : name;
}

function splitDatasets(file: ProblemFile, name: string): Record<DataSplit, Dataset<Problem<GoldData>>> {
  const shared = file.rule === "the same questions for all";
  const of = (split: DataSplit): Dataset<Problem<GoldData>> => {
    const indices = file.indices[split];
    // An id stands for one problem of one split, also where all splits have the same questions.
    const mark = shared && split !== "train" ? `-${split}` : "";
    return {
      name: `${name}/${split}`,
      digest: file.digest,
      length: indices.length,
      longest(count) {
        const lengths = indices.map((place) => file.index.table.questionLengths[place]!);
        const from = Math.max(1, lengths.slice().sort().at(-count) ?? 0);
        return [...lengths.keys()].filter((index) => lengths[index]! >= from).slice(0, count);
      },
      async at(index) {
        const place = indices[index];
        if (place === undefined)
          throw new TaskError(`Expected a problem of ${name}/${split} from 0 to ${indices.length - 1}, got ${index}.`);
        const { question, gold, kind = file.reading.kind, difficulty = 0.5 } = await file.problem(place);
        const id = `${questionId(question)}${mark}`;
        return { id, split, question, compactQuestion: question, difficulty, data: { gold, kind } };
      },
    };
  };
  return { train: of("train"), validation: of("validation"), heldOut: of("heldOut") };
}

function emptyDataset(name: string): Dataset<Problem<GoldData>> {
  const at = (): Promise<never> =>
    Promise.reject(new TaskError(`Expected no problem of ${name}/corpus, which is empty.`));
  return { name: `${name}/corpus`, digest: "", length: 0, at };
}

async function allOf<Row>(dataset: Dataset<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let index = 0; index < dataset.length; index++) rows.push(await dataset.at(index));
  return rows;
}
