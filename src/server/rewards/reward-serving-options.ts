import { RUN } from "../../algorithms/run-options.ts";
import { DATA } from "../../data/data-options.ts";
import {
  adapted,
  decimal,
  integer,
  optionGroup,
  pick,
  text,
  type FlatValues,
  type OptionSet,
} from "../../options/index.ts";
import { SAMPLING } from "../../policy/sampling/sampling-options.ts";
import { REWARDS } from "../../rewards/reward-options.ts";
import { ZERO } from "../../training/zero-groups.ts";

/** Options of the rewards that rules give. */
export const RULE_REWARDS = [
  "accuracyWeight",
  "truncated",
  "formatWeight",
  "languageWeight",
  "overlongWeight",
  "overlongMargin",
] as const satisfies readonly (keyof typeof REWARDS.options)[];

/** How rewards are served. They are those of `aha zero` under the same options, but for what a reward model says. */
export const SERVE_REWARDS = {
  run: optionGroup("", "The task", pick(RUN.options, "task")),
  data: optionGroup(
    "data",
    DATA.title,
    pick(DATA.options, "data", "question", "gold", "kind", "extract", "schema", "subset", "evalData", "skipUnreadable"),
  ),
  rewards: optionGroup("rewards", REWARDS.title, {
    ...pick(REWARDS.options, ...RULE_REWARDS),
    maxCompletionTokens: adapted(SAMPLING.options.maxCompletionTokens, {
      help: "where the other side cuts a completion; the overlong punishment grows towards it",
    }),
  }),
  judging: ZERO.judging,
  serving: optionGroup("serving", "Serving", {
    waiting: integer({
      from: 1,
      to: 1_000_000,
      fallback: 16_384,
      flag: "--waiting <n>",
      help: "completions that are judged or wait at once; then clients are told to come again",
    }),
    answerSeconds: decimal({
      from: 0.01,
      to: 86_400,
      fallback: 100,
      flag: "--answer-seconds <s>",
      help: "after which a completion that still waits is answered as unverifiable",
    }),
    mostUnverifiable: decimal({
      from: 0,
      to: 1,
      fallback: 0.02,
      flag: "--most-unverifiable <share>",
      help: "of the last 1,000; above it /rm, /get_reward and /verify are refused, which can say no null",
    }),
    end: text({
      fallback: "",
      flag: "--end <text>",
      help: "the model's end token as /get_reward and /rm get it: what doesn't end with it was cut",
      otherwise: "the usual ones are taken away, and nothing counts as cut",
    }),
    maxBodyBytes: integer({ from: 1, fallback: 2 ** 26, flag: null, help: "bytes of a request" }),
  }),
} as const satisfies OptionSet;

export interface RewardServingOptions extends FlatValues<typeof SERVE_REWARDS> {}
