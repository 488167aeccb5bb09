import type { RandomKey } from "../../random.ts";
import type { DrawOptions } from "./draw-token.ts";
import type { Completion } from "../../records/rollout.ts";

export interface SamplingOptions extends DrawOptions {
  /** Divides the logits; 1 for the model's own distribution. Ignored when greedy. */
  readonly temperature: number;
  /** Most tokens of a completion. */
  readonly maxNewTokens: number;
  /** Most sequences that are written at once; by the model's size where absent. */
  readonly slots?: number | undefined;
  /**
   * Sample with constant weights: faster by sequence, but graphs are compiled for these weights first. Part of what
   * decides the last bit of a result.
   */
  readonly frozen?: boolean;
}

/** One prompt and the samples that are wanted of it. */
export interface SamplingRequest {
  readonly prompt: readonly number[];
  /** A key for each sample: its draws depend on nothing else. */
  readonly keys: readonly RandomKey[];
}

/** How the work on a sample is followed and ended early. */
export interface SamplingWatch {
  /** Takes the samples of a request as soon as all of them have ended. */
  readonly onGroup?: (request: number, completions: readonly Completion[]) => void;
  /** Takes each token as it is drawn. */
  readonly onToken?: (token: number, request: number, sample: number) => void;
  /** Asked before each step: true ends every sequence where it stands. */
  readonly stopped?: () => boolean;
}
