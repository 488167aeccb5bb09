import type { Tensor } from "../graph/index.ts";

/** What a loss may read by token beside the log-probabilities, all of shape [n]. */
export type LossInput = "weights" | "advantages" | "oldLogprobs" | "refLogprobs";

/** What is measured by token, [n], and summed over a batch. */
export type LossMeasure = "kl" | "clipped";

/** A loss by its name: what is sent to the threads that compute it. */
export interface LossSpec {
  readonly name: string;
  /** Plain data. */
  readonly options: object;
  /**
   * The URL of a module whose default export makes the loss from its options; where absent the name is one of the
   * registry's.
   */
  readonly module?: string;
}

/**
 * What a policy is updated by: a value that a graph is built from. An own one is a module (`module`), or a file in
 * losses/ with a row in registry.ts.
 */
export interface PolicyLoss extends LossSpec {
  readonly inputs: readonly LossInput[];
  /** Its sequences were sampled, several by prompt: their entropy is measured, and prompts may be read once for all. */
  readonly ofSamples: boolean;
  /**
   * @param logprobs of the tokens under the policy, [n]
   * @param inputs those that it names
   * @returns a scalar to be minimised, a sum over tokens, so that micro-batches add up; and what is measured
   */
  build(
    logprobs: Tensor,
    inputs: Readonly<Partial<Record<LossInput, Tensor>>>,
  ): { readonly loss: Tensor; readonly byToken?: Readonly<Partial<Record<LossMeasure, Tensor>>> };
}

/** What can be sent of a loss. */
export function lossSpec({ name, options, module }: LossSpec): LossSpec {
  return { name, options, ...(module === undefined ? {} : { module }) };
}
