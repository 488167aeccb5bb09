import { CheckpointError } from "../errors.ts";
import type { RopeScaling } from "../graph/index.ts";
import { JsonFields } from "../host/json-fields.ts";
import { readRope, ropeScalingToJson } from "./rope-config.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";

/** The shape of a Llama-like decoder: grouped-query attention, rotary positions, RMS norms, gated feed-forward. */
export interface ModelConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Query heads; `kvHeads` divides it. */
  readonly heads: number;
  readonly kvHeads: number;
  /** Width of one head, even; `heads * headDim` may differ from `hiddenSize`. */
  readonly headDim: number;
  readonly ffSize: number;
  readonly activation: Activation;
  readonly ropeTheta: number;
  /** Absent where the positions are as they were trained. */
  readonly ropeScaling?: RopeScaling;
  readonly rmsNormEpsilon: number;
  readonly maxPositions: number;
  /** The output layer is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
  /** Biases on the q, k and v projections (Qwen2). */
  readonly attentionBias: boolean;
  /** A bias on the attention's output projection: no supported model has one. */
  readonly outputBias: false;
  /** RMS norm of each query and key head before the rotation (Qwen3). */
  readonly qkNorm: boolean;
  /** One number for each position in place of logits: a reward model or a critic. A plain decoder where absent. */
  readonly scalarHead?: true;
  readonly bosTokenId: number | null;
  /** Those that the config and the generation config name; see `endTokenIds`. */
  readonly eosTokenIds: readonly number[];
  /** Further tokens that end a text by the tokenizer or the chat template; with them they are saved and read again. */
  readonly furtherEndIds?: readonly number[];
  readonly padTokenId: number | null;
}

/** All tokens that end a text, those that the config names first. */
export function endTokenIds({
  eosTokenIds,
  furtherEndIds = [],
}: Pick<ModelConfig, "eosTokenIds" | "furtherEndIds">): readonly number[] {
  return [...eosTokenIds, ...furtherEndIds];
}

/** `relu2` is relu(x)^2 (So et al., 2021, "Primer"). */
export type Activation = "silu" | "relu" | "relu2";

const SCALAR_HEAD = "ForSequenceClassification";
const ARCHITECTURES: readonly string[] = [
  "LlamaForCausalLM",
  "Qwen2ForCausalLM",
  "Qwen3ForCausalLM",
  "MistralForCausalLM",
  `Llama${SCALAR_HEAD}`,
  `Qwen2${SCALAR_HEAD}`,
  `Qwen3${SCALAR_HEAD}`,
];
/** Causal models by `model_type`, where a file names no architecture. */
const BY_TYPE: Readonly<Record<string, string>> = {
  llama: "LlamaForCausalLM",
  qwen2: "Qwen2ForCausalLM",
  qwen3: "Qwen3ForCausalLM",
  mistral: "MistralForCausalLM",
};
/** Of a Mistral whose file says nothing. */
const MISTRAL_WINDOW = 4096;
const ACTIVATIONS: readonly string[] = ["silu", "relu", "relu2"];
const MOST_PARAMETERS = 2 ** 31;

/**
 * Reads the parsed `config.json` of a Hugging Face model folder.
 *
 * @param where the file's name, for messages
 * @throws CheckpointError where a field is missing, out of bounds, or asks for something that isn't computed here
 */
