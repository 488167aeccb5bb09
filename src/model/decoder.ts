import {
  addBias,
  addMask,
  addSame,
  batchedMatmul,
  blockedAttention,
  blockMasks,
  concatLast,
  embed,
  lengthOf,
  linear,
  linearTransposed,
  multiply,
  recomputed,
  relu,
  reshape,
  rmsNorm,
  rotary,
  rotaryTables,
  scale,
  sharedMatmul,
  silu,
  softmax,
  splitLast,
  squaredRelu,
  transpose,
  Graph,
  type Keep,
  type QueryBlocks,
  type RotaryTensors,
  type Tensor,
} from "../graph/index.ts";
import type { Dimension } from "../engine/index.ts";
import type { Activation, ModelConfig } from "./model-config.ts";
import { adapterLayout, loraScale, type LoraConfig } from "./lora.ts";
import { joinedLayout } from "./joined-weights.ts";
import { parameterLayout, SCALAR_HEAD_WEIGHT } from "./parameters.ts";

/** A model written into a graph: its weights, and those of an adapter, are inputs by their Hugging Face names. */
export interface Decoder {
  readonly graph: Graph;
  readonly config: ModelConfig;
  readonly lora: LoraConfig | undefined;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly recompute: Recompute | undefined;
  readonly rotaryTables: RotaryTensors;
}

/** The keys and values that one layer computed: [batch, time, kvHeads * headDim]. */
export interface LayerKeyValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

const ACTIVATIONS: Record<Activation, (x: Tensor) => Tensor> = { silu, relu, relu2: squaredRelu };

/**
 * What of a layer is computed once more for its gradient: all of it; or, selectively, what its feed-forward part makes
 * before and after its first products, more than a fifth of its memory for hardly any time.
 */
export type Recompute = "full" | "selective";

export interface DecoderOptions {
  /** Bounds the tables of the rotary embedding; the model's limit where absent. */
  readonly positions?: number | undefined;
  readonly lora?: LoraConfig | undefined;
  /** What is computed once more for its gradient, instead of being kept. */
  readonly recompute?: Recompute | undefined;
  /** The projections of the same input are one: the weights are those of `joinedLayout`. */
  readonly joined?: boolean | undefined;
}

/** Starts a graph with the weights of a model, and of an adapter where it has one, as inputs. */
export function createDecoder(
  config: ModelConfig,
  { positions = config.maxPositions, lora, recompute, joined = false }: DecoderOptions = {},
): Decoder {
  const graph = new Graph();
  const layout = [
    ...(joined ? joinedLayout(config) : parameterLayout(config)),
    ...(lora === undefined ? [] : adapterLayout(config, lora)),
  ];
  const weights = new Map(layout.map((info) => [info.name, graph.input(info.name, info.shape)]));
  const tables = rotaryTables(positions, config.headDim, config.ropeTheta, config.ropeScaling);
  const shape = [positions, config.headDim / 2];
  return {
    graph,
    config,
    lora,
    weights,
    recompute,
    rotaryTables: {
      cos: graph.constant(tables.cos, shape),
      sin: graph.constant(tables.sin, shape),
      minusSin: graph.constant(
        tables.sin.map((value) => -value),
        shape,
      ),
    },
  };
}

/**
 * Attention of one layer: from queries, keys and values to the mixed values, [batch, time, heads * headDim]. Queries
 * and keys come rotated, unless it was left to the attention to do that.
 */
export type Attention = (layer: number, queries: Tensor, keys: Tensor, values: Tensor) => Tensor;

/**
 * The decoder from tokens to the last norm.
 *
 * @param tokens int64 or int32 [batch, time]
 * @param positions int64 [batch, time], or [1] with the first position of every row; undefined where the attention
 *   rotates queries and keys itself
 * @returns hidden states [batch, time, hiddenSize], and each layer's keys and values where they are not recomputed
 */
