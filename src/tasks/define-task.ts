import { TaskError, objectArgument, show } from "../errors.ts";
import { randomKey, splitKey } from "../random.ts";
import { bySplit } from "./by-split.ts";
import { splitOf } from "./split.ts";
import type { Problem, Split } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import type { Attempt } from "../records/attempt.ts";
import type { Task, TaskExample } from "./task.ts";
import { readVerdict } from "../verifiers/read-verdict.ts";

const OWN_SPLITS = ["train", "validation", "heldOut"] as const;

/** Where a problem of one's own may stand: to learn from, to choose by, to measure on. */
export type OwnSplit = (typeof OWN_SPLITS)[number];

/** A problem of one's own: a question, and what the verifier needs to know. */
export interface OwnProblem<Data> {
  readonly question: string;
  readonly data: Data;
  /** From 0 (easy) to 1 (hard); 0.5 where absent. */
  readonly difficulty?: number;
  /** Names the problem for good and decides its split; a hash of the question where absent. */
  readonly id?: string;
  /** Where the data say it themselves; by the id where absent. */
  readonly split?: OwnSplit;
}

const KEY = splitKey(randomKey(0), "problem");
/** With so few problems one split may have none: all splits have the same ones then. */
export const MOST_SHARED = 20;

/** What a verifier of one's own may answer. */
export type OwnVerdict = boolean | number | Verdict;

/** What `defineTask` makes a task of. */
export interface OwnTask<Data> {
  readonly name: string;
  readonly problems: readonly OwnProblem<Data>[];
  /**
   * Decides on the text inside <answer></answer>: true or false, a number from 0 to 1 for the part that is right, or a
   * verdict with a reason, `{ kind: "partly", score }` among them. The text comes from a model: never run it.
   */
  verify(problem: Problem<Data>, answer: string): OwnVerdict | Promise<OwnVerdict>;
  /** Finds the answer in a completion; the text of its one <answer> where absent: `extractor("boxed").extract`. */
  extract?(completion: string): { readonly answer: string | null; readonly reason: string | null };
  /** What `extract` looks for, so that prompts ask for it: `boxed`, `hashes`, `json`, `after-think`, `whole`. */
  readonly answerForm?: string;
  /**
   * Questions with right completions, which show a model the form of an answer before each question: none of them may
   * be one of the problems.
   */
  readonly examples?: readonly TaskExample[];
  /** Words that show reflection in this task, beside the general ones. */
  readonly reflectiveWords?: readonly string[];
  /** The candidates that a thinking text considers; where absent, tries are not counted. */
  attempts?(thinking: string): readonly Attempt[];
  /** Whether a candidate, as it was written, answers the problem; where absent, nothing is said of single tries. */
  attemptIsRight?(problem: Problem<Data>, attempt: string): boolean;
  /**
   * What two answers must share to be one answer in a vote: `3.50` and `3.5`; their text without white space where
   * absent.
   */
  answerKey?(answer: string): string;
}

/**
 * A task of one's own, ready to train on: problems get ids and splits (by the hash of the id, so that adding problems
 * moves none) and the verifier may answer with a plain boolean. As no base model is made from it, its `corpus` split is
 * empty and its `train` split the larger. Where ids leave one side of up to twenty problems empty, all splits have the
 * same ones.
 *
 * @throws TaskError for a definition without a verifier, with an id that comes twice, or whose problems leave a side
 *   empty
 */
export function defineTask<Data>(own: OwnTask<Data>): Task<Data> {
  objectArgument("task", own);
  const { name } = own;
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]*$/i.test(name))
    throw new TaskError(`Expected \`name\` of a task to be letters, digits and hyphens, got ${show(name)}.`);
  if (typeof own.verify !== "function")
    throw new TaskError(`Expected \`verify\` of the task ${name} to be a function, got ${show(own.verify)}.`);
  if (!Array.isArray(own.problems))
    throw new TaskError(`Expected \`problems\` of the task ${name} to be a list, got ${show(own.problems)}.`);
  const problems = splitProblems<Data>(name, own.problems);
  return {
    name,
    problems: (split) => problems[split],
    verify: (problem, answer) => settle(name, own.verify(problem, answer)),
    ...(own.extract === undefined
      ? {}
      : { extract: (completion: string): ReturnType<NonNullable<Task["extract"]>> => own.extract!(completion) }),
    ...(own.answerForm === undefined ? {} : { answerForm: own.answerForm }),
    ...(own.examples === undefined ? {} : { examples: checkExamples(name, own.examples, own.problems) }),
    ...(own.reflectiveWords === undefined ? {} : { reflectiveWords: own.reflectiveWords }),
    ...(own.attempts === undefined
      ? {}
      : { attempts: (thinking: string): readonly Attempt[] => own.attempts!(thinking) }),
    ...(own.attemptIsRight === undefined
      ? {}
      : {
          attemptIsRight: (problem: Problem<Data>, attempt: string): boolean => own.attemptIsRight!(problem, attempt),
        }),
    ...(own.answerKey === undefined ? {} : { answerKey: (answer: string): string => own.answerKey!(answer) }),
  };
}

