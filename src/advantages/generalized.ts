import { numberOption, ShapeError } from "../errors.ts";

export interface GeneralizedOptions {
  /** How much of a later reward counts one token earlier; 1 where absent. */
  readonly discount?: number;
  /**
   * From 0 (trust the critic) to 1 (trust the rewards); 1 where absent: with 0.95 PPO did clearly worse in R1's
   * comparison (arXiv:2501.12948, supplement).
   */
  readonly lambda?: number;
  /** Which tokens the model wrote, shape [tokens]; all of them where absent. */
  readonly mask?: readonly boolean[] | undefined;
}

/**
 * Generalized advantages of one completion that is rewarded at its end:
 *
 *   delta_t = r_t + discount V_{t+1} - V_t,  A_t = delta_t + discount lambda A_{t+1},  return_t = A_t + V_t
 *
 * Schulman et al. 2016, arXiv:1506.02438, eq. 16. r_t is 0 but at the last token, and nothing comes after it. What a
 * tool or an environment wrote is no action: t counts the model's own tokens, and the others have advantage 0 and
 * return V_t, from which nobody learns.
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
  const { mask } = options;
  if (mask !== undefined && mask.length !== values.length)
    throw new ShapeError(`Expected a mask of ${values.length} tokens, got ${mask.length}.`);
  const advantages = new Array<number>(values.length).fill(0);
  let next = 0;
  // What the next action is worth from here on: the reward, behind the last one.
  let worth = reward;
  for (let t = values.length - 1; t >= 0; t--) {
    if (mask?.[t] === false) continue;
    next = worth - values[t]! + discount * lambda * next;
    advantages[t] = next;
    worth = discount * values[t]!;
  }
  return { advantages, returns: advantages.map((advantage, t) => advantage + values[t]!) };
}
