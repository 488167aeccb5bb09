import { integerOption } from "../errors.ts";
import type { CompletionReward } from "./reward-part.ts";

export interface LengthShapingOptions {
  /** Completions of this many tokens and more get the whole punishment. */
  readonly maxLength: number;
  /** Over how many tokens before `maxLength` the punishment grows. */
  readonly marginLength: number;
  /** 1 where absent. */
  readonly weight?: number;
}

/**
 * Soft overlong punishment: nothing up to `maxLength - marginLength` tokens, then falling in a straight line to -1.
 *
 *   0                                      L <= maxLength - marginLength
 *   (maxLength - marginLength - L) / marginLength      up to maxLength
 *   -1                                     beyond
 *
 * DAPO, arXiv:2503.14476, section 3.4, eq. 13 (there 20,480 and 4,096 tokens). Lengths are in tokens, the end token
 * included.
 *
 * **Not for claims about emergence.** It rewards length directly, so that a change of length under it shows the
 * reward and not reasoning. No preset uses it.
 *
 * @throws OptionError for lengths that are not positive integers, or a margin longer than the whole
 */
export function lengthShaping<P = unknown>(options: LengthShapingOptions): CompletionReward<P> {
  const maxLength = integerOption("maxLength", options.maxLength, 1);
  const marginLength = integerOption("marginLength", options.marginLength, 1, maxLength);
  const free = maxLength - marginLength;
  return {
    name: "length",
    weight: options.weight ?? 1,
    score({ tokens }) {
      const length = tokens.length;
      return length <= free ? 0 : Math.max(-1, (free - length) / marginLength);
    },
  };
}
