import type { Execution } from "../records/execution.ts";
import type { VerifierOutcome } from "../verifiers/ask-verifier.ts";

/** Raised with whatever changes a verdict: what was kept of older ones isn't taken then. */
export const SANDBOX_VERSION = 2;

/**
 * Runs what answers are judged by. An outcome that `failed` is the executor's own fault (a sandbox that can't be
 * started, a full disk): it may be asked again and is never a wrong.
 */
export interface Executor {
  /** Never rejects. */
  execute(execution: Execution, answer: string, signal?: AbortSignal): Promise<VerifierOutcome>;
  /** Ends its processes. */
  stop(): Promise<void>;
}
