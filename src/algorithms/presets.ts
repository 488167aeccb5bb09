import {
  groupRelativeAdvantages,
  leaveOneOutAdvantages,
  meanCentredAdvantages,
  type AdvantageFunction,
} from "../advantages/index.ts";
import { constantLength, sequenceMean, tokenMean, type TokenAggregation } from "../losses/index.ts";

/**
 * The algorithm's own settings: what distinguishes one member of the GRPO family from another. docs/numerics.md goes
 * through them line by line.
 */
export interface Algorithm {
  readonly advantages: AdvantageName;
  readonly aggregation: AggregationName;
  readonly clipEpsilonLow: number;
  readonly clipEpsilonHigh: number;
  readonly klCoefficient: number;
  /** The reference policy becomes the current one every so many steps; 0 for never. */
  readonly referenceEvery: number;
  readonly minibatches: number;
  readonly innerEpochs: number;
  readonly accuracyWeight: number;
  readonly formatWeight: number;
  /**
   * Further rounds of problems that are sampled while fewer groups than asked for carry signal (DAPO's dynamic
   * sampling).
   */
  readonly resampleRounds: number;
}

export type AdvantageName = "group-relative" | "mean-centred" | "leave-one-out";
export type AggregationName = "sequence-mean" | "token-mean" | "constant";
export type PresetName = "paper" | "modern";

/** The names under which a run's config keeps the functions. */
export const ADVANTAGES: Readonly<Record<AdvantageName, AdvantageFunction>> = {
  "group-relative": (rewards) => groupRelativeAdvantages(rewards),
  "mean-centred": meanCentredAdvantages,
  "leave-one-out": leaveOneOutAdvantages,
};

export const AGGREGATIONS: Readonly<Record<AggregationName, (maxCompletionTokens: number) => TokenAggregation>> = {
  "sequence-mean": () => sequenceMean,
  "token-mean": () => tokenMean,
  constant: constantLength,
};

export const PRESETS: Readonly<
  Record<PresetName, Algorithm & { readonly groupSize: number; readonly problemsPerStep: number }>
> = {
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
