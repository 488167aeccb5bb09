import { compile, concatLast, pickRows, softmax, type Tensor } from "../../graph/index.ts";
import {
  cachedAttention,
  causalAttention,
  createDecoder,
  decode,
  outputLogits,
  type Decoder,
  type LayerKeyValues,
} from "../../model/decoder.ts";
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
 * Writes one token for each slot. Inputs: tokens [slots, 1], positions [slots, 1], inverseTemperature [slots, 1, 1],
 * mask [slots, 1, 1, room], and for each layer keys and values [slots, kvHeads, room, headDim]. Outputs: probabilities
 * [slots, 1, vocabulary], keyValues of the new token.
 *
 * @param frozen weights by name that become constants, which the engine packs once
 */
export function stepGraph(
  { config, lora, positions, joined }: SampledModel,
  frozen: ReadonlyMap<string, Float32Array> = new Map(),
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
  const { hidden, layers } = decode(decoder, tokens, places, cachedAttention(config, caches, mask));
  return compile(
    graph,
    { probabilities: nextTokenProbabilities(decoder, hidden), keyValues: joinedKeyValues(layers) },
    { frozen },
  );
}
