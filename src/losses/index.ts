export {
  clippedSurrogate,
  LOG_RATIO_LIMIT,
  type ClippedSurrogate,
  type SurrogateOptions,
} from "./clipped-surrogate.ts";
export { crossEntropy, crossEntropyLoss } from "./cross-entropy.ts";
export { klPenalty } from "./kl-penalty.ts";
export { lossSpec, type LossInput, type LossMeasure, type LossSpec, type PolicyLoss } from "./loss.ts";
export { pairwiseLoss } from "./pairwise.ts";
export { clippedPolicyLoss, policyLoss, type PolicyLossInputs, type PolicyLossResults } from "./policy-loss.ts";
export { openLoss } from "./registry.ts";
export { constantLength, sequenceMean, tokenMean, type TokenAggregation } from "./token-weights.ts";
export { valueLoss } from "./value-loss.ts";
export { POLICY_LOSS, type PolicyLossOptions } from "./policy-loss-options.ts";
