/** A sampled completion with everything that training on it needs. */
export interface Rollout {
  /** Tokens of the prompt. */
  readonly promptTokens: readonly number[];
  /** Sampled tokens, the end-of-sequence token included where it was sampled. */
  readonly tokens: readonly number[];
  /**
   * Log-probability of each sampled token under the temperature-scaled distribution it was drawn from (before top-k and
   * top-p), same length as `tokens`.
   */
  readonly logprobs: readonly number[];
  /** The completion as text, without special end tokens. */
  readonly text: string;
  /** `finished`: ended by itself; `truncated`: cut at the length limit. */
  readonly status: "finished" | "truncated";
  /** The policy that sampled it: number of updates made before. */
  readonly policyStep: number;
  /** Index of the sample within its group. */
  readonly sample: number;
}

/** All completions of one problem at one step. */
export interface RolloutGroup<P = unknown> {
  readonly problem: P;
  readonly prompt: string;
  readonly rollouts: readonly Rollout[];
}