export function modelConfigFromJson(json: unknown, where: string): ModelConfig {
  if (!isJsonObject(json)) {
    throw new CheckpointError(
      `Expected ${where} to hold a JSON object, got ${showJson(json)}; is this a model folder?`,
    );
  }
  const fields = new JsonFields(json, where);
  const named = readArchitecture(fields);
  const scalarHead = named.endsWith(SCALAR_HEAD);
  const own = named.replace(SCALAR_HEAD, "ForCausalLM");
  refuseVariants(fields, own);
  // Without a window, Mistral is Llama's arithmetic.
  const isMistral = own === "MistralForCausalLM";
  const architecture = isMistral ? "LlamaForCausalLM" : own;
  const hiddenSize = fields.integer("hidden_size", 1, 65_536);
  const heads = fields.integer("num_attention_heads", 1, 1024);
  const vocabSize = fields.integer("vocab_size", 1, 2 ** 22);
  return checkModelConfig(
    {
      vocabSize,
      hiddenSize,
      layers: fields.integer("num_hidden_layers", 1, 1024),
      heads,
      kvHeads: fields.integer("num_key_value_heads", 1, heads, defaultKvHeads(fields, own, heads)),
      headDim: fields.integer("head_dim", 2, 4096, architecture === "Qwen3ForCausalLM" ? 128 : hiddenSize / heads),
      ffSize: fields.integer("intermediate_size", 1, 2 ** 20),
      activation: fields.choice("hidden_act", ACTIVATIONS, "silu") as Activation,
      ...readRope(fields),
      rmsNormEpsilon: fields.number("rms_norm_eps", 1e-12, 0.1, 1e-6),
      maxPositions: fields.integer("max_position_embeddings", 1, 2 ** 24, DEFAULT_POSITIONS[own] ?? 32_768),
      tiedEmbeddings: fields.flag("tie_word_embeddings", false),
      attentionBias: architecture === "Qwen2ForCausalLM",
      outputBias: false,
      qkNorm: architecture === "Qwen3ForCausalLM",
      ...(scalarHead ? { scalarHead } : {}),
      bosTokenId: fields.tokenId("bos_token_id", vocabSize),
      eosTokenIds: fields.tokenIds("eos_token_id", vocabSize),
      // No padding is ever read or written: one that the model has no row for is none.
      padTokenId: isBeyond(fields.get("pad_token_id"), vocabSize) ? null : fields.tokenId("pad_token_id", vocabSize),
    },
    where,
  );
}

/**
 * Adds the end-of-sequence tokens of the parsed `generation_config.json`, where instruct models often name more of
 * them.
 *
 * @throws CheckpointError for ids that the model doesn't have
 */
export function withEndTokens(config: ModelConfig, generation: unknown, where: string): ModelConfig {
  if (!isJsonObject(generation))
    throw new CheckpointError(
      `Expected ${where} to hold a JSON object, got ${showJson(generation)}; correct the file.`,
    );
  const more = new JsonFields(generation, where).tokenIds("eos_token_id", config.vocabSize);
  return { ...config, eosTokenIds: [...new Set([...config.eosTokenIds, ...more])] };
}

/** Checks what no single field shows: divisibility and the total size. @throws CheckpointError */
export function checkModelConfig(config: ModelConfig, where: string): ModelConfig {
  const { heads, kvHeads, headDim, hiddenSize, layers, ffSize, vocabSize } = config;
  if (heads % kvHeads !== 0) {
    throw new CheckpointError(
      `Expected the attention heads in ${where} to be a multiple of the key-value heads, got ${heads} and ${kvHeads}; correct the file.`,
    );
  }
  if (headDim % 2 !== 0)
    throw new CheckpointError(
      `Expected an even head dimension in ${where}, got ${headDim}; rotary positions turn pairs.`,
    );
  if (config.attentionBias && config.qkNorm)
    throw new CheckpointError(
      `Expected attention biases or q/k norms in ${where}, got both; no architecture has both.`,
    );
  const perLayer = 2 * hiddenSize * headDim * (heads + kvHeads) + 3 * hiddenSize * ffSize;
  const total = layers * perLayer + vocabSize * hiddenSize * (config.tiedEmbeddings ? 1 : 2);
  if (total > MOST_PARAMETERS) {
    throw new CheckpointError(
      `Expected the model of ${where} to have at most ${MOST_PARAMETERS} parameters, got about ${total}; use a smaller one.`,
    );
  }
  return config;
}

function isBeyond(id: unknown, vocabSize: number): boolean {
  return Number.isInteger(id) && (id as number) >= vocabSize;
}

function readArchitecture(fields: JsonFields): string {
  const named = fields.get("architectures");
  const type = fields.get("model_type");
  if (named === undefined && typeof type === "string" && Object.hasOwn(BY_TYPE, type)) return BY_TYPE[type]!;
  if (Array.isArray(named) && named.length === 1 && ARCHITECTURES.includes(named[0] as string))
    return named[0] as string;
  return fields.fail("architectures", `one of [${ARCHITECTURES.join("], [")}]`, "use a model with one of them");
}

