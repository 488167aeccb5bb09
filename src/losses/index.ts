export { clippedSurrogate, LOG_RATIO_LIMIT, type SurrogateOptions } from "./clipped-surrogate.ts";
export { crossEntropy } from "./cross-entropy.ts";
export { klPenalty } from "./kl-penalty.ts";
export { pairwiseLoss } from "./pairwise.ts";
export { policyLoss, type PolicyLossInputs, type PolicyLossOptions } from "./policy-loss.ts";
export { constantLength, sequenceMean, tokenMean, type TokenAggregation } from "./token-weights.ts";
export { valueLoss } from "./value-loss.ts";
