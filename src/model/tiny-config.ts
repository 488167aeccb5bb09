import type { ModelConfig } from "./model-config.ts";

/** A small model for tests: two layers of width 8 over 11 tokens, with what a test changes. */
export function tinyConfig(changes: Partial<ModelConfig> = {}): ModelConfig {
  return {
    vocabSize: 11,
    hiddenSize: 8,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim: 2,
    ffSize: 12,
    activation: "silu",
    ropeTheta: 10_000,
    rmsNormEpsilon: 1e-6,
    maxPositions: 64,
    tiedEmbeddings: false,
    attentionBias: false,
    outputBias: false,
    qkNorm: false,
    bosTokenId: null,
    eosTokenIds: [],
    padTokenId: null,
    ...changes,
  };
}
