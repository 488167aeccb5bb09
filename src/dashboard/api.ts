import type { AhaMoment, CompletionSpan } from "../emergence/index.ts";
import type { ScoredEvaluation } from "../figures/index.ts";
import type { QueueCounts, QueuedRow } from "../judging/queue/evaluation-queue.ts";
import type { StopReason } from "../records/rollout.ts";
import type { VerdictKind } from "../records/verdict.ts";
import type { FitMetrics, RunState, RunWarning, StateChange, RecordedStep, StoredRollout } from "../store/index.ts";

/**
 * What the page asks the server, and what it is told. Types only: the server and the page both import them.
 *
 *   GET  /                                   the page; its token is in a <meta name="aha-token">
 *   GET  /assets/...                         scripts and styles
 *   GET  /api/runs                           RunList
 *   GET  /api/runs/:id                       RunDetail
 *   GET  /api/runs/:id/steps?after=N&mark=M  RunSteps; the last step that the page holds, and its mark
 *   GET  /api/runs/:id/rollouts?...          RolloutPage; the fields of RolloutFilter as parameters
 *   GET  /api/runs/:id/groups/:step/:index   GroupDetail
 *   GET  /api/runs/:id/problems              ProblemList
 *   GET  /api/runs/:id/problems/:problemId   ProblemHistory
 *   GET  /api/runs/:id/distributions?step=N  Distributions
 *   GET  /api/runs/:id/queue                 QueueDetail; 404 for a run that has none
 *   GET  /api/runs/:id/queue/:evaluation     QueueLog
 *   POST /api/runs/:id/queue/rerun           RerunQuestion in, Rerun out; needs the token of the page as `x-aha-token`
 *   GET  /api/runs/:id/aha                   AhaMoments
 *   GET  /api/runs/:id/playground            Playground
 *   POST /api/runs/:id/playground            PlaygroundQuestion in, a PlaygroundEvent in each line out; needs the token
 *                                            of the page as `x-aha-token`
 *   GET  /api/events?runs=id,id              server-sent events: each `data` is a LiveEvent, `id` counts up
 *   GET  /api/runs/:id/export/rollouts.jsonl, rollouts.parquet, metrics.csv, events.tfevents, report.html
 *
 * An error is a status of 400 or more with an ApiError. A run's `id` is the name of its folder.
 */
export interface ApiError {
  /** One line for a person: what was expected, what came, what to do. */
  readonly error: string;
}

export interface RunListing {
  readonly id: string;
  readonly kind: string;
  readonly task: string;
  /** The base model's name; where a run didn't note it, the first digits of its hash. */
  readonly model: string;
  readonly state: "running" | "unreadable" | Exclude<RunState, "started" | "resumed">;
  readonly steps: number;
  /** Steps that the run shall have; null where it is not known, as where it ends by the clock. */
  readonly plannedSteps: number | null;
  readonly seed: number | null;
  /** Runs with the same experiment differ in their seed alone: a hash of the config without it. */
  readonly experiment: string;
  /** Right answers on held-out problems, before training and newest. */
  readonly heldOutBefore: number | null;
  readonly heldOut: number | null;
  /** Of the last step's rollouts. */
  readonly stepAccuracy: number | null;
  readonly stepLength: number | null;
  /** Milliseconds since 1970. */
  readonly started: number | null;
  readonly updated: number | null;
  /** Why it can't be read. */
  readonly problem: string | null;
}

export interface RunList {
  /** The folder that is shown, as it was given. */
  readonly folder: string;
  readonly runs: readonly RunListing[];
}

export interface RunDetail extends RunListing {
  readonly config: Readonly<Record<string, unknown>>;
  readonly states: readonly StateChange[];
  readonly evaluations: readonly ScoredEvaluation[];
  /** Steps of reinforcement learning; empty for other kinds. */
  readonly metrics: readonly RecordedStep[];
  /** Steps of fine-tuning; empty for other kinds. */
  readonly fit: readonly FitMetrics[];
  readonly warnings: readonly RunWarning[];
  /** Rollouts stored. */
  readonly rollouts: number;
  /** Names the last step as it was computed; given back to ask for what came after it. */
  readonly mark: string;
  /** Whether it judges, or judged, by a queue. */
  readonly queue: boolean;
}