/** Options of these architectures that change what is computed and that the decoder doesn't have. */
function refuseVariants(fields: JsonFields, architecture: string): void {
  const refuseTrue = (name: string): void => {
    if (fields.flag(name, false)) fields.fail(name, "false or absent", "use a model without it");
  };
  if (architecture !== "Qwen2ForCausalLM") refuseTrue("attention_bias");
  refuseTrue("mlp_bias");
  if (fields.get("quantization_config") !== undefined)
    fields.fail("quantization_config", "absent", "use the model as it was before, or a GGUF file of it");
  if (architecture === "MistralForCausalLM") refuseWindow(fields);
  const layerTypes = fields.get("layer_types");
  const hasWindow =
    layerTypes === undefined &&
    fields.flag("use_sliding_window", false) &&
    !(fields.has("sliding_window") && fields.get("sliding_window") === undefined);
  // Layers from this one on see a window only.
  if (hasWindow && fields.integer("max_window_layers", 0, 1024, 28) < fields.integer("num_hidden_layers", 1, 1024))
    refuseTrue("use_sliding_window");
  if (
    layerTypes !== undefined &&
    (!Array.isArray(layerTypes) || layerTypes.some((type) => type !== "full_attention"))
  ) {
    fields.fail("layer_types", "full_attention in every layer", "other kinds of attention are not supported");
  }
}

/** Absent and null differ: an absent window has Mistral's own width. */
function refuseWindow(fields: JsonFields): void {
  const window = fields.has("sliding_window") ? fields.get("sliding_window") : MISTRAL_WINDOW;
  const positions = fields.integer("max_position_embeddings", 1, 2 ** 24, DEFAULT_POSITIONS["MistralForCausalLM"]);
  if (window !== undefined && !(typeof window === "number" && window >= positions))
    fields.fail("sliding_window", "null, or as wide as the positions", "windows of attention are not supported");
}

/** Absent and null differ in transformers' Qwen2, Qwen3 and Mistral. */
function defaultKvHeads(fields: JsonFields, architecture: string, heads: number): number {
  if (architecture === "LlamaForCausalLM" || fields.has("num_key_value_heads")) return heads;
  return architecture === "MistralForCausalLM" ? 8 : 32;
}

const DEFAULT_POSITIONS: Readonly<Record<string, number>> = { LlamaForCausalLM: 2048, MistralForCausalLM: 131_072 };

/** The smallest architecture that fits, by the name that transformers and llama.cpp have for it. */
export function modelFamily(config: ModelConfig): "llama" | "qwen2" | "qwen3" {
  if (config.qkNorm) return "qwen3";
  return config.attentionBias ? "qwen2" : "llama";
}

/** The object to write as `config.json`: transformers loads it as the smallest architecture that fits. */
export function modelConfigToJson(config: ModelConfig): Record<string, unknown> {
  const family = modelFamily(config);
  return {
    architectures: [
      { llama: "Llama", qwen2: "Qwen2", qwen3: "Qwen3" }[family] +
        (config.scalarHead === true ? SCALAR_HEAD : "ForCausalLM"),
    ],
    ...(config.scalarHead === true ? { num_labels: 1, id2label: { 0: "score" }, label2id: { score: 0 } } : {}),
    model_type: family,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    intermediate_size: config.ffSize,
    hidden_act: config.activation,
    rope_theta: config.ropeTheta,
    ...(config.ropeScaling === undefined ? {} : { rope_scaling: ropeScalingToJson(config.ropeScaling) }),
    rms_norm_eps: config.rmsNormEpsilon,
    max_position_embeddings: config.maxPositions,
    tie_word_embeddings: config.tiedEmbeddings,
    attention_dropout: 0,
    ...(family === "llama" ? { attention_bias: false, mlp_bias: false } : { use_sliding_window: false }),
    ...(family === "qwen3" ? { attention_bias: false } : {}),
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenIds.length > 1 ? [...config.eosTokenIds] : (config.eosTokenIds[0] ?? null),
    pad_token_id: config.padTokenId,
    torch_dtype: "float32",
  };
}
