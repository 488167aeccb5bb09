import { sumOf } from "../numbers/sum.ts";
import { readFitSteps, readSteps } from "./read-steps.ts";

/** Tokens that a run trained on and that it wrote. */
export interface Compute {
  readonly learnt: number;
  readonly written: number;
}

/**
 * Operations by parameter: a token written costs 2 N operations, one learnt from 6 N (Kaplan et al. 2020,
 * arXiv:2001.08361).
 */
export function operationsOf({ learnt, written }: Compute): number {
  return 6 * learnt + 2 * written;
}

/** Of a run of RL. */
export function rlCompute(folder: string): Compute {
  const steps = readSteps(folder);
  return {
    learnt: sumOf(steps, ({ trainedTokens }) => trainedTokens),
    written: sumOf(steps, ({ completionTokens }) => completionTokens),
  };
}

/** Of a run of fine-tuning, which writes nothing. */
export function fitCompute(folder: string): Compute {
  return { learnt: sumOf(readFitSteps(folder), ({ tokens }) => tokens), written: 0 };
}
