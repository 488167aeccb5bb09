export { backward } from "./backward.ts";
export { blockedAttention, blockMasks, queryBlocks, type QueryBlocks } from "./blocked-attention.ts";
export { compile, type CompileOptions } from "./compile.ts";
export {
  addBias,
  addMask,
  addSame,
  clip,
  exp,
  isLess,
  minimum,
  multiply,
  negate,
  relu,
  scale,
  shift,
  silu,
  softplus,
  squaredRelu,
  subtract,
} from "./elementwise.ts";
export { embed, pickRows } from "./gather.ts";
export { concatLast, lengthOf, reshape, splitLast, transpose } from "./layout.ts";
export { batchedMatmul, linear, linearTransposed } from "./matmul.ts";
export { peakBytes } from "./peak-bytes.ts";
export {
  behindPrefix,
  cutPrefix,
  joinPrefix,
  prefixSizes,
  sharedMatmul,
  sizesBehind,
  type PrefixedRows,
  type PrefixSizes,
} from "./prefix-rows.ts";
export { recomputed, type Keep } from "./recomputed.ts";
export { rmsNorm } from "./normalization.ts";
export { sumAll } from "./reduce.ts";
export { ropeFactors, rotary, rotaryTables, type RopeScaling, type RotaryTensors } from "./rotary.ts";
export { inRowChunks, type RowResults } from "./row-chunks.ts";
export { softmax } from "./softmax.ts";
export { Graph, type Tensor } from "./tensor.ts";
export { rowEntropy, tokenLogprobs } from "./token-logprobs.ts";
