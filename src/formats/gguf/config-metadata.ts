import { CheckpointError, show } from "../../errors.ts";
import type { RopeScaling } from "../../graph/index.ts";
import { attentionScale } from "../../model/rope-config.ts";
import { modelFamily, type ModelConfig } from "../../model/model-config.ts";
import { float32, float64, textValue, uint32, type GgufMetadata, type GgufValue } from "./gguf-value.ts";

/**
 * Where the numbers of Llama 3's scaling stand: llama.cpp reads what they come to from `rope_freqs.weight`, and these
 * keys not at all.
 */
export const LLAMA3_ROPE_KEYS = {
  factor: "aha.rope.scaling.factor",
  low_freq_factor: "aha.rope.scaling.low_freq_factor",
  high_freq_factor: "aha.rope.scaling.high_freq_factor",
  original_max_position_embeddings: "aha.rope.scaling.original_context_length",
} as const;

/**
 * A config as GGUF metadata; `ggufConfig` reads it back.
 *
 * @throws CheckpointError for what llama.cpp doesn't compute for these architectures
 */
export function configMetadata(config: ModelConfig, where: string): GgufMetadata {
  const architecture = modelFamily(config);
  refuseUnknown(config, architecture, where);
  const fields: readonly (readonly [string, GgufValue])[] = [
    ["vocab_size", uint32(config.vocabSize)],
    ["context_length", uint32(config.maxPositions)],
    ["embedding_length", uint32(config.hiddenSize)],
    ["block_count", uint32(config.layers)],
    ["feed_forward_length", uint32(config.ffSize)],
    ["attention.head_count", uint32(config.heads)],
    ["attention.head_count_kv", uint32(config.kvHeads)],
    ["attention.key_length", uint32(config.headDim)],
    ["attention.value_length", uint32(config.headDim)],
    ["attention.layer_norm_rms_epsilon", float32(config.rmsNormEpsilon)],
    ["rope.freq_base", float32(config.ropeTheta)],
    ["rope.dimension_count", uint32(config.headDim)],
  ];
  return new Map([
    ["general.architecture", textValue(architecture)],
    ...fields.map(([name, value]) => [`${architecture}.${name}`, value] as const),
    ...ropeMetadata(architecture, config.ropeScaling),
  ]);
}

function refuseUnknown(
  { scalarHead, activation, ropeScaling, heads, headDim, hiddenSize }: ModelConfig,
  architecture: string,
  where: string,
): void {
  const refuse = (expected: string, came: string): never => {
    throw new CheckpointError(
      `Expected ${expected}, as llama.cpp computes it, to write ${where}, got ${came}; use \`to: hf\`.`,
    );
  };
  if (scalarHead === true) refuse("a language model", "a reward model or critic");
  if (activation !== "silu") refuse("the activation silu", show(activation));
  if (ropeScaling?.kind === "llama3" && architecture !== "llama")
    refuse("rotary positions without Llama 3's scaling", `an architecture ${architecture} with it`);
  if (ropeScaling?.kind === "yarn" && !isLlamaCppYarn(ropeScaling))
    refuse("YaRN with the paper's numbers", "others in `rope_scaling`");
  if (architecture === "qwen2" && heads * headDim !== hiddenSize)
    refuse(`heads as wide as the model, ${hiddenSize}`, `${heads} heads of ${headDim} in a Qwen2`);
}

/** llama.cpp takes factor and original length from the file, and all other numbers as the paper has them. */
function isLlamaCppYarn({
  factor,
  fastTurns,
  slowTurns,
  truncated,
  attentionFactor,
}: Extract<RopeScaling, { kind: "yarn" }>): boolean {
  const usual = Math.abs(attentionFactor - attentionScale(factor, 1)) < 1e-6;
  return usual && truncated && fastTurns === 32 && slowTurns === 1;
}

function ropeMetadata(
  architecture: string,
  scaling: RopeScaling | undefined,
): readonly (readonly [string, GgufValue])[] {
  // Within the model's own positions dynamic scaling changes nothing.
  if (scaling === undefined || scaling.kind === "dynamic") return [];
  if (scaling.kind === "linear") {
    return [
      [`${architecture}.rope.scaling.type`, textValue("linear")],
      [`${architecture}.rope.scaling.factor`, float32(scaling.factor)],
    ];
  }
  if (scaling.kind === "yarn") {
    return [
      [`${architecture}.rope.scaling.type`, textValue("yarn")],
      [`${architecture}.rope.scaling.factor`, float32(scaling.factor)],
      [`${architecture}.rope.scaling.original_context_length`, uint32(scaling.originalPositions)],
    ];
  }
  return [
    [LLAMA3_ROPE_KEYS.factor, float64(scaling.factor)],
    [LLAMA3_ROPE_KEYS.low_freq_factor, float64(scaling.lowFrequencyFactor)],
    [LLAMA3_ROPE_KEYS.high_freq_factor, float64(scaling.highFrequencyFactor)],
    [LLAMA3_ROPE_KEYS.original_max_position_embeddings, uint32(scaling.originalPositions)],
  ];
}
