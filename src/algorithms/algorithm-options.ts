import { POLICY_LOSS } from "../losses/policy-loss-options.ts";
import { choice, decimal, integer, optionGroup, toggle, type GroupValues } from "../options/index.ts";

export const ADVANTAGE_NAMES = ["group-relative", "mean-centred", "leave-one-out"] as const;
export const AGGREGATION_NAMES = ["sequence-mean", "token-mean", "constant"] as const;
export const PRESET_NAMES = ["paper", "modern"] as const;

/** What distinguishes one member of the GRPO family from another; docs/numerics.md goes through them line by line. */
export const ALGORITHM = optionGroup("algorithm", "The algorithm", {
  preset: choice(PRESET_NAMES, {
    fallback: "modern",
    flag: "--preset <name>",
    help: "what is not given comes from it",
  }),
  advantages: choice(ADVANTAGE_NAMES, {
    fallback: "mean-centred",
    flag: "--advantages <name>",
    help: "how a completion is scored against its group",
  }),
  aggregation: choice(AGGREGATION_NAMES, {
    fallback: "sequence-mean",
    flag: "--aggregation <name>",
    help: "how tokens are weighed in the loss",
  }),
  ...POLICY_LOSS.options,
  /** R1 (arXiv:2501.12948): every 400 steps. */
  referenceEvery: integer({
    from: 0,
    fallback: 0,
    flag: "--reference-every <n>",
    help: "the reference becomes the current policy every n steps; 0 for never",
  }),
  minibatches: integer({
    from: 1,
    to: 1_000_000,
    fallback: 1,
    flag: "--minibatches <n>",
    help: "optimizer steps of each batch of rollouts",
  }),
  innerEpochs: integer({
    from: 1,
    to: 1_000_000,
    fallback: 1,
    flag: "--inner-epochs <n>",
    help: "passes over each batch of rollouts",
  }),
  /** DAPO's dynamic sampling (arXiv:2503.14476, section 3.2). */
  resampleRounds: integer({
    from: 0,
    fallback: 0,
    flag: "--resample-rounds <n>",
    help: "more rounds of problems while too few groups carry signal",
  }),
  critic: toggle({
    fallback: false,
    flag: "--critic",
    help: "PPO with a learned critic in place of GRPO, to compare with",
  }),
  criticLearningRate: decimal({
    from: 0,
    fallback: 1e-3,
    flag: "--critic-learning-rate <r>",
    help: "of the critic",
  }),
  gaeLambda: decimal({ from: 0, to: 1, fallback: 1, flag: "--gae-lambda <l>", help: "of PPO's advantages" }),
});

export type AlgorithmOptions = GroupValues<typeof ALGORITHM>;
