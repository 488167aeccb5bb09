import { CheckpointError, show } from "../../errors.ts";
import { ropeFactors } from "../../graph/index.ts";
import { JsonFields } from "../../host/json-fields.ts";
import { modelConfigFromJson, type ModelConfig } from "../../model/model-config.ts";
import { readRope, ropeScalingToJson } from "../../model/rope-config.ts";
import { LLAMA3_ROPE_KEYS } from "./config-metadata.ts";
import type { GgufHeader } from "./gguf-header.ts";
import { END_KEYS } from "./tokenizer-metadata.ts";

/** Architectures of GGUF files by name, with transformers' name for each. */
export const GGUF_ARCHITECTURES: Readonly<Record<string, string>> = {
  llama: "LlamaForCausalLM",
  qwen2: "Qwen2ForCausalLM",
  qwen3: "Qwen3ForCausalLM",
};

const LLAMA31_ROPE = { low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
/** What a file says in 32 bits and is meant in decimals. */
const REAL_FIELDS: readonly string[] = [
  "rope.freq_base",
  "rope.scaling.factor",
  "rope.scale_linear",
  "attention.layer_norm_rms_epsilon",
];

/**
 * The config that a GGUF file's metadata describe.
 *
 * @param ropeFactorsOfFile what `rope_freqs.weight` holds, where the file has it: each frequency is divided by its
 *   factor (Llama 3.1)
 * @throws CheckpointError for an architecture that isn't supported, or a value that is missing or out of bounds
 */
export function ggufConfig(
  header: GgufHeader,
  ropeFactorsOfFile: Float32Array | undefined,
  where: string,
): ModelConfig {
  const architecture = ggufArchitecture(header, where);
  const field = (name: string): unknown => {
    const value = header.get(`${architecture}.${name}`);
    return REAL_FIELDS.includes(name) && typeof value === "number" ? shortestDecimal(value) : value;
  };
  const required = (name: string): unknown => {
    const value = field(name);
    if (value === undefined)
      throw new CheckpointError(
        `Expected \`${architecture}.${name}\` in the metadata of ${where}, got none; it is damaged, copy it again.`,
      );
    return value;
  };
  const heads = required("attention.head_count");
  const hiddenSize = required("embedding_length");
  const json = {
    architectures: [GGUF_ARCHITECTURES[architecture]],
    vocab_size: header.tensors.get("token_embd.weight")?.shape[0],
    hidden_size: hiddenSize,
    num_hidden_layers: required("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: field("attention.head_count_kv") ?? heads,
    head_dim: field("attention.key_length") ?? Number(hiddenSize) / Number(heads),
    intermediate_size: required("feed_forward_length"),
    rope_theta: field("rope.freq_base") ?? 10_000,
    rms_norm_eps: required("attention.layer_norm_rms_epsilon"),
    max_position_embeddings: required("context_length"),
    tie_word_embeddings: !header.tensors.has("output.weight"),
    rope_scaling:
      ropeFactorsOfFile === undefined
        ? scalingOfMetadata(field, where)
        : scalingOfFactors(ropeFactorsOfFile, field, header, where),
    bos_token_id: header.get("tokenizer.ggml.bos_token_id"),
    eos_token_id: [
      ...new Set(END_KEYS.map((key) => header.get(`tokenizer.ggml.${key}`)).filter((id) => id !== undefined)),
    ],
    pad_token_id: header.get("tokenizer.ggml.padding_token_id"),
  };
  const config = modelConfigFromJson(json, `the metadata of ${where}`);
  const rotated = field("rope.dimension_count") ?? config.headDim;
  if (rotated !== config.headDim)
    throw new CheckpointError(
      `Expected \`${architecture}.rope.dimension_count\` of ${where} to be the width of a head, ${config.headDim}, got ${show(rotated)}; partly rotated heads are not supported.`,
    );
  return config;
}

/** @throws CheckpointError naming those that are supported */
export function ggufArchitecture(header: GgufHeader, where: string): string {
  const architecture = header.get("general.architecture");
  if (typeof architecture === "string" && Object.hasOwn(GGUF_ARCHITECTURES, architecture)) return architecture;
  throw new CheckpointError(
    `Expected the architecture of ${where} to be one of ${Object.keys(GGUF_ARCHITECTURES).join(", ")}, got ${show(architecture)}; use a model with one of them.`,
  );
}

/** As llama.cpp reads it: a factor without a kind is linear. */
function scalingOfMetadata(field: (name: string) => unknown, where: string): Record<string, unknown> | undefined {
  const type = field("rope.scaling.type") ?? "linear";
  const factor = field("rope.scaling.factor") ?? field("rope.scale_linear") ?? 0;
  if (type === "none" || (type === "linear" && factor === 0)) return undefined;
  if (type === "linear") return { rope_type: "linear", factor };
  const original = field("rope.scaling.original_context_length") ?? field("context_length");
  if (type === "yarn") return { rope_type: "yarn", factor, original_max_position_embeddings: original };
  throw new CheckpointError(
    `Expected \`rope.scaling.type\` of ${where} to be none, linear or yarn, got ${show(type)}; scaling of another kind is not supported.`,
  );
}

/**
 * The file says what the scaling comes to. Files of ours say its numbers too; in others, of Llama 3.1 to 3.3, only the
 * largest factor may differ.
 */
function scalingOfFactors(
  factors: Float32Array,
  field: (name: string) => unknown,
  header: GgufHeader,
  where: string,
): Record<string, unknown> {
  const said = Object.fromEntries(Object.entries(LLAMA3_ROPE_KEYS).map(([name, key]) => [name, header.get(key)]));
  const numbers: Record<string, unknown> = Object.values(said).every((value) => typeof value === "number")
    ? said
    : { ...LLAMA31_ROPE, factor: Math.max(...factors) };
  const { ropeScaling } = readRope(
    new JsonFields({ rope_scaling: { rope_type: "llama3", ...numbers } }, `the metadata of ${where}`),
  );
  const theta = field("rope.freq_base");
  const expected =
    typeof theta === "number" && ropeScaling !== undefined ? ropeFactors(2 * factors.length, theta, ropeScaling) : [];
  if (
    ropeScaling !== undefined &&
    expected.length === factors.length &&
    factors.every((factor, i) => Math.abs(factor / expected[i]! - 1) < 1e-3)
  )
    return ropeScalingToJson(ropeScaling);
  throw new CheckpointError(
    `Expected rope_freqs.weight of ${where} to hold the factors of Llama 3.1's scaling, got others; scaling of another kind is not supported.`,
  );
}

/** The decimal of fewest digits that a number of 32 bits may stand for: 1e-6, not 9.999999974752427e-7. */
function shortestDecimal(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return value;
}
