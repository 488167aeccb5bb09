import { multiply, negate, sumAll, type Tensor } from "../graph/index.ts";
import type { PolicyLoss } from "./loss.ts";

/** Cross-entropy of given tokens: -sum_t w_t logprob_t. @param logprobs, weights shape [n] @returns a scalar */
export function crossEntropy(logprobs: Tensor, weights: Tensor): Tensor {
  return negate(sumAll(multiply(logprobs, weights)));
}

/** The same as a value that a policy is updated by. */
export const crossEntropyLoss: PolicyLoss = {
  name: "crossEntropy",
  options: {},
  inputs: ["weights"],
  ofSamples: false,
  build: (logprobs, { weights }) => ({ loss: crossEntropy(logprobs, weights!) }),
};
