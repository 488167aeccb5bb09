import type { RandomKey } from "../../random.ts";
import type { DrawOptions } from "./draw-token.ts";
import type { RolloutPrecision } from "./rollout-precision.ts";
import type { Completion } from "../../records/rollout.ts";

/** How one request's completions are drawn; those that are written beside it may be drawn otherwise. */
export interface DrawingOptions extends DrawOptions {
  /** Divides the logits; 1 for the model's own distribution. Ignored when greedy. */
  readonly temperature: number;
  /** Most tokens of a completion. */
  readonly maxNewTokens: number;
  /** How many of the likeliest tokens are told with each that is drawn; none where absent. */
  readonly likeliest?: number;
}

export interface SamplingOptions extends DrawingOptions {
  /** Most sequences that are written at once; by the model's size where absent. */
  readonly slots?: number | undefined;
  /**
   * Sample with constant weights: faster by sequence, but graphs are compiled for these weights first. Part of what
   * decides the last bit of a result.
   */
  readonly frozen?: boolean;
  /** What tokens are written with; `float32` where absent. Their log-probabilities are those of what wrote them. */
  readonly precision?: RolloutPrecision | undefined;
}

/** One prompt and the samples that are wanted of it. */
export interface SamplingRequest {
  readonly prompt: readonly number[];
  /** A key for each sample: its draws depend on nothing else. */
  readonly keys: readonly RandomKey[];
}

/** A token with its log-probability, under the temperature and before top-k and top-p. */
export interface TokenChance {
  readonly token: number;
  readonly logprob: number;
}

/** What a drawn token was drawn from. */
export interface DrawnFrom {
  /** Of the drawn token, as `TokenChance` has it. */
  readonly logprob: number;
  /** As many as were asked for, the likeliest first. */
  readonly likeliest: readonly TokenChance[];
}

/** Takes a token as it is drawn: of which request, and which of its samples. */
export type TokenListener = (token: number, request: number, sample: number, from: DrawnFrom) => void;

/** How the work on samples is followed. */
export interface SamplingWatch {
  /** Takes the samples of a request as soon as all of them have ended. */
  readonly onGroup?: (request: number, completions: readonly Completion[]) => void;
  readonly onToken?: TokenListener;
}
