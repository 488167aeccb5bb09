import type { Attempt } from "../records/attempt.ts";
import type { Dataset } from "../records/dataset.ts";
import type { Execution } from "../records/execution.ts";
import type { Problem, Split } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";

/** A question with a right completion, which shows the form of an answer. */
export interface TaskExample {
  readonly question: string;
  readonly completion: string;
}

/** A family of problems that a program can check. */
export interface Task<Data = unknown> {
  readonly name: string;
  /**
   * The problems of a split, always in the same order.
   *
   * @throws TaskError for a split that is too large for a list; `dataset` gives its problems one by one
   */
  problems(split: Split): readonly Problem<Data>[];
  /** The same where they are too many for memory: what is there is drawn from in the place of the list. */
  dataset?(split: Split): Dataset<Problem<Data>>;
  /** Decides on the text inside <answer></answer>. Never throws for any text; never evaluates it. */
  verify(problem: Problem<Data>, answer: string): Verdict | Promise<Verdict>;
  /**
   * What is run to judge an answer to a problem; where present, a judge asks a sandbox for the verdict and `verify` is
   * never called.
   */
  execution?(problem: Problem<Data>): Execution;
  /**
   * Finds the answer in a completion; the text of its one <answer> where absent. Never throws, and what stands in the
   * thinking is never an answer.
   */
  extract?(completion: string): { readonly answer: string | null; readonly reason: string | null };
  /** What `extract` looks for, so that a prompt can ask for it: `boxed`, `hashes`, `json`, ...; tags where absent. */
  readonly answerForm?: string;
  /** The candidates that a thinking text considers, in order; where absent, tries are not counted. */
  attempts?(thinking: string): readonly Attempt[];
  /** Whether a candidate, as it was written, answers the problem; where absent, nothing is said of single tries. */
  attemptIsRight?(problem: Problem<Data>, attempt: string): boolean;
  /** What two answers must share to be one answer in a vote; their text without white space where absent. */
  answerKey?(answer: string): string;
  /** The task's own reflective words, beside the paper's ten. */
  readonly reflectiveWords?: readonly string[];
  /** A question of the small vocabulary in another language; absent where the task has one language. */
  translateQuestion?(compactQuestion: string, language: string): string;
  /**
   * A completion in a clean, readable form, in the question's language; its answer stays. What a person does by hand
   * for R1's cold start (arXiv:2501.12948, section 2.3.1).
   */
  rewrite?(problem: Problem<Data>, completion: string): string;
  /** Prompts of the same users that no rule can check; where absent, there are only reasoning problems. */
  readonly general?: GeneralPrompts;
  /**
   * What a prompt shows before the question, for models that don't know the form of an answer; none of them is a
   * problem of any split.
   */
  readonly examples?: readonly TaskExample[];
}

/**
 * Prompts without a verifiable answer: R1's general data (arXiv:2501.12948, section 2.3.4), for which a reward model is
 * learnt.
 */
export interface GeneralPrompts {
  problems(split: Split): readonly Problem[];
  /**
   * How much a person would like a completion, from 0 to 1. Stands for human preference: it labels preference pairs and
   * measures, and is never itself a reward.
   */
  preference(problem: Problem, completion: string): number;
  /** A completion of the kind that fine-tuning data shows: what a careful writer would give. */
  demonstration(problem: Problem): string;
}
