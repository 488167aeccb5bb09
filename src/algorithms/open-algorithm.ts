import type { Algorithm, AlgorithmContext, AlgorithmValue } from "./algorithm.ts";
import { openGrpo } from "./grpo.ts";
import { openPpo } from "./ppo.ts";

/** The algorithm of a run: one that was given as a value, or the one that its options say. */
export async function openAlgorithm(context: AlgorithmContext, own?: AlgorithmValue["open"]): Promise<Algorithm> {
  if (own !== undefined) return own(context);
  return context.options.critic ? openPpo(context) : openGrpo(context.options);
}
