import type { PolicyLossOptions } from "./policy-loss-options.ts";
import { clip, exp, isLess, minimum, multiply, subtract, type Tensor } from "../graph/index.ts";

/** Log-ratios beyond this are cut before `exp`, so that one token can't overflow a step. docs/numerics.md */
export const LOG_RATIO_LIMIT = 20;

export type SurrogateOptions = Pick<PolicyLossOptions, "clipEpsilonLow" | "clipEpsilonHigh">;

export interface ClippedSurrogate {
  /** Shape [n]. */
  readonly surrogate: Tensor;
  /** Shape [n]. */
  readonly ratio: Tensor;
  /**
   * Shape [n]: 1 where the minimum cuts the ratio, else 0: above 1 + high where the advantage is positive, below 1 -
   * low where it is negative; beyond the other limit nothing is cut.
   */
  readonly clipped: Tensor;
}

/**
 * The clipped surrogate of PPO by token, to be maximised:
 *
 *   min(ratio * A, clip(ratio, 1 - low, 1 + high) * A),  ratio = exp(logprob - oldLogprob)
 *
 * Schulman et al. 2017, arXiv:1707.06347, eq. 7; with a lower and an upper range of their own, arXiv:2503.14476.
 *
 * @param logprobs, oldLogprobs, advantages shape [n]
 */
export function clippedSurrogate(
  logprobs: Tensor,
  oldLogprobs: Tensor,
  advantages: Tensor,
  options: SurrogateOptions,
): ClippedSurrogate {
  const ratio = exp(clip(subtract(logprobs, oldLogprobs), -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT));
  const limited = clip(ratio, 1 - options.clipEpsilonLow, 1 + options.clipEpsilonHigh);
  const [free, held] = [multiply(ratio, advantages), multiply(limited, advantages)];
  return { surrogate: minimum(free, held), ratio, clipped: isLess(held, free) };
}
