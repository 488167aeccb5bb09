import type { TrainingSamplingOptions } from "../policy/sampling/sampling-options.ts";
import type { RewardOptions } from "../rewards/reward-options.ts";
import type { AlgorithmOptions } from "./algorithm-options.ts";

type Preset = Omit<AlgorithmOptions, "preset" | "critic" | "criticLearningRate" | "gaeLambda"> &
  Pick<RewardOptions, "accuracyWeight" | "formatWeight"> &
  Pick<TrainingSamplingOptions, "groupSize" | "problemsPerStep">;

export const PRESETS: Readonly<Record<AlgorithmOptions["preset"], Preset>> = {
  /** DeepSeek-R1, arXiv:2501.12948: what it prints; where it is silent, our choice (docs/numerics.md). */
  paper: {
    advantages: "group-relative",
    aggregation: "sequence-mean",
    clipEpsilonLow: 10,
    clipEpsilonHigh: 10,
    klCoefficient: 0.001,
    referenceEvery: 400,
    minibatches: 1,
    innerEpochs: 1,
    accuracyWeight: 1,
    formatWeight: 1,
    resampleRounds: 0,
    groupSize: 16,
    problemsPerStep: 32,
  },
  /**
   * Advantages without the deviation (Dr. GRPO, arXiv:2503.20783), clip-higher (DAPO, arXiv:2503.14476), no reference;
   * the mean by sequence did better here than a constant (docs/log.md).
   */
  modern: {
    advantages: "mean-centred",
    aggregation: "sequence-mean",
    clipEpsilonLow: 0.2,
    clipEpsilonHigh: 0.28,
    klCoefficient: 0,
    referenceEvery: 0,
    minibatches: 1,
    innerEpochs: 1,
    accuracyWeight: 1,
    formatWeight: 0,
    resampleRounds: 0,
    groupSize: 8,
    problemsPerStep: 32,
  },
};
