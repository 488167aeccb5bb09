import { compile, concatLast, pickRows, sizesBehind, softmax, splitLast, type Tensor } from "../../graph/index.ts";
import {
  cachedAttention,
  causalAttention,
  createDecoder,
  decode,
  outputLogits,
  type Decoder,
  type LayerKeyValues,
} from "../../model/decoder.ts";
import { attentionBehind } from "../../model/prefixed-attention.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import type { LoraConfig } from "../../model/lora.ts";
import type { ModelSpec } from "../../engine/index.ts";

/** What a sampling graph is written for. */
export interface SampledModel {
  readonly config: ModelConfig;
  readonly lora?: LoraConfig | undefined;
  /** Longest sequence; the model's limit where absent. */
  readonly positions?: number | undefined;
  /** The weights are those of `joinedLayout`. */
  readonly joined?: boolean | undefined;
}

/** The next token's distribution from the hidden states of its rows, each at a temperature of its own. */
function nextTokenProbabilities(decoder: Decoder, hidden: Tensor): Tensor {
  const logits = outputLogits(decoder, hidden);
  const inverse = decoder.graph.input("inverseTemperature", ["B", ...logits.shape.slice(1).map(() => 1)]);
  const scaled = decoder.graph.emitOne({ operator: "Mul", inputs: [logits, inverse], shape: logits.shape });
  return softmax(scaled);
}

/**
 * All keys and values of all layers side by side: [batch, time, layers * 2 * kvHeads * headDim], keys before values.
 */
function joinedKeyValues(layers: readonly LayerKeyValues[]): Tensor {
  return concatLast(layers.flatMap((layer) => [layer.keys, layer.values]));
}

/**
 * Reads whole prompts. Inputs: tokens [prompts, time], rows [prompts, 1] (the last token of each, counted over
 * prompts * time), mask, inverseTemperature [prompts, 1]. Outputs: probabilities [prompts, vocabulary], keyValues.
 */
export function prefillGraph({ config, lora, positions, joined }: SampledModel): ModelSpec {
  const decoder = createDecoder(config, { positions, lora, joined });
  const { graph } = decoder;
  const tokens = graph.input("tokens", ["B", "T"], "int64");
  const rows = graph.input("rows", ["B", 1], "int64");
  const mask = graph.input("mask", ["T*G", "T"]);
  const { hidden, layers } = decode(decoder, tokens, graph.constant([0], [1], "int64"), causalAttention(config, mask));
  return compile(graph, {
    probabilities: nextTokenProbabilities(decoder, pickRows(hidden, rows)),
    keyValues: joinedKeyValues(layers),
  });
}

/**
 * Reads the rests of prompts behind what all of them begin with. Further inputs: past [1, P, layers * 2 * kvHeads *
 * headDim], as reading that gave it; first [1], its length. The mask is [time * group, P + time].
 */
export function prefillBehindGraph({ config, lora, positions, joined }: SampledModel): ModelSpec {
  const decoder = createDecoder(config, { positions, lora, joined });
  const { graph } = decoder;
  const width = config.kvHeads * config.headDim;
  const tokens = graph.input("tokens", ["B", "T"], "int64");
  const rows = graph.input("rows", ["B", 1], "int64");
  const first = graph.input("first", [1], "int64");
  const past = graph.input("past", [1, "P", config.layers * 2 * width]);
  const mask = graph.input("mask", ["T*G", "P+T"]);
  const parts = splitLast(past, new Array<number>(config.layers * 2).fill(width));
  const read = Array.from({ length: config.layers }, (_, i) => ({ keys: parts[2 * i]!, values: parts[2 * i + 1]! }));
  const attention = attentionBehind(config, read, mask, sizesBehind(past, tokens));
  const { hidden, layers } = decode(decoder, tokens, first, attention);
  return compile(graph, {
    probabilities: nextTokenProbabilities(decoder, pickRows(hidden, rows)),
    keyValues: joinedKeyValues(layers),
  });
}

/**
 * Writes one token for each slot. Inputs: tokens [slots, 1], positions [slots, 1], inverseTemperature [slots, 1, 1],
 * mask [slots, 1, 1, room], and for each layer keys and values [slots, kvHeads, room, headDim]. Outputs: probabilities
 * [slots, 1, vocabulary], keyValues of the new token.
 *
 * @param frozen weights by name that become constants, which the engine packs once
 * @param isBehind the slots' keys and values stand behind a prefix that all share: further inputs are its keys and
 *   values by layer, [kvHeads, 1, P, headDim]
 */
export function stepGraph(
  { config, lora, positions, joined }: SampledModel,
  frozen: ReadonlyMap<string, Float32Array> = new Map(),
  isBehind: boolean = false,
): ModelSpec {
  const decoder = createDecoder(config, { positions, lora, joined });
  const { graph } = decoder;
  const tokens = graph.input("tokens", ["B", 1], "int64");
  const places = graph.input("positions", ["B", 1], "int64");
  const mask = graph.input("mask", ["B", 1, 1, "S"]);
  const caches = Array.from({ length: config.layers }, (_, layer) => ({
    keys: graph.input(`keys.${layer}`, ["B", config.kvHeads, "S", config.headDim]),
    values: graph.input(`values.${layer}`, ["B", config.kvHeads, "S", config.headDim]),
  }));
  const prefixShape = [config.kvHeads, 1, "P", config.headDim];
  const prefix = Array.from({ length: isBehind ? config.layers : 0 }, (_, layer) => ({
    keys: graph.input(`prefixKeys.${layer}`, prefixShape),
    values: graph.input(`prefixValues.${layer}`, prefixShape),
  }));
  const attention = cachedAttention(config, caches, mask, isBehind ? prefix : undefined);
  const { hidden, layers } = decode(decoder, tokens, places, attention);
  return compile(
    graph,
    { probabilities: nextTokenProbabilities(decoder, hidden), keyValues: joinedKeyValues(layers) },
    { frozen },
  );
}
