import { OptionError, show } from "../errors.ts";
import type { AdvantageFunction } from "../advantages/index.ts";
import { clippedPolicyLoss, type PolicyLoss } from "../losses/index.ts";
import type { AlgorithmChoices, AlgorithmContext, AlgorithmValue } from "./algorithm.ts";
import type { GrpoOptions } from "./grpo-options.ts";
import { groupAlgorithm } from "./grpo.ts";

/** What an algorithm of one's own is made of, where it keeps nothing from step to step. */
export interface OwnAlgorithm {
  readonly name: string;
  /** The scored rewards of a group, shape [n], to as many advantages; never asked where all are equal. */
  readonly advantages: AdvantageFunction;
  /** The clipped loss of GRPO where absent. */
  readonly loss?: (options: GrpoOptions) => PolicyLoss;
  /** What it sets of the run's options. */
  readonly options?: AlgorithmChoices;
}

/**
 * An algorithm of one's own. One that keeps something (a critic, a running mean) is an `AlgorithmValue` with `open`.
 *
 * @throws OptionError for a definition without a name or a function `advantages`
 */
export function defineAlgorithm({ name, advantages, loss, options = {} }: OwnAlgorithm): AlgorithmValue {
  if (typeof name !== "string" || name === "")
    throw new OptionError(`Expected an algorithm to have a name, got ${show(name)}.`);
  if (typeof advantages !== "function")
    throw new OptionError(
      `Expected the algorithm ${show(name)} to have a function \`advantages\`, got ${show(advantages)}.`,
    );
  const makeLoss = loss ?? clippedPolicyLoss;
  const open = (context: AlgorithmContext): ReturnType<typeof groupAlgorithm> =>
    groupAlgorithm(name, advantages, makeLoss(context.options));
  return { name, options, open };
}
