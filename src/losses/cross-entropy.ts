import { multiply, negate, sumAll, type Tensor } from "../graph/index.ts";

/** Cross-entropy of given tokens: -sum_t w_t logprob_t. @param logprobs, weights shape [n] @returns a scalar */
export function crossEntropy(logprobs: Tensor, weights: Tensor): Tensor {
  return negate(sumAll(multiply(logprobs, weights)));
}
