import { PRESETS } from "../../algorithms/preset-values.ts";
import { sum } from "../../numbers/sum.ts";
import type { SeenGroup, SeenRollout } from "../messages.ts";

/** The ratio of new to old probability beyond which a push is cut, as every run of the page has it. */
export const FENCE = {
  low: 1 - PRESETS.modern.clipEpsilonLow,
  high: 1 + PRESETS.modern.clipEpsilonHigh,
} as const;

/** The completions of a step that are learnt from. */
export function learntFrom(groups: readonly SeenGroup[]): number {
  return sum(groups.map(({ signal, rollouts }) => (signal ? rollouts.filter(hasAdvantage).length : 0)));
}

function hasAdvantage({ advantage }: Pick<SeenRollout, "advantage">): boolean {
  return advantage !== null;
}

/**
 * The push on each token of a completion: what the objective grows by for a nat more of its log-probability, where the
 * ratio is 1. The mean over tokens, then over completions (DeepSeekMath, arXiv:2402.03300, eq. 3).
 *
 * @param learnt completions of the step that are learnt from
 * @returns advantage / (learnt x tokens); 0 where nothing is learnt from it
 */
export function tokenPush({ advantage, rollout }: Pick<SeenRollout, "advantage" | "rollout">, learnt: number): number {
  if (advantage === null || learnt === 0) return 0;
  return advantage / (learnt * Math.max(1, rollout.tokens.length));
}

/** Where a token stands: how its ratio and the sign of its push are to each other. */
export interface FencedRatios {
  /** After the update, of all tokens of the group. */
  readonly ratios: readonly number[];
  /** Those that a second pass over the same completions would no longer push: beyond the fence, on the push's side. */
  readonly cut: number;
}

/**
 * What a second pass would meet: each token's ratio after the update.
 *
 * @param after by completion: log-probabilities of its tokens now
 */
export function ratiosAfter(group: SeenGroup, after: readonly (readonly number[])[]): FencedRatios {
  const ratios: number[] = [];
  let cut = 0;
  for (const [i, { rollout, advantage }] of group.rollouts.entries()) {
    for (const [t, old] of rollout.logprobs.entries()) {
      const now = after[i]?.[t];
      if (now === undefined) continue;
      const ratio = Math.exp(now - old);
      ratios.push(ratio);
      if (isCut(ratio, advantage ?? 0)) cut++;
    }
  }
  return { ratios, cut };
}

/** Whether the minimum of the clipped objective takes a token's gradient away. */
export function isCut(ratio: number, advantage: number): boolean {
  if (advantage > 0) return ratio > FENCE.high;
  return advantage < 0 && ratio < FENCE.low;
}
