import {
  groupRelativeAdvantages,
  leaveOneOutAdvantages,
  meanCentredAdvantages,
  type AdvantageFunction,
} from "../advantages/index.ts";
import type { AlgorithmOptions } from "./algorithm-options.ts";
import { constantLength, sequenceMean, tokenMean, type TokenAggregation } from "../losses/index.ts";

/** The names under which a run's config keeps the functions. */
export const ADVANTAGES: Readonly<Record<AlgorithmOptions["advantages"], AdvantageFunction>> = {
  "group-relative": (rewards) => groupRelativeAdvantages(rewards),
  "mean-centred": meanCentredAdvantages,
  "leave-one-out": leaveOneOutAdvantages,
};

export const AGGREGATIONS: Readonly<
  Record<AlgorithmOptions["aggregation"], (maxCompletionTokens: number) => TokenAggregation>
> = {
  "sequence-mean": () => sequenceMean,
  "token-mean": () => tokenMean,
  constant: constantLength,
};