function checkExamples(
  name: string,
  examples: readonly TaskExample[],
  problems: readonly { readonly question: string }[],
): readonly TaskExample[] {
  const wrong = (what: string, value: unknown): TaskError =>
    new TaskError(`Expected \`examples\` of the task ${name} to be ${what}, got ${show(value)}.`);
  if (!Array.isArray(examples)) throw wrong("a list of questions with completions", examples);
  const questions = new Set(problems.map(({ question }) => question));
  for (const example of examples) {
    if (typeof example?.question !== "string" || typeof example.completion !== "string")
      throw wrong("a list of { question, completion }", example);
    if (questions.has(example.question)) throw wrong("other questions than its problems", example.question);
  }
  return examples;
}

function splitProblems<Data>(name: string, given: readonly OwnProblem<Data>[]): Record<Split, Problem<Data>[]> {
  const ids = new Set<string>();
  const twice: string[] = [];
  const splits = bySplit(
    given.map((own, place) => {
      const problem = fillIn(name, own, place);
      if (ids.has(problem.id)) twice.push(show(own.question));
      ids.add(problem.id);
      return problem;
    }),
  );
  if (twice.length > 0)
    throw new TaskError(
      `Expected the ids of the task ${name} to differ, but ${twice.length} of its ${given.length} problems have one that came before (${twice[0]}); leave them out, or give them another \`id\`.`,
    );
  if (
    given.length > 0 &&
    given.length <= MOST_SHARED &&
    isOneSided(splits) &&
    given.every(({ split }) => split === undefined)
  )
    return sharedSplits(splits);
  for (const split of ["train", "heldOut"] as const) {
    if (splits[split].length === 0)
      throw new TaskError(
        `Expected the task ${name} to have problems in the split ${split}, but the ids of its ${given.length} problems put none there; give it more problems.`,
      );
  }
  return splits;
}

function isOneSided(splits: Record<Split, readonly unknown[]>): boolean {
  return splits.train.length === 0 || splits.heldOut.length === 0;
}

/** The same problems to learn from and to measure on; an id stands for one problem of one split. */
function sharedSplits<Data>(splits: Record<Split, Problem<Data>[]>): Record<Split, Problem<Data>[]> {
  const all = [...splits.train, ...splits.validation, ...splits.heldOut];
  const of = (split: Split, mark: string): Problem<Data>[] => all.map((own) => ({ ...own, split, id: own.id + mark }));
  return { corpus: [], train: of("train", ""), validation: of("validation", "-v"), heldOut: of("heldOut", "-h") };
}

function fillIn<Data>(name: string, own: OwnProblem<Data>, place: number): Problem<Data> {
  const wrong = (what: string, value: unknown): TaskError =>
    new TaskError(`Expected ${what} of problem ${place + 1} of the task ${name}, got ${show(value)}.`);
  if (typeof own?.question !== "string" || own.question.trim() === "")
    throw wrong("a text as `question`", own?.question);
  const { question, data, difficulty = 0.5, id = `${name}:${hashOf(question)}` } = own;
  if (typeof id !== "string" || id === "") throw wrong("a text as `id`", id);
  if (!(difficulty >= 0 && difficulty <= 1)) throw wrong("a number from 0 to 1 as `difficulty`", difficulty);
  const split: Split = own.split ?? splitOf(id);
  if (own.split !== undefined && !OWN_SPLITS.includes(own.split))
    throw wrong(`one of ${OWN_SPLITS.join(", ")} as \`split\``, own.split);
  return { id, split: split === "corpus" ? "train" : split, question, compactQuestion: question, difficulty, data };
}

/** 64 bits of a text as 16 digits, the same on every machine. */
function hashOf(text: string): string {
  // By pairs of characters: a text folded in as a whole would keep only 32 bits of it.
  const pairs = Array.from(
    { length: Math.ceil(text.length / 2) },
    (_, pair) => text.charCodeAt(2 * pair) * 0x1_0000 + (text.charCodeAt(2 * pair + 1) || 0),
  );
  const { high, low } = splitKey(KEY, text.length, ...pairs);
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

function settle(name: string, outcome: unknown): Verdict | Promise<Verdict> {
  const isPromise = typeof outcome === "object" && outcome !== null && "then" in outcome;
  return isPromise
    ? Promise.resolve(outcome).then((settled) => readVerdict(name, settled))
    : readVerdict(name, outcome);
}