/** What a run's queue holds: the newest evaluations of each state. */
export interface QueueDetail extends QueueCounts {
  readonly rows: readonly QueuedRow[];
  /** The Redis that holds it, without a password; null for the run's folder. */
  readonly at: string | null;
  /** Why nothing can be judged again from this page; null where it can. */
  readonly readOnly: string | null;
}

/** Which evaluations shall be judged again: all that failed, or one that has ended. */
export type RerunQuestion = { readonly state: "failed" } | { readonly id: number };

export interface Rerun {
  /** Evaluations that wait again. */
  readonly again: number;
}

export interface QueueLog {
  /** What the check wrote, its last 64 KiB. */
  readonly log: string;
}

/**
 * What came after a step. A resumed run does its last steps again: where the step that the page names isn't the one
 * with its mark any more, `after` is smaller than what was asked for, and what the page holds beyond it is void.
 */
export interface RunSteps {
  /** The metrics are those after this step; -1 for all. */
  readonly after: number;
  readonly mark: string;
  readonly metrics: readonly RecordedStep[];
  readonly fit: readonly FitMetrics[];
  /** All of them, as are the states and the warnings: they take the place of those that the page holds. */
  readonly evaluations: readonly ScoredEvaluation[];
  readonly states: readonly StateChange[];
  readonly warnings: readonly RunWarning[];
}

/** All bounds are included; what is absent doesn't filter. */
export interface RolloutFilter {
  readonly stepFrom?: number;
  readonly stepTo?: number;
  readonly problem?: string;
  readonly verdict?: VerdictKind;
  readonly stop?: StopReason;
  readonly rewardFrom?: number;
  readonly rewardTo?: number;
  /** In tokens. */
  readonly lengthFrom?: number;
  readonly lengthTo?: number;
  /** Stands somewhere in the completion, in any case of its letters. */
  readonly text?: string;
  /** `true`: those that correct themselves. */
  readonly corrected?: boolean;
  readonly sort?: "step" | "reward" | "length";
  readonly descending?: boolean;
  readonly offset?: number;
  /** At most 200; 50 where absent. */
  readonly limit?: number;
}

/** A view of a stored rollout: a line of a list. */
export interface RolloutLine {
  readonly step: number;
  readonly problemIndex: number;
  readonly sample: number;
  readonly problemId: string;
  readonly difficulty: number;
  readonly stop: StopReason;
  readonly verdict: VerdictKind;
  readonly reward: number | null;
  readonly advantage: number | null;
  /** In tokens. */
  /** In tokens; null where they weren't recorded. */
  readonly length: number | null;
  /** The first 300 characters. */
  readonly excerpt: string;
}

export interface RolloutPage {
  readonly lines: readonly RolloutLine[];
  /** How many fit the filter. */
  readonly total: number;
  /**
   * Share of the run's rollouts that could be looked at already, from 0 to 1: a large run is read once when it is first
   * asked for.
   */
  readonly indexed: number;
}

/** A stored rollout to read, with what there is to see in it. */
export interface CompletionDetail {
  readonly rollout: StoredRollout;
  /**
   * Each token as it stands in the text, shape [tokens]; together they are the text, where the tokenizer can be read.
   * Null where it can't.
   */
  readonly pieces: readonly string[] | null;
  /** Reflections, corrections and the answer, in order. */
  readonly spans: readonly CompletionSpan[];
}

export interface GroupDetail {
  readonly step: number;
  readonly problemIndex: number;
  readonly problemId: string;
  readonly prompt: string;
  readonly difficulty: number;
  readonly completions: readonly CompletionDetail[];
}