export function decode(
  decoder: Decoder,
  tokens: Tensor,
  positions: Tensor | undefined,
  attention: Attention,
): { readonly hidden: Tensor; readonly layers: readonly LayerKeyValues[] } {
  const { config } = decoder;
  let hidden = embed(weight(decoder, "model.embed_tokens.weight"), tokens);
  const layers: LayerKeyValues[] = [];
  for (let layer = 0; layer < config.layers; layer++) {
    const run = (x: Tensor): { readonly output: Tensor; readonly keyValues: LayerKeyValues } =>
      decodeLayer(decoder, layer, x, positions, attention);
    if (decoder.recompute === "full") {
      const over = trainedIn(decoder, `model.layers.${layer}`);
      hidden = recomputed(hidden, over, (x) => run(x).output);
    } else {
      const { output, keyValues } = run(hidden);
      layers.push(keyValues);
      hidden = output;
    }
  }
  return { hidden: norm(decoder, hidden, "model.norm.weight"), layers };
}

function decodeLayer(
  decoder: Decoder,
  layer: number,
  hidden: Tensor,
  positions: Tensor | undefined,
  attention: Attention,
): { readonly output: Tensor; readonly keyValues: LayerKeyValues } {
  const { heads, kvHeads } = decoder.config;
  const at = `model.layers.${layer}`;
  const normed = norm(decoder, hidden, `${at}.input_layernorm.weight`);
  const [q, k, values] = projectTogether(decoder, normed, `${at}.self_attn.qkv_proj`, [
    `${at}.self_attn.q_proj`,
    `${at}.self_attn.k_proj`,
    `${at}.self_attn.v_proj`,
  ]) as [Tensor, Tensor, Tensor];
  const queries = rotate(decoder, q, `${at}.self_attn.q_norm.weight`, heads, positions);
  const keys = rotate(decoder, k, `${at}.self_attn.k_norm.weight`, kvHeads, positions);
  const attended = addSame(hidden, project(decoder, attention(layer, queries, keys, values), `${at}.self_attn.o_proj`));
  return { output: addSame(attended, feedForward(decoder, attended, at)), keyValues: { keys, values } };
}

/** The weights of a part that get gradients: its adapter's where the model has one, else all. */
function trainedIn({ weights, lora }: Decoder, ...parts: readonly string[]): Tensor[] {
  const ofParts = [...weights.values()].filter(({ name }) => parts.some((part) => name.startsWith(`${part}.`)));
  return lora === undefined ? ofParts : ofParts.filter(({ name }) => /\.lora_[AB]\.weight$/.test(name));
}

/** Hidden states [..., hiddenSize] to logits [..., vocabSize]. */
export function outputLogits(decoder: Decoder, hidden: Tensor): Tensor {
  const head = outputWeight(decoder);
  return decoder.config.tiedEmbeddings ? linearTransposed(hidden, head) : linear(hidden, head);
}

