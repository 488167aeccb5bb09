import type { ZeroOptions } from "./zero-groups.ts";

/** What a process that makes steps is asked: a run of so many, by these options. */
export interface StepSpeedRequest {
  readonly options: Partial<ZeroOptions> & { readonly base: string };
}

/** What it tells after each step. */
export interface StepSpeedNews {
  readonly step: ClockedStep;
  /** Most memory that the process has had resident, in megabytes of 2^20 bytes. */
  readonly peakMegabytes: number;
}

/** A step as a stopwatch sees it; writing checkpoints and measuring held-out problems are not in it. */
export interface ClockedStep {
  readonly seconds: number;
  readonly rolloutSeconds: number;
  readonly updateSeconds: number;
  /** Tokens of all completions that were written. */
  readonly tokens: number;
  /** Of the completions that had an advantage: what was trained on. */
  readonly trainedTokens: number;
}
