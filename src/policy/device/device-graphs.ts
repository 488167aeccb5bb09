import { compile, linear, reshape, softmax, transpose, Graph, type Tensor } from "../../graph/index.ts";
import {
  causalAttention,
  createDecoder,
  decode,
  outputLogits,
  type Attention,
  type Decoder,
  type LayerKeyValues,
} from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import type { ModelSpec } from "../../engine/index.ts";
import type { SampledModel } from "../sampling/sampling-graphs.ts";
import { drawRankedTokens, drawTokens } from "./draw-graph.ts";
import { emitNode } from "./emit-node.ts";

/** The engine's attention takes heads of a multiple of this width: narrower ones are filled up with zeros. */
const HEAD_STEP = 8;
/** It rotates heads of a multiple of this width. */
const ROTATED_STEP = 16;

/** Width of a head in the cache. */
export function cachedHeadDim({ headDim }: Pick<ModelConfig, "headDim">): number {
  return Math.ceil(headDim / HEAD_STEP) * HEAD_STEP;
}

/** Name of the output layer's weight, transposed, where it is tied to the embedding: [hiddenSize, vocabulary]. */
export const TRANSPOSED_HEAD = "head.transposed";

/** Names of the caches, in the order of the layers: inputs are called so, the outputs that take their place `new.*`. */
export function cacheNames({ layers }: Pick<ModelConfig, "layers">): string[] {
  return Array.from({ length: layers }, (_, layer) => [`keys.${layer}`, `values.${layer}`]).flat();
}

export interface StepVariant {
  /** Top-k and top-p, and what the likeliest tokens are; gives the probabilities, too. */
  readonly isRanked: boolean;
  /** The tied output layer comes transposed, as `TRANSPOSED_HEAD`. */
  readonly hasTransposedHead: boolean;
}

/**
 * Writes one token for each slot and draws the next. Inputs: tokens int32 [slots, 1], lengths int32 [slots] (positions
 * that are filled, which is where the token stands), total int32 [1] (the longest with its token), positions int64
 * [slots, 1] (lengths once more, where the rotation isn't the engine's), inverseTemperature [slots, 1], uniforms and
 * rowNumbers as `DrawInputs`, the caches [slots, kvHeads, room, cachedHeadDim]; if ranked keep and share as
 * `DrawLimits`. Outputs: drawn, the caches to be written in place; if ranked the probabilities [slots, vocabulary].
 */
export function deviceStepGraph(
  { config, lora, positions, joined }: SampledModel,
  { isRanked, hasTransposedHead }: StepVariant,
): ModelSpec {
  const decoder = createDecoder(config, { positions, lora, joined });
  const { graph } = decoder;
  const column = (name: string): Tensor => graph.input(name, ["B", 1]);
  const { attention, written } = slotAttention(decoder);
  const places = rotatesInAttention(config) ? undefined : graph.input("positions", ["B", 1], "int64");
  const { hidden } = decode(decoder, graph.input("tokens", ["B", 1], "int32"), places, attention);
  const last = reshape(hidden, [-1, config.hiddenSize], ["B", config.hiddenSize]);
  const logits = hasTransposedHead
    ? linear(last, graph.input(TRANSPOSED_HEAD, [config.hiddenSize, config.vocabSize]))
    : outputLogits(decoder, last);
  const probabilities = softmax(emitNode("Mul", [logits, column("inverseTemperature")], { shape: logits.shape }));
  const inputs = { uniforms: column("uniforms"), rowNumbers: column("rowNumbers") };
  if (!isRanked) return compile(graph, { drawn: drawTokens(probabilities, inputs), ...written });
  const limits = { keep: column("keep"), share: column("share") };
  return compile(graph, { drawn: drawRankedTokens(probabilities, inputs, limits), probabilities, ...written });
}

/**
 * Reads prompts into slots. Inputs: tokens int32 [prompts, time], mask, the caches, and for each row of keys that is
 * kept where it comes from, `from` int32 [rows] (of prompt, time and head together), and where it goes, `to` int64
 * [rows, 3] (slot, head, position). Outputs: the caches, to be written in place.
 */
export function devicePrefillGraph({ config, lora, positions, joined }: SampledModel): ModelSpec {
  const decoder = createDecoder(config, { positions, lora, joined });
  const { graph } = decoder;
  const mask = graph.input("mask", ["T*G", "T"]);
  const first = graph.constant([0], [1], "int64");
  const tokens = graph.input("tokens", ["B", "T"], "int32");
  const { layers } = decode(decoder, tokens, first, causalAttention(config, mask));
  const [from, to] = [graph.input("from", ["rows"], "int32"), graph.input("to", ["rows", 3], "int64")];
  return compile(
    graph,
    writtenCaches(graph, config, to, (name) => {
      const [kind, layer] = name.split(".") as [keyof LayerKeyValues, string];
      const rows = headRows(layers[Number(layer)]![kind], config);
      return emitNode("Gather", [rows, from], { shape: ["rows", cachedHeadDim(config)], attributes: { axis: 0 } });
    }),
  );
}

/** Copies rows within the caches. Inputs: the caches, `from` and `to` int64 [rows, 3] (slot, head, position). */
export function copyRowsGraph(config: ModelConfig): ModelSpec {
  const graph = new Graph();
  const [from, to] = [graph.input("from", ["rows", 3], "int64"), graph.input("to", ["rows", 3], "int64")];
  return compile(
    graph,
    writtenCaches(graph, config, to, (_name, cache) =>
      emitNode("GatherND", [cache, from], { shape: ["rows", cachedHeadDim(config)] }),
    ),
  );
}