export interface ProblemLine {
  readonly id: string;
  readonly difficulty: number;
  readonly question: string;
  /** Followed through time by the evaluations (`aha zero --evaluate-every`); it was not trained on. */
  readonly watched: boolean;
  /** Steps at which it was sampled, evaluations left out; of a watched problem, those of its evaluations. */
  readonly steps: readonly number[];
  /** Mean score at each of them of its completions that could be judged; null where none could. */
  readonly right: readonly (number | null)[];
}

export interface ProblemList {
  readonly problems: readonly ProblemLine[];
  /** As in RolloutPage: of the rollouts that could be looked at already. */
  readonly indexed: number;
}

/** One problem through time. */
export interface ProblemHistory {
  readonly id: string;
  readonly prompt: string;
  readonly difficulty: number;
  /** As in RolloutPage. */
  readonly indexed: number;
  /** In the order of their steps; of more than a hundred, evenly many are left out. */
  readonly visits: readonly {
    readonly step: number;
    readonly accuracy: number | null;
    /** Null where no length was recorded. */
    readonly meanLength: number | null;
    readonly completions: readonly CompletionDetail[];
  }[];
}

export interface SeenMoment extends AhaMoment {
  /** Seen by an evaluation that follows this problem, not in training. */
  readonly watched: boolean;
}

/** How often values of a step's rollouts fall between edges, beside those of the first step. */
export interface Distribution {
  readonly name: "reward" | "advantage" | "length";
  /** Shape [bins + 1]; empty where there is nothing to count. */
  readonly edges: readonly number[];
  /** Shape [bins], of the first step. */
  readonly first: readonly number[];
  readonly now: readonly number[];
}

export interface Distributions {
  readonly step: number;
  readonly distributions: readonly Distribution[];
  /** As in RolloutPage. */
  readonly indexed: number;
}

export interface AhaMoments {
  /** In the order of their steps. */
  readonly moments: readonly SeenMoment[];
  /** As in RolloutPage. */
  readonly indexed: number;
}

/**
 * A run that appeared or changed. The page then asks for what came after the last step that it has: nothing is lost by
 * a connection that breaks.
 */
export type LiveEvent =
  | { readonly kind: "hello"; readonly server: string }
  | {
      readonly kind: "run";
      readonly id: string;
      readonly lastStep: number;
      readonly mark: string;
      readonly state: RunListing["state"];
      readonly evaluations: number;
    }
  | { readonly kind: "list" };

/** Which of a run's models: what it began with, and what came of it. */
export type PlaygroundSide = "base" | "trained";

/** What a run's models can be asked. */
export interface Playground {
  /** Of the run's held-out problems, as they are put to its models. */
  readonly questions: readonly string[];
  /** Why a model can't be asked, in one sentence; null where it can. */
  readonly missing: Readonly<Record<PlaygroundSide, string | null>>;
}

/** What both models are asked; the fields are named as in OpenAI's API. */
export interface PlaygroundQuestion {
  readonly question: string;
  /** 0 takes the likeliest. */
  readonly temperature: number;
  /** Of a completion. */
  readonly max_tokens: number;
  /** Completions of each model. */
  readonly n: number;
  readonly seed: number;
}

/** What is told while both models answer. */
export type PlaygroundEvent =
  /** What both of them read. */
  | { readonly kind: "prompt"; readonly text: string; readonly tokens: number }
  /** A model that isn't asked, with the reason. */
  | { readonly kind: "missing"; readonly side: PlaygroundSide; readonly message: string }
  | { readonly kind: "piece"; readonly side: PlaygroundSide; readonly sample: number; readonly text: string }
  | {
      readonly kind: "end";
      readonly side: PlaygroundSide;
      readonly sample: number;
      readonly tokens: number;
      readonly stop: StopReason;
      readonly spans: readonly CompletionSpan[];
    }
  /** Nothing more comes. */
  | { readonly kind: "failed"; readonly message: string };
