import { clip, exp, shift, subtract, type Tensor } from "../graph/index.ts";
import { LOG_RATIO_LIMIT } from "./clipped-surrogate.ts";

/**
 * The k3 estimate of KL(policy || reference) by token: exp(u) - u - 1 with u = refLogprob - logprob; never negative.
 * DeepSeekMath eq. 4, arXiv:2402.03300; J. Schulman, "Approximating KL divergence".
 *
 * @param logprobs, refLogprobs shape [n]
 * @returns shape [n]
 */
export function klPenalty(logprobs: Tensor, refLogprobs: Tensor): Tensor {
  const u = clip(subtract(refLogprobs, logprobs), -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT);
  return shift(subtract(exp(u), u), -1);
}
