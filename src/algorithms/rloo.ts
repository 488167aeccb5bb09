import type { AlgorithmChoices, AlgorithmValue } from "./algorithm.ts";

/**
 * REINFORCE leave-one-out (Ahmadian et al. 2024, arXiv:2402.14740, section 2.3): each completion against the mean of
 * its siblings, itself left out. With one update a batch the ratio is 1 and the clip never acts; the sum over a
 * completion's tokens is brought to scale by the longest that may be.
 */
export function rloo(options: AlgorithmChoices = {}): AlgorithmValue {
  return { name: "rloo", options: { advantages: "leave-one-out", aggregation: "constant", ...options } };
}
