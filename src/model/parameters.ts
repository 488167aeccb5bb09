import { OptionError, ShapeError } from "../errors.ts";
import { RandomStream, splitKey, type RandomKey } from "../random.ts";
import type { ModelConfig } from "./model-config.ts";

/**
 * One parameter tensor and its place in the flat array of all parameters.
 * The weight of a linear layer is kept as [in, out], the transpose of Hugging Face's [out, in]: `x @ w` then needs no
 * transposition.
 */
export interface ParameterInfo {
  /** The name in a Hugging Face checkpoint, e.g. `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string;
  /** Shape as kept here. */
  readonly shape: readonly number[];
  /** Index of the first element in the flat array. */
  readonly offset: number;
  /** Number of elements. */
  readonly size: number;
  /** The file's shape is the reverse of `shape`. */
  readonly transposed: boolean;
  /** Weight decay applies: to matrices, not to norms and biases. */
  readonly decay: boolean;
}

/** The weight of a scalar head, as transformers calls it in models for sequence classification. */
export const SCALAR_HEAD_WEIGHT = "score.weight";

/**
 * Every parameter in its fixed order: embedding, layers, final norm, then the scalar head, or the output layer where it
 * is not tied.
 */
export function parameterLayout(config: ModelConfig): readonly ParameterInfo[] {
  const layout: ParameterInfo[] = [];
  let offset = 0;
  const add = (name: string, shape: readonly number[], transposed: boolean): void => {
    const size = shape.reduce((product, length) => product * length, 1);
    layout.push({ name, shape, offset, size, transposed, decay: shape.length > 1 });
    offset += size;
  };
  add("model.embed_tokens.weight", [config.vocabSize, config.hiddenSize], false);
  for (let layer = 0; layer < config.layers; layer++) addLayer(config, `model.layers.${layer}`, add);
  add("model.norm.weight", [config.hiddenSize], false);
  if (config.scalarHead === true) add(SCALAR_HEAD_WEIGHT, [config.hiddenSize, 1], true);
  else if (!config.tiedEmbeddings) add("lm_head.weight", [config.hiddenSize, config.vocabSize], true);
  return layout;
}

function addLayer(
  config: ModelConfig,
  at: string,
  add: (name: string, shape: readonly number[], transposed: boolean) => void,
): void {
  const { hiddenSize, headDim, ffSize } = config;
  const queryWidth = config.heads * headDim;
  const keyWidth = config.kvHeads * headDim;
  add(`${at}.input_layernorm.weight`, [hiddenSize], false);
  for (const [projection, width] of [
    ["q_proj", queryWidth],
    ["k_proj", keyWidth],
    ["v_proj", keyWidth],
  ] as const) {
    add(`${at}.self_attn.${projection}.weight`, [hiddenSize, width], true);
    if (config.attentionBias) add(`${at}.self_attn.${projection}.bias`, [width], false);
  }
  if (config.qkNorm) {
    add(`${at}.self_attn.q_norm.weight`, [headDim], false);
    add(`${at}.self_attn.k_norm.weight`, [headDim], false);
  }
  add(`${at}.self_attn.o_proj.weight`, [queryWidth, hiddenSize], true);
  add(`${at}.post_attention_layernorm.weight`, [hiddenSize], false);
  add(`${at}.mlp.gate_proj.weight`, [hiddenSize, ffSize], true);
  add(`${at}.mlp.up_proj.weight`, [hiddenSize, ffSize], true);
  add(`${at}.mlp.down_proj.weight`, [ffSize, hiddenSize], true);
}

/** Length of the flat array. */
export function parameterCount(config: ModelConfig): number {
  const last = parameterLayout(config).at(-1)!;
  return last.offset + last.size;
}

/**
 * A window on the flat array for each parameter, by name; writing to a window writes to `flat`.
 *
 * @throws ShapeError where `flat` has another length than the layout
 */
export function parameterViews(flat: Float32Array, layout: readonly ParameterInfo[]): Map<string, Float32Array> {
  const last = layout.at(-1);
  const expected = last === undefined ? 0 : last.offset + last.size;
  if (flat.length !== expected)
    throw new ShapeError(
      `Expected ${expected} parameters for this layout, got ${flat.length}; was it made for another config?`,
    );
  return new Map(layout.map(({ name, offset, size }) => [name, flat.subarray(offset, offset + size)]));
}

/**
 * Untrained parameters, the same for the same key. Norms are 1, biases 0, matrices normal with
 *
 *   std = 0.02 for embeddings, 1 / sqrt(in) for linear layers,
 *   divided by sqrt(2 layers) where a layer's output joins the residual stream      GPT-2, section 2.3
 *
 * @throws OptionError for a model that doesn't fit one array
 */
export function initialParameters(config: ModelConfig, randomKey: RandomKey): Float32Array {
  const count = parameterCount(config);
  if (count > 2 ** 31)
    throw new OptionError(`Expected a model of at most ${2 ** 31} parameters, got ${count}; make it smaller.`);
  const flat = new Float32Array(count);
  for (const info of parameterLayout(config)) {
    const view = flat.subarray(info.offset, info.offset + info.size);
    if (info.shape.length > 1) fillNormal(view, initialDeviation(info, config), splitKey(randomKey, info.name));
    else if (info.name.endsWith("norm.weight")) view.fill(1);
  }
  return flat;
}

function initialDeviation(info: ParameterInfo, config: ModelConfig): number {
  if (!info.transposed) return 0.02;
  const joinsResidual = info.name.endsWith("o_proj.weight") || info.name.endsWith("down_proj.weight");
  return 1 / Math.sqrt(info.shape[0]! * (joinsResidual ? 2 * config.layers : 1));
}

function fillNormal(view: Float32Array, deviation: number, key: RandomKey): void {
  const stream = new RandomStream(key);
  for (let i = 0; i < view.length; i++) view[i] = stream.normal() * deviation;
}