/** The weight that logits are made with: the embedding's where the two are tied. */
export function outputWeight(decoder: Decoder): Tensor {
  return weight(decoder, decoder.config.tiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
}

/** Hidden states [n, hiddenSize] to one number each, [n]: what a reward model or a critic says. */
export function outputScalars(decoder: Decoder, hidden: Tensor): Tensor {
  return reshape(linear(hidden, weight(decoder, SCALAR_HEAD_WEIGHT)), [-1], [hidden.shape[0]!]);
}

/**
 * Causal attention over whole sequences.
 *
 * @param mask [time * group, time], as `causalMask` makes it; or one for each row, [batch, 1, time * group, time]
 */
export function causalAttention(config: ModelConfig, mask: Tensor): Attention {
  const { headDim } = config;
  return (_layer, queries, keys, values) => {
    const q = splitQueries(config, queries);
    const k = splitHeads(config, keys);
    const v = splitHeads(config, values);
    const scores = batchedMatmul(q, k, { transposeB: true, scale: 1 / Math.sqrt(headDim) });
    const mixed = batchedMatmul(softmax(addMask(scores, mask)), v);
    return joinQueries(config, mixed, queries);
  };
}

/**
 * Attention of one new token over a cache. The caches are inputs and stay as they are: the new keys and values are
 * given back by `decode`, and whoever keeps the cache writes them in.
 *
 * @param caches for each layer keys and values, [batch, kvHeads, slots, headDim]
 * @param mask [batch, 1, 1, slots]: 0 where a slot is filled, very negative where not
 * @param prefix for each layer the keys and values that stand before those of every cache, [kvHeads, 1, P, headDim]
 */
export function cachedAttention(
  config: ModelConfig,
  caches: readonly LayerKeyValues[],
  mask: Tensor,
  prefix?: readonly LayerKeyValues[],
): Attention {
  const { kvHeads, headDim, heads } = config;
  const group = heads / kvHeads;
  return (layer, queries, keys, values) => {
    const graph = queries.graph;
    const cache = caches[layer]!;
    const before = prefix?.[layer];
    const scaleBy = 1 / Math.sqrt(headDim);
    const q = reshape(queries, [0, kvHeads, group, headDim], ["B", kvHeads, group, headDim]);
    const k = reshape(keys, [0, kvHeads, 1, headDim], ["B", kvHeads, 1, headDim]);
    const v = reshape(values, [0, kvHeads, 1, headDim], ["B", kvHeads, 1, headDim]);
    const past = addMask(batchedMatmul(q, cache.keys, { transposeB: true, scale: scaleBy }), mask);
    const self = batchedMatmul(q, k, { transposeB: true, scale: scaleBy });
    const first = before && sharedMatmul(q, before.keys, { transposeB: true, scale: scaleBy });
    const shares = softmax(concatLast(first === undefined ? [past, self] : [first, past, self]));
    const at = (place: number): Tensor => graph.constant([place], [1], "int64");
    const behind = before === undefined ? at(0) : lengthOf(before.keys, 2);
    const cut = (from: Tensor, to: Tensor, size: Dimension): Tensor =>
      graph.emitOne({
        operator: "Slice",
        inputs: [shares, from, to, graph.constant([3], [1], "int64")],
        shape: ["B", kvHeads, group, size],
      });
    // One key alone: its share times its value, a product without a sum.
    const own = graph.emitOne({
      operator: "Mul",
      inputs: [cut(at(-1), at(Number.MAX_SAFE_INTEGER), 1), v],
      shape: ["B", kvHeads, group, headDim],
    });
    const mixed = addSame(batchedMatmul(cut(behind, at(-1), "slots"), cache.values), own);
    const all = before === undefined ? mixed : addSame(mixed, sharedMatmul(cut(at(0), behind, "P"), before.values));
    return reshape(all, [0, 1, heads * headDim], ["B", 1, heads * headDim]);
  };
}

/**
 * The same in blocks of queries.
 *
 * @param mask as `blockMasks` takes it
 */
export function blockedCausalAttention(config: ModelConfig, mask: Tensor, blocks: QueryBlocks): Attention {
  const masks = blockMasks(mask, blocks);
  return (_layer, queries, keys, values) => {
    const [k, v] = [splitHeads(config, keys), splitHeads(config, values)];
    return joinQueries(config, blockedAttention({ q: splitQueries(config, queries), k, v }, masks, blocks), queries);
  };
}

/**
 * Adds to the scores of the last positions of `time`, of `group` heads, what hides the future: [last * group, time].
 *
 * @param last all of them where absent
 */
export function causalMask(time: number, group: number, last: number = time): Float32Array {
  const mask = new Float32Array(last * group * time);
  for (let row = 0; row < last * group; row++)
    mask.fill(-1e9, row * time + time - last + Math.floor(row / group) + 1, (row + 1) * time);
  return mask;
}

function weight(decoder: Decoder, name: string): Tensor {
  return decoder.weights.get(name)!;
}

function norm(decoder: Decoder, x: Tensor, name: string): Tensor {
  return rmsNorm(x, weight(decoder, name), decoder.config.rmsNormEpsilon);
}

/** A linear layer with its bias and its adapter, where it has them. */
function project(decoder: Decoder, x: Tensor, name: string): Tensor {
  return withAdapter(decoder, x, name, projectBase(decoder, x, name));
}

/** Linear layers of the same input, as one where their weights are one. */
function projectTogether(decoder: Decoder, x: Tensor, together: string, names: readonly string[]): readonly Tensor[] {
  if (!decoder.weights.has(`${together}.weight`)) return names.map((name) => project(decoder, x, name));
  const widths = new Map(parameterLayout(decoder.config).map((info) => [info.name, info.shape.at(-1)!]));
  const parts = splitLast(
    projectBase(decoder, x, together),
    names.map((name) => widths.get(`${name}.weight`)!),
  );
  return names.map((name, i) => withAdapter(decoder, x, name, parts[i]!));
}

function projectBase(decoder: Decoder, x: Tensor, name: string): Tensor {
  const projected = linear(x, weight(decoder, `${name}.weight`));
  const bias = decoder.weights.get(`${name}.bias`);
  return bias === undefined ? projected : addBias(projected, bias);
}

/** What a layer gives, with its adapter's change where it has one. */
function withAdapter(decoder: Decoder, x: Tensor, name: string, biased: Tensor): Tensor {
  const down = decoder.weights.get(`${name}.lora_A.weight`);
  if (down === undefined) return biased;
  return addSame(
    biased,
    linear(scale(linear(x, down), loraScale(decoder.lora!)), weight(decoder, `${name}.lora_B.weight`)),
  );
}

/** The norm of each head, where the model has one (Qwen3), then the rotation by position, where it is done here. */
function rotate(decoder: Decoder, x: Tensor, normName: string, heads: number, positions: Tensor | undefined): Tensor {
  const { headDim, qkNorm } = decoder.config;
  let rotated = x;
  if (qkNorm) {
    const perHead = reshape(x, [0, 0, heads, headDim], [...x.shape.slice(0, 2), heads, headDim]);
    rotated = reshape(norm(decoder, perHead, normName), [0, 0, heads * headDim], x.shape);
  }
  return positions === undefined ? rotated : rotary(rotated, positions, decoder.rotaryTables);
}

/** Of z = norm(x): down(act(gate(z)) * up(z)). Shazeer 2020, arXiv:2002.05202. */
function feedForward(decoder: Decoder, x: Tensor, at: string): Tensor {
  const normName = `${at}.post_attention_layernorm`;
  const names = [`${at}.mlp.gate_proj`, `${at}.mlp.up_proj`];
  const work = (given: Tensor, keep: Keep): Tensor => {
    const normed = norm(decoder, given, `${normName}.weight`);
    const [gate, up] = projectTogether(decoder, normed, `${at}.mlp.gate_up_proj`, names).map(keep) as [Tensor, Tensor];
    return project(decoder, multiply(ACTIVATIONS[decoder.config.activation](gate), up), `${at}.mlp.down_proj`);
  };
  if (decoder.recompute !== "selective") return work(x, (made) => made);
  return recomputed(x, trainedIn(decoder, normName, `${at}.mlp`), work);
}

/** [B, T, heads * d] -> [B, kvHeads, T * group, d]. With one key head this is a view: nothing is copied. */
function splitQueries(config: ModelConfig, queries: Tensor): Tensor {
  const { heads, kvHeads, headDim } = config;
  const group = heads / kvHeads;
  const [batch, time] = queries.shape as [Dimension, Dimension];
  if (kvHeads === 1) return reshape(queries, [0, 1, -1, headDim], [batch, 1, `${time}*G`, headDim]);
  const five = reshape(queries, [0, 0, kvHeads, group, headDim], [batch, time, kvHeads, group, headDim]);
  return reshape(transpose(five, [0, 2, 1, 3, 4]), [0, kvHeads, -1, headDim], [batch, kvHeads, `${time}*G`, headDim]);
}

/** [B, T, kvHeads * d] -> [B, kvHeads, T, d]. */
function splitHeads(config: ModelConfig, x: Tensor): Tensor {
  const { kvHeads, headDim } = config;
  const [batch, time] = x.shape as [Dimension, Dimension];
  if (kvHeads === 1) return reshape(x, [0, 1, -1, headDim], [batch, 1, time, headDim]);
  return transpose(reshape(x, [0, 0, kvHeads, headDim], [batch, time, kvHeads, headDim]), [0, 2, 1, 3]);
}

/** [B, kvHeads, T * group, d] -> [B, T, heads * d], the shape of the queries. */
function joinQueries(config: ModelConfig, mixed: Tensor, { shape }: Tensor): Tensor {
  const { heads, kvHeads, headDim } = config;
  const width = heads * headDim;
  if (kvHeads === 1) return reshape(mixed, [0, -1, width], shape);
  const group = heads / kvHeads;
  const [batch, time] = shape as [Dimension, Dimension];
  const five = reshape(mixed, [0, kvHeads, -1, group, headDim], [batch, kvHeads, time, group, headDim]);
  return reshape(transpose(five, [0, 2, 1, 3, 4]), [0, 0, width], shape);
}