/** One cache with some of its slots and more room. Inputs: cache, slots int32 [n], pads int64 [8]. Output: resized. */
export function resizeGraph(config: ModelConfig): ModelSpec {
  const graph = new Graph();
  const cache = graph.input("cache", cacheShape(config));
  const slots = graph.input("slots", ["n"], "int32");
  const shape = ["n", config.kvHeads, "more", cachedHeadDim(config)];
  const kept = emitNode("Gather", [cache, slots], { shape, attributes: { axis: 0 } });
  return compile(graph, { resized: emitNode("Pad", [kept, graph.input("pads", [8], "int64")], { shape }) });
}

/** The embedding as the output layer reads it. Input: the embedding. Output: transposed. */
export function transposedHeadGraph({ vocabSize, hiddenSize }: ModelConfig): ModelSpec {
  const graph = new Graph();
  const embedding = graph.input("model.embed_tokens.weight", [vocabSize, hiddenSize]);
  return compile(graph, { transposed: transpose(embedding, [1, 0]) });
}

/** Some rows of the probabilities. Inputs: probabilities [slots, vocabulary], rows int32 [n]. Output: picked. */
export function pickedRowsGraph({ vocabSize }: ModelConfig): ModelSpec {
  const graph = new Graph();
  const probabilities = graph.input("probabilities", ["B", vocabSize]);
  const rows = graph.input("rows", ["n"], "int32");
  const picked = emitNode("Gather", [probabilities, rows], { shape: ["n", vocabSize], attributes: { axis: 0 } });
  return compile(graph, { picked });
}

function rotatesInAttention({ headDim }: ModelConfig): boolean {
  return headDim % ROTATED_STEP === 0;
}

function cacheShape(config: ModelConfig): (number | string)[] {
  return ["B", config.kvHeads, "S", cachedHeadDim(config)];
}

/** The caches as inputs, and as outputs with rows written into them. */
function writtenCaches(
  graph: Graph,
  config: ModelConfig,
  to: Tensor,
  rowsFor: (name: string, cache: Tensor) => Tensor,
): Record<string, Tensor> {
  return Object.fromEntries(
    cacheNames(config).map((name) => {
      const cache = graph.input(name, cacheShape(config));
      return [`new.${name}`, emitNode("ScatterND", [cache, to, rowsFor(name, cache)], { shape: cache.shape })];
    }),
  );
}

/** Attention of one token of each slot over its cache, which takes in the token's keys and values. */
function slotAttention(decoder: Decoder): {
  readonly attention: Attention;
  readonly written: Readonly<Record<string, Tensor>>;
} {
  const { graph, config, rotaryTables } = decoder;
  const { heads, kvHeads, headDim } = config;
  const [lengths, total] = [graph.input("lengths", ["B"], "int32"), graph.input("total", [1], "int32")];
  const written: Record<string, Tensor> = {};
  const rotates = rotatesInAttention(config);
  const width = heads * cachedHeadDim(config);
  const attention: Attention = (layer, queries, keys, values) => {
    const names = [`keys.${layer}`, `values.${layer}`];
    const caches = names.map((name) => graph.input(name, cacheShape(config)));
    const own = [filled(queries, config), filled(keys, config), filled(values, config)];
    const [mixed, ...after] = graph.emit({
      operator: "GroupQueryAttention",
      domain: "com.microsoft",
      inputs: [...own, ...caches, lengths, total, ...(rotates ? [rotaryTables.cos, rotaryTables.sin] : [])],
      outputs: [{ shape: ["B", 1, width] }, ...caches.map(({ shape }) => ({ shape }))],
      attributes: {
        num_heads: heads,
        kv_num_heads: kvHeads,
        do_rotary: rotates ? 1 : 0,
        scale: { float: 1 / Math.sqrt(headDim) },
      },
    });
    names.forEach((name, i) => (written[`new.${name}`] = after[i]!));
    return withoutFilling(mixed!, config);
  };
  return { attention, written };
}

/** [..., heads * headDim] -> [rows, cachedHeadDim]: a row for each head. */
function headRows(x: Tensor, config: ModelConfig): Tensor {
  const rows = reshape(x, [-1, config.headDim], ["rows", config.headDim]);
  const filling = cachedHeadDim(config) - config.headDim;
  if (filling === 0) return rows;
  const pads = x.graph.constant([0, 0, 0, filling], [4], "int64");
  return emitNode("Pad", [rows, pads], { shape: ["rows", cachedHeadDim(config)] });
}

/** [B, 1, heads * headDim] -> [B, 1, heads * cachedHeadDim]. */
function filled(x: Tensor, config: ModelConfig): Tensor {
  const width = ((x.shape[2] as number) / config.headDim) * cachedHeadDim(config);
  return width === x.shape[2] ? x : reshape(headRows(x, config), [-1, 1, width], ["B", 1, width]);
}

/** [B, 1, heads * cachedHeadDim] -> [B, 1, heads * headDim]. */
function withoutFilling(x: Tensor, config: ModelConfig): Tensor {
  const { heads, headDim } = config;
  const [stored, width] = [cachedHeadDim(config), heads * headDim];
  if (stored === headDim) return x;
  const bound = (value: number): Tensor => x.graph.constant([value], [1], "int64");
  const cut = emitNode("Slice", [reshape(x, [-1, stored], ["rows", stored]), bound(0), bound(headDim), bound(1)], {
    shape: ["rows", headDim],
  });
  return reshape(cut, [-1, 1, width], ["B", 1, width]);
}
