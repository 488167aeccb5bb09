import {
  backward,
  compile,
  inRowChunks,
  pickRows,
  queryBlocks,
  prefixSizes,
  rowEntropy,
  tokenLogprobs,
  type RowResults,
  type Tensor,
} from "../../graph/index.ts";
import type { LossInput, PolicyLoss } from "../../losses/index.ts";
import { adapterLayout, type LoraConfig } from "../../model/lora.ts";
import {
  blockedCausalAttention,
  causalAttention,
  createDecoder,
  decode,
  outputLogits,
  outputWeight,
  type Attention,
  type Decoder,
  type Recompute,
} from "../../model/decoder.ts";
import { prefixedAttention } from "../../model/prefixed-attention.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import type { ModelSpec } from "../../engine/index.ts";
import type { MaskForm } from "./batch-layout.ts";
import { gradientName } from "../local/trainable-weights.ts";

/** What a training graph is written for. */
export interface TrainedModel {
  readonly config: ModelConfig;
  /** With it the adapter alone is trained. */
  readonly lora?: LoraConfig | undefined;
  /** Longest sequence; the model's limit where absent. */
  readonly positions?: number | undefined;
  /**
   * Logits are made for so many parts of the scored tokens one after the other; 1 where absent. A graph with more takes
   * at least as many tokens.
   */
  readonly chunks?: number | undefined;
  /** Attention takes the queries in so many blocks, and skips what the future hides; all at once where absent. */
  readonly blocks?: number | undefined;
  /** What is computed once more for its gradient, instead of being kept. */
  readonly recompute?: Recompute | undefined;
  /** The weights are those of `joinedLayout`. */
  readonly joined?: boolean | undefined;
  /** Weights by name that become constants: those that stay as they are, for a device that keeps constants alone. */
  readonly frozen?: ReadonlyMap<string, Float32Array> | undefined;
}

/**
 * A decoder whose inputs are tokens [batch, time], mask, rows [n, 1] (the position before each scored token, counted
 * over batch * time), labels [n], inverseTemperature. Packed rows have a mask each, and positions [batch, time]. Where
 * rows share a prefix, tokens and positions are [1, P + batch * time], the prefix first, which has a mask of its own.
 */
function startDecoder({ config, lora, positions, recompute, joined }: TrainedModel, trains: boolean): Decoder {
  return createDecoder(config, { positions, lora, joined, recompute: trains ? recompute : undefined });
}

/** What a layout feeds in of where tokens stand, and what they see. */
function readPositions(
  { graph, config }: Decoder,
  mask: MaskForm,
  blocks: number | undefined,
): { readonly tokens: Tensor; readonly positions: Tensor; readonly attention: Attention } {
  if (mask === "after prefix") {
    const tokens = graph.input("tokens", [1, "P+B*T"], "int64");
    const positions = graph.input("positions", [1, "P+B*T"], "int64");
    const masks = {
      prefix: graph.input("prefixMask", ["P*G", "P"]),
      rows: graph.input("mask", ["B", 1, "T*G", "P+T"]),
    };
    return { tokens, positions, attention: prefixedAttention(config, masks, prefixSizes(tokens, masks), blocks) };
  }
  const byRow = mask === "by row";
  const tokens = graph.input("tokens", ["B", "T"], "int64");
  const maskInput = graph.input("mask", byRow ? ["B", 1, "T*G", "T"] : [(blocks ?? 1) > 1 ? "b*G" : "T*G", "T"]);
  const positions = byRow ? graph.input("positions", ["B", "T"], "int64") : graph.constant([0], [1], "int64");
  const attention =
    blocks === undefined
      ? causalAttention(config, maskInput)
      : blockedCausalAttention(config, maskInput, queryBlocks(tokens, blocks, config.heads / config.kvHeads));
  return { tokens, positions, attention };
}

/** Log-probabilities of given tokens, and what a loss makes of them, in chunks. */
function scoreTokens(
  decoder: Decoder,
  { chunks = 1, blocks }: TrainedModel,
  mask: MaskForm,
  loss?: PolicyLoss,
): RowResults {
  const { graph } = decoder;
  const { tokens, positions, attention } = readPositions(decoder, mask, blocks);
  const rows = graph.input("rows", ["N", 1], "int64");
  const labels = graph.input("labels", ["N"], "int64");
  const inverse = graph.input("inverseTemperature", []);
  const names = loss?.inputs ?? [];
  const given = names.map((name) => graph.input(name, ["N"]));
  const { hidden } = decode(decoder, tokens, positions, attention);
  const head = decoder.lora === undefined ? [outputWeight(decoder)] : [];
  const over = { over: head, chunks };
  return inRowChunks(pickRows(hidden, rows), [labels, ...given], over, (some, [someLabels, ...someGiven]) => {
    const { logprobs, all } = tokenLogprobs(atTemperature(outputLogits(decoder, some), inverse), someLabels!);
    if (loss === undefined) return { byRow: { logprobs } };
    const inputs = Object.fromEntries(names.map((name, i) => [name, someGiven[i]!])) as Record<LossInput, Tensor>;
    const built = loss.build(logprobs, inputs);
    const entropy = loss.ofSamples ? { entropy: rowEntropy(all) } : {};
    return { byRow: { logprobs, ...entropy, ...built.byToken }, loss: built.loss };
  });
}

/** The temperature is a number that is fed in, so its product states its own gradient. */
function atTemperature(logits: Tensor, inverse: Tensor): Tensor {
  const { graph, shape } = logits;
  return graph.emitOne({ operator: "Mul", inputs: [logits, inverse], shape }, () => ([gradient]) => [
    gradient && graph.emitOne({ operator: "Mul", inputs: [gradient, inverse], shape }),
    undefined,
  ]);
}

/** Scores only: outputs logprobs [n]. */
export function scoringGraph(model: TrainedModel): ModelSpec {
  const decoder = startDecoder(model, false);
  return compile(decoder.graph, scoreTokens(decoder, model, "common").byRow, { frozen: model.frozen });
}

/**
 * A loss with its gradients. Further inputs: those that the loss names, all [n]. Outputs: loss, logprobs, what the loss
 * measures by token, the entropy where it is of samples, gradients.
 */
export function trainingGraph(model: TrainedModel, loss: PolicyLoss, mask: MaskForm = "common"): ModelSpec {
  const decoder = startDecoder(model, true);
  const { byRow, loss: total } = scoreTokens(decoder, model, mask, loss);
  const outputs = { loss: total!, ...byRow, ...gradientsOf(decoder, total!) };
  return compile(decoder.graph, outputs, { frozen: model.frozen });
}

/**
 * The gradients of all parameters that are trained, as outputs of a graph: the adapter's where there is one, else the
 * model's.
 */
export function gradientsOf(decoder: Decoder, loss: Tensor): Record<string, Tensor> {
  const trained = trainedTensors(decoder);
  const gradients = backward(loss, trained);
  return Object.fromEntries(trained.map(({ name }, i) => [gradientName(name), gradients[i]!]));
}

function trainedTensors(decoder: Decoder): Tensor[] {
  if (decoder.lora === undefined) return [...decoder.weights.values()];
  return adapterLayout(decoder.config, decoder.lora).map(({ name }) => decoder.weights.get(name)!);
}
