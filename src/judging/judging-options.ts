import { decimal, integer, optionGroup, resolveGroup, type GroupValues } from "../options/index.ts";
import { CODE } from "../verifiers/verifier-options.ts";

/** How a user's verifier is asked. Nothing here changes a verdict that comes in time. */
export const JUDGING = optionGroup("judging", "Judging", {
  /** One that isn't asynchronous gets a thread for each verdict, up to four. */
  judges: integer({
    from: 1,
    to: 4096,
    fallback: 32,
    flag: "--judges <n>",
    help: "verdicts of an asynchronous verifier under way at once",
  }),
  /** In seconds from the verdict's own start. */
  verifierSeconds: decimal({
    from: 0.001,
    to: 86_400,
    fallback: 10,
    flag: "--verifier-seconds <s>",
    help: "how long a verifier of your own may take for one answer",
  }),
  judgePatience: decimal({
    from: 0,
    to: 14 * 24 * 60,
    fallback: 10,
    flag: "--judge-patience <m>",
    help: "minutes that a verifier which is down is waited for",
  }),
  codeSeconds: CODE.options.codeSeconds,
  unsafeSandbox: CODE.options.unsafeSandbox,
  evaluators: integer({
    from: 0,
    to: 256,
    fallback: 0,
    flag: "--evaluators <n>",
    help: "processes that judge, by a queue that outlives them all; 0 to judge in this one",
  }),
});

export type JudgingOptions = GroupValues<typeof JUDGING>;

/**
 * @param options may hold others beside these.
 *
 * @throws OptionError naming the option, what was expected and what came
 */
export function resolveJudgingOptions({
  judges,
  verifierSeconds,
  judgePatience,
  codeSeconds,
  unsafeSandbox,
  evaluators,
}: Partial<JudgingOptions>): JudgingOptions {
  return resolveGroup(JUDGING, {
    judges,
    verifierSeconds,
    judgePatience,
    codeSeconds,
    unsafeSandbox,
    evaluators,
  } as Partial<JudgingOptions>);
}
