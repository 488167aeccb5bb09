import { numberOption, ShapeError } from "../errors.ts";

export interface GeneralizedOptions {
  /** How much of a later reward counts one token earlier; 1 where absent. */
  readonly discount?: number;
  /**
   * From 0 (trust the critic) to 1 (trust the rewards); 1 where absent: with 0.95 PPO did clearly worse in R1's
   * comparison (arXiv:2501.12948, supplement).
   */
  readonly lambda?: number;
}

/**
 * Generalized advantages of one completion that is rewarded at its end:
 *
 *   delta_t = r_t + discount V_{t+1} - V_t,  A_t = delta_t + discount lambda A_{t+1},  return_t = A_t + V_t
 *
 * Schulman et al. 2016, arXiv:1506.02438, eq. 16. r_t is 0 but at the last token, and nothing comes after it.
 *
 * @param reward of the whole completion
 * @param values what the critic said before each token, shape [tokens]
 * @returns advantages and returns, shape [tokens]
 */
export function generalizedAdvantages(
  reward: number,
  values: ArrayLike<number>,
  options: GeneralizedOptions = {},
): { readonly advantages: number[]; readonly returns: number[] } {
  const discount = numberOption("discount", options.discount ?? 1, 0, 1);
  const lambda = numberOption("lambda", options.lambda ?? 1, 0, 1);
  if (values.length === 0) throw new ShapeError("Expected a value for at least one token, got none.");
  const advantages = new Array<number>(values.length);
  let next = 0;
  for (let t = values.length - 1; t >= 0; t--) {
    const last = t === values.length - 1;
    const delta = (last ? reward : discount * values[t + 1]!) - values[t]!;
    next = delta + discount * lambda * next;
    advantages[t] = next;
  }
  return { advantages, returns: advantages.map((advantage, t) => advantage + values[t]!) };
}
