import type { BundledExecution, Execution } from "../../records/execution.ts";
import type { Problem } from "../../records/problem.ts";
import type { VerdictKind } from "../../records/verdict.ts";
import type { VerifierOutcome } from "../../verifiers/ask-verifier.ts";

/** What takes time in a check, in its order. */
export const PHASES = ["set up", "apply", "run", "read"] as const;
export type Phase = (typeof PHASES)[number];

export type EvaluationState = "waiting" | "running" | "done" | "failed";
export const EVALUATION_STATES: readonly EvaluationState[] = ["waiting", "running", "done", "failed"];

/**
 * Which completion asks for a verdict. The same place with the same content is the same job, however often it comes.
 */
export interface JobPlace {
  readonly run: string;
  /** What of the run: the number of updates that its policy had, or another name. */
  readonly batch: string;
  /** The problem's id. */
  readonly problem: string;
  readonly sample: number;
}

/** What is to be judged, as plain data. */
export type Work =
  | { readonly kind: "execution"; readonly execution: Execution | BundledExecution; readonly answer: string }
  | {
      readonly kind: "task";
      /** What the task calls itself. */
      readonly name: string;
      /** What it can be loaded by: a name or a module's path. */
      readonly task: string;
      /** The problem itself, or its id where it can't be sent. */
      readonly problem: Problem | string;
      readonly answer: string;
      /** That the verifier has. */
      readonly seconds: number;
    };

/** One verdict that is asked for. Jobs with one key share one evaluation. */
export interface EvaluationJob {
  readonly place: JobPlace;
  /** SHA-256 of all that decides on the verdict (`contentKey`). */
  readonly key: string;
  /** What an evaluator must have to judge it (`needsOf`). */
  readonly needs: string;
  readonly work: Work;
}

/** An evaluation that an evaluator holds. It is its own while both numbers are. */
export interface WorkClaim {
  readonly id: number;
  /** Counts how often the evaluation was taken. */
  readonly take: number;
  readonly work: Work;
}

export type ClaimName = Pick<WorkClaim, "id" | "take">;

/** Who evaluates. */
export interface EvaluatorCard {
  /** Nobody else's, ever. */
  readonly id: string;
  /** For people: machine and process. */
  readonly name: string;
  /** What it can judge; empty for nothing. */
  readonly has: readonly string[];
}

/** What came of an evaluation: one that `failed` is the evaluator's fault, and is tried again. */
export interface EvaluationOutcome extends VerifierOutcome {
  /** Seconds by phase. */
  readonly seconds?: Partial<Readonly<Record<Phase, number>>>;
  /** In which it failed. */
  readonly phase?: Phase;
  /** What the check wrote; its end is kept. */
  readonly log?: string;
}

/** What an evaluator asks of a queue, on this machine or another. */
export interface EvaluatorSide {
  /** Seconds after which a claim without heartbeats is somebody else's. */
  readonly leaseSeconds: number;
  /** The oldest evaluations that it can judge, at most so many. */
  claim(evaluator: EvaluatorCard, most: number): Promise<readonly WorkClaim[]>;
  /** Keeps claims. @returns those that are still its own */
  heartbeat(evaluator: EvaluatorCard, claims: readonly ClaimName[]): Promise<readonly ClaimName[]>;
  /** @returns whether the claim was still its own; where not, nothing is kept */
  finish(evaluator: EvaluatorCard, claim: ClaimName, outcome: EvaluationOutcome): Promise<boolean>;
  /** The same for an infrastructure error: it waits and is tried again, and ends as unverifiable after the last try. */
  fail(evaluator: EvaluatorCard, claim: ClaimName, outcome: EvaluationOutcome): Promise<boolean>;
  /** The bundle of a repository task by its SHA-256; null where it is gone. Absent where folders are at hand. */
  content?(sha256: string): Promise<Uint8Array | null>;
  /** What it holds waits again, and it is gone. */
  leave(evaluator: EvaluatorCard): Promise<void>;
  close(): Promise<void>;
}

/** The verdict of an evaluation that has ended. */
export interface EndedEvaluation extends VerifierOutcome {
  readonly key: string;
}

/**
 * Verdicts that are asked for, and those that were given, on something that survives its processes. Made for two
 * implementations: SQLite beside a run, and one for many machines.
 */
export interface EvaluationQueue extends EvaluatorSide {
  /** Jobs that are there already stay as they are; an evaluation that failed is tried again for a new one. */
  enqueue(jobs: readonly EvaluationJob[]): Promise<void>;
  /** Of these keys, those that have ended. */
  results(keys: readonly string[]): Promise<readonly EndedEvaluation[]>;
  /** An evaluator is known to have died: what it held waits again. */
  bury(evaluatorId: string): Promise<void>;
  /** Evaluations that have ended wait again. @returns how many */
  rerun(which: RerunChoice): Promise<number>;
  counts(): Promise<QueueCounts>;
  list(query: QueueQuery): Promise<readonly QueuedRow[]>;
  /** The end of what its check wrote; null where there is no such evaluation. */
  log(id: number): Promise<string | null>;
}

export type RerunChoice = { readonly state: "failed" } | { readonly id: number } | { readonly keys: readonly string[] };

export interface QueueQuery {
  readonly state?: EvaluationState;
  readonly limit: number;
}

export interface QueueCounts extends Readonly<Record<EvaluationState, number>> {
  /** Verdicts that were asked for. */
  readonly jobs: number;
  /** Of these, those that another one's evaluation answers. */
  readonly cacheHits: number;
  /** Failed ones, by the phase in which they failed. */
  readonly failedByPhase: Readonly<Record<string, number>>;
  /** Infrastructure errors after which another try is under way or waits. */
  readonly retries: number;
  /** Seconds for which the oldest waiting one has waited; null where none waits. */
  readonly oldestSeconds: number | null;
  readonly evaluators: readonly EvaluatorRow[];
}

export interface EvaluatorRow {
  readonly name: string;
  /** Whether it was heard of within a lease. */
  readonly alive: boolean;
  /** Evaluations that it has ended. */
  readonly judged: number;
  readonly running: number;
}

/** An evaluation as lists show it. */
export interface QueuedRow {
  readonly id: number;
  readonly state: EvaluationState;
  /** The first job that asks for it; null where none does any more. */
  readonly place: JobPlace | null;
  readonly jobs: number;
  /** Tries that ended by an infrastructure error. */
  readonly attempts: number;
  readonly verdict: VerdictKind | null;
  /** Of its verdict, or of its last failure; empty for none. */
  readonly reason: string;
  readonly phase: string | null;
  readonly seconds: Partial<Readonly<Record<Phase, number>>>;
  readonly logBytes: number;
}
