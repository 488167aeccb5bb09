import type { ModelConfig } from "../../model/model-config.ts";

/** The shape of SmolLM2-135M, by which devices are compared; no weights come with it. */
export const SMOLLM2_135M: ModelConfig = {
  vocabSize: 49_152,
  hiddenSize: 576,
  layers: 30,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  ffSize: 1536,
  activation: "silu",
  ropeTheta: 100_000,
  rmsNormEpsilon: 1e-5,
  maxPositions: 2048,
  tiedEmbeddings: true,
  attentionBias: false,
  outputBias: false,
  qkNorm: false,
  bosTokenId: null,
  eosTokenIds: [],
  padTokenId: null,
};
