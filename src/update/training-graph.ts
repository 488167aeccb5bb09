import { backward, compile, pickRows, rowEntropy, tokenLogprobs, type Tensor } from "../graph/index.ts";
import { crossEntropy, policyLoss, type PolicyLossOptions } from "../losses/index.ts";
import { causalAttention, createDecoder, decode, outputLogits, type Decoder } from "../model/decoder.ts";
import type { LoraConfig } from "../model/lora.ts";
import type { ModelConfig } from "../model/model-config.ts";
import type { ModelSpec } from "../onnx/index.ts";
import { gradientName, trainableLayout } from "./trainable-weights.ts";

/** What a training graph is written for. */
export interface TrainedModel {
  readonly config: ModelConfig;
  /** With it the adapter alone is trained. */
  readonly lora?: LoraConfig | undefined;
  /** Longest sequence; the model's limit where absent. */
  readonly positions?: number | undefined;
}

interface ScoredTokens {
  readonly decoder: Decoder;
  readonly logprobs: Tensor;
  readonly entropy: Tensor;
}

/**
 * Log-probabilities of given tokens. Inputs: tokens [batch, time], mask, rows [n, 1] (the position before each scored
 * token, counted over batch * time), labels [n], inverseTemperature. Packed rows have a mask each. Logits are computed for these rows alone.
 */
function scoreTokens({ config, lora, positions }: TrainedModel, packed: boolean = false): ScoredTokens {
  const decoder = createDecoder(config, positions, lora);
  const { graph } = decoder;
  const tokens = graph.input("tokens", ["B", "T"], "int64");
  const mask = graph.input("mask", packed ? ["B", 1, "T*G", "T"] : ["T*G", "T"]);
  const rows = graph.input("rows", ["N", 1], "int64");
  const labels = graph.input("labels", ["N"], "int64");
  const inverse = graph.input("inverseTemperature", []);
  const { hidden } = decode(decoder, tokens, graph.constant([0], [1], "int64"), causalAttention(config, mask));
  const logits = outputLogits(decoder, pickRows(hidden, rows));
  // The temperature is a number that is fed in, so its product states its own gradient.
  const scaled = graph.emitOne({ operator: "Mul", inputs: [logits, inverse], shape: logits.shape }, () => ([gradient]) => [
    gradient && graph.emitOne({ operator: "Mul", inputs: [gradient, inverse], shape: logits.shape }),
    undefined,
  ]);
  const { logprobs, all } = tokenLogprobs(scaled, labels);
  return { decoder, logprobs, entropy: rowEntropy(all) };
}

/** Scores only: outputs logprobs [n]. */
export function scoringGraph(model: TrainedModel): ModelSpec {
  const { decoder, logprobs } = scoreTokens(model);
  return compile(decoder.graph, { logprobs });
}

/** Cross-entropy with its gradients. Further input: weights [n]. Outputs: loss, logprobs, gradients. */
export function crossEntropyGraph(model: TrainedModel, packed: boolean = false): ModelSpec {
  const { decoder, logprobs } = scoreTokens(model, packed);
  const weights = decoder.graph.input("weights", ["N"]);
  const loss = crossEntropy(logprobs, weights);
  return compile(decoder.graph, { loss, logprobs, ...gradientsOf(decoder, loss) });
}

/** The policy loss with its gradients. Further inputs: weights, advantages, oldLogprobs, refLogprobs, all [n]. Outputs: loss, logprobs, entropy, ratio, kl, gradients. */
export function policyGraph(model: TrainedModel, options: PolicyLossOptions): ModelSpec {
  const { decoder, logprobs, entropy } = scoreTokens(model);
  const { graph } = decoder;
  const [weights, advantages, oldLogprobs, refLogprobs] = ["weights", "advantages", "oldLogprobs", "refLogprobs"].map((name) => graph.input(name, ["N"]));
  const { loss, kl } = policyLoss({ logprobs, oldLogprobs: oldLogprobs!, refLogprobs: refLogprobs!, advantages: advantages!, weights: weights! }, options);
  return compile(graph, { loss, logprobs, entropy, ...(kl === undefined ? {} : { kl }), ...gradientsOf(decoder, loss) });
}

/** The gradients of all parameters that are trained, as outputs of a graph: the adapter's where there is one, else the model's. */
export function gradientsOf(decoder: Decoder, loss: Tensor): Record<string, Tensor> {
  const names = trainableLayout(decoder.config, decoder.lora).map((info) => info.name);
  const gradients = backward(loss, names.map((name) => decoder.weights.get(name)!));
  return Object.fromEntries(names.map((name, i) => [gradientName(name), gradients[i]!]));
}
