import { choice, decimal, integer, optionGroup, text, type GroupValues } from "../options/index.ts";

/** What a completion earns, and from what. */
export const REWARDS = optionGroup("rewards", "Rewards", {
  accuracyWeight: decimal({
    from: 0,
    fallback: 1,
    flag: "--accuracy-weight <w>",
    help: "weight of the right answer",
  }),
  /** DAPO's overlong filtering (arXiv:2503.14476, section 3.4) where unscored. */
  truncated: choice(["zero", "unscored"], {
    fallback: "zero",
    flag: "--truncated <what>",
    help: "what a completion that was cut at the length limit earns: 0, or no score, so that it isn't learnt from",
  }),
  formatWeight: decimal({ from: 0, fallback: 0, flag: "--format-weight <w>", help: "weight of the format reward" }),
  /** The share of the thinking's words that are in the question's language (R1, arXiv:2501.12948, section 2.3.2). */
  languageWeight: decimal({
    from: 0,
    fallback: 0,
    flag: "--language-weight <w>",
    help: "weight of language consistency",
  }),
  /** DAPO's soft overlong punishment (arXiv:2503.14476, section 3.4); off where a growth of length is to show. */
  overlongWeight: decimal({
    from: 0,
    fallback: 0,
    flag: "--overlong-weight <w>",
    help: "weight of a punishment that grows towards the limit; it rewards length",
  }),
  overlongMargin: integer({
    from: 1,
    fallback: 64,
    flag: "--overlong-margin <n>",
    help: "over how many tokens before the limit it grows",
  }),
  rewardModel: text({
    fallback: "",
    flag: "--reward-model <folder>",
    help: "a reward model for what no rule decides",
  }),
  rewardModelWeight: decimal({
    from: 0,
    fallback: 1,
    flag: "--reward-model-weight <w>",
    help: "weight of its score",
  }),
  rewardModelScores: choice(["general", "all"], {
    fallback: "general",
    flag: "--reward-model-scores <what>",
    help: "general prompts, or all in place of the rules",
  }),
  generalPerStep: integer({
    from: 0,
    fallback: 0,
    flag: "--general-per-step <n>",
    help: "general prompts of each of the last steps",
  }),
  /** R1: 400 of 1,700 (arXiv:2501.12948, section 2.3.4). */
  preferenceSteps: integer({
    from: 0,
    fallback: 0,
    flag: "--preference-steps <n>",
    help: "how many of the last steps have general prompts",
  }),
  hackingGuard: choice(["off", "note", "stop"], {
    fallback: "note",
    flag: "--hacking-guard <what>",
    help: "what is done when the reward model's score rises while accuracy falls",
  }),
});

export type RewardOptions = GroupValues<typeof REWARDS>;
