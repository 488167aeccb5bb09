import type { PolicyLossOptions } from "./policy-loss-options.ts";
import { addSame, multiply, negate, scale, sumAll, type Tensor } from "../graph/index.ts";
import { clippedSurrogate } from "./clipped-surrogate.ts";
import { klPenalty } from "./kl-penalty.ts";
import type { PolicyLoss } from "./loss.ts";

/** What the policy loss reads, all of shape [n]: one number for each completion token of the batch. */
export interface PolicyLossInputs {
  readonly logprobs: Tensor;
  readonly oldLogprobs: Tensor;
  readonly refLogprobs: Tensor;
  readonly advantages: Tensor;
  /** From `token-weights.ts`. */
  readonly weights: Tensor;
}

/** Results of the policy loss: a scalar to be minimised, and what is measured by token, [n]. */
export interface PolicyLossResults {
  readonly loss: Tensor;
  readonly ratio: Tensor;
  /** Where there is a penalty. */
  readonly kl: Tensor | undefined;
  /** 1 where the ratio is cut, else 0. */
  readonly clipped: Tensor;
}

/**
 * The GRPO loss: -sum_t w_t (surrogate_t - klCoefficient * kl_t). DeepSeekMath, arXiv:2402.03300, eq. 3; R1,
 * arXiv:2501.12948, eq. 1.
 */
export function policyLoss(
  inputs: Omit<PolicyLossInputs, "refLogprobs"> & Partial<PolicyLossInputs>,
  options: PolicyLossOptions,
): PolicyLossResults {
  const { advantages, weights, refLogprobs } = inputs;
  const { surrogate, ratio, clipped } = clippedSurrogate(inputs.logprobs, inputs.oldLogprobs, advantages, options);
  const kl = options.klCoefficient > 0 ? klPenalty(inputs.logprobs, refLogprobs!) : undefined;
  const cost = kl === undefined ? negate(surrogate) : addSame(negate(surrogate), scale(kl, options.klCoefficient));
  return { loss: sumAll(multiply(cost, weights)), ratio, kl, clipped };
}

/** The same as a value that a policy is updated by. */
export function clippedPolicyLoss({ clipEpsilonLow, clipEpsilonHigh, klCoefficient }: PolicyLossOptions): PolicyLoss {
  // The options' own fields alone: the value goes to other threads, and may come from a larger bag.
  const options: PolicyLossOptions = { clipEpsilonLow, clipEpsilonHigh, klCoefficient };
  return {
    name: "clipped",
    options,
    inputs: ["weights", "advantages", "oldLogprobs", ...(klCoefficient > 0 ? (["refLogprobs"] as const) : [])],
    ofSamples: true,
    build(logprobs, { weights, advantages, oldLogprobs, refLogprobs }) {
      const { loss, kl, clipped } = policyLoss(
        {
          logprobs,
          oldLogprobs: oldLogprobs!,
          advantages: advantages!,
          weights: weights!,
          ...(refLogprobs === undefined ? {} : { refLogprobs }),
        },
        options,
      );
      return { loss, byToken: { ...(kl === undefined ? {} : { kl }), clipped } };
    },
  };
}
