import { addSame, multiply, negate, scale, sumAll, type Tensor } from "../graph/index.ts";
import { clippedSurrogate, type SurrogateOptions } from "./clipped-surrogate.ts";
import { klPenalty } from "./kl-penalty.ts";

export interface PolicyLossOptions extends SurrogateOptions {
  /** Weight of the KL penalty; at 0 no reference is read. */
  readonly klCoefficient: number;
}

/** What the policy loss reads, all of shape [n]: one number for each completion token of the batch. */
export interface PolicyLossInputs {
  readonly logprobs: Tensor;
  readonly oldLogprobs: Tensor;
  readonly refLogprobs: Tensor;
  readonly advantages: Tensor;
  /** From `token-weights.ts`. */
  readonly weights: Tensor;
}

/**
 * The GRPO loss: -sum_t w_t (surrogate_t - klCoefficient * kl_t). DeepSeekMath, arXiv:2402.03300, eq. 3; R1,
 * arXiv:2501.12948, eq. 1.
 *
 * @returns a scalar, and the KL by token where there is a penalty
 */
export function policyLoss(
  inputs: PolicyLossInputs,
  options: PolicyLossOptions,
): { readonly loss: Tensor; readonly ratio: Tensor; readonly kl: Tensor | undefined } {
  const { surrogate, ratio } = clippedSurrogate(inputs.logprobs, inputs.oldLogprobs, inputs.advantages, options);
  const kl = options.klCoefficient > 0 ? klPenalty(inputs.logprobs, inputs.refLogprobs) : undefined;
  const cost = kl === undefined ? negate(surrogate) : addSame(negate(surrogate), scale(kl, options.klCoefficient));
  return { loss: sumAll(multiply(cost, inputs.weights)), ratio, kl };
}
