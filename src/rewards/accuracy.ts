import { OptionError, show } from "../errors.ts";
import { verdictScore } from "../verifiers/verdict-score.ts";
import type { CompletionReward } from "./reward-part.ts";

export interface AccuracyOptions {
  /** 1 where absent. */
  readonly weight?: number;
  /** What a completion that was cut at the length limit gets: 0 where absent, or no score. */
  readonly truncated?: "zero" | "unscored";
}

/**
 * Rule-based accuracy: 1 for a right answer, 0 for a wrong one, the part in between for one that is partly right, no
 * score where the verifier could not decide. R1 2.2.2, arXiv:2501.12948.
 *
 * A completion that was cut at the length limit gets 0 whatever it had written by then, since it did not come to its
 * end; the paper leaves this open. With `truncated: "unscored"` it is left out instead (DAPO's overlong filtering,
 * arXiv:2503.14476, section 3.4). Scores are in units of reward.
 *
 * @throws OptionError for another value of `truncated`
 */
export function accuracyReward<P = unknown>(options: AccuracyOptions = {}): CompletionReward<P> {
  const { weight = 1, truncated = "zero" } = options;
  if (truncated !== "zero" && truncated !== "unscored")
    throw new OptionError(`Expected \`truncated\` to be "zero" or "unscored", got ${show(truncated)}.`);
  return {
    name: "accuracy",
    weight,
    score({ stop, verdict }) {
      const score = verdictScore(verdict);
      if (score === null || stop !== "length") return score;
      return truncated === "zero" ? 0 : null;
    },
  };
}
