export type { CompletionReward, GroupReward, RewardPart } from "./reward-part.ts";
export type { Reward } from "../records/reward.ts";
export { accuracyReward, type AccuracyOptions } from "./accuracy.ts";
export { formatReward, type FormatOptions } from "./format.ts";
export { languageConsistency, languageConsistencyReward } from "./language-consistency.ts";
export { lengthShaping, type LengthShapingOptions } from "./length-shaping.ts";
export { checkParts, weightedReward, type ScoreCompletions, type WeightedRewardOptions } from "./weighted-reward.ts";
