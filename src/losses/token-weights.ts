/**
 * How the losses of tokens become one number: a weight for each token, the loss being the weighted sum. Kept apart
 * from the graph, so that a batch can be cut into micro-batches without changing its gradient.
 */
export type TokenAggregation = (lengths: readonly number[]) => number[];

/**
 * Mean over tokens, then over sequences: 1 / (N |o_i|). GRPO as in DeepSeekMath, arXiv:2402.03300, eq. 3. One weight a
 * sequence, for each of its tokens.
 */
export const sequenceMean: TokenAggregation = (lengths) =>
  lengths.map((length) => 1 / (lengths.length * Math.max(1, length)));

/** Mean over all tokens of the batch: 1 / sum |o|. DAPO, arXiv:2503.14476, section 3.3. */
export const tokenMean: TokenAggregation = (lengths) => {
  const total = sum(lengths);
  return lengths.map(() => 1 / Math.max(1, total));
};

/** A constant that no length enters: 1 / (N L). Dr. GRPO, arXiv:2503.20783, section 3.2. */
export function constantLength(maxCompletionTokens: number): TokenAggregation {
  return (lengths) => lengths.map(() => 1 / (lengths.length * maxCompletionTokens));
}
import { sum } from "../numbers/sum.ts";
