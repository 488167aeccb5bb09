import { integerOption, numberOption } from "../errors.ts";

/** How a user's verifier is asked. Nothing here changes a verdict that comes in time. */
export interface JudgingOptions {
  /**
   * Verdicts under way at once, of a verifier that is asynchronous; one that isn't gets a thread for each, up to four.
   */
  readonly judges: number;
  /** Deadline of one verdict, in seconds from its own start. */
  readonly verifierSeconds: number;
  /** How long a verifier that is down is waited for, in minutes. */
  readonly judgePatience: number;
}

export const JUDGING_DEFAULTS: JudgingOptions = { judges: 32, verifierSeconds: 10, judgePatience: 10 };

/** @throws OptionError naming the option, what was expected and what came */
export function resolveJudgingOptions(options: Partial<JudgingOptions>): JudgingOptions {
  const { judges, verifierSeconds, judgePatience } = JUDGING_DEFAULTS;
  return {
    judges: integerOption("judges", options.judges ?? judges, 1, 4096),
    verifierSeconds: numberOption("verifierSeconds", options.verifierSeconds ?? verifierSeconds, 0.001, 86_400),
    judgePatience: numberOption("judgePatience", options.judgePatience ?? judgePatience, 0, 14 * 24 * 60),
  };
}
