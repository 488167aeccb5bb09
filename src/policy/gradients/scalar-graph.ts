import { compile, pickRows, type Tensor } from "../../graph/index.ts";
import { pairwiseLoss, valueLoss } from "../../losses/index.ts";
import { causalAttention, createDecoder, decode, outputScalars, type Decoder } from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import type { ModelSpec } from "../../engine/index.ts";
import { gradientsOf } from "./training-graph.ts";

/** Hidden states of tokens [batch, time]; further input: mask. */
function readTokens(config: ModelConfig): { readonly decoder: Decoder; readonly hidden: Tensor } {
  const decoder = createDecoder(config);
  const { graph } = decoder;
  const tokens = graph.input("tokens", ["B", "T"], "int64");
  const mask = graph.input("mask", ["T*G", "T"]);
  return {
    decoder,
    hidden: decode(decoder, tokens, graph.constant([0], [1], "int64"), causalAttention(config, mask)).hidden,
  };
}

function scalarsAt(decoder: Decoder, hidden: Tensor, input: string): Tensor {
  return outputScalars(
    decoder,
    pickRows(hidden, decoder.graph.input(input, [input === "rows" ? "N" : "P", 1], "int64")),
  );
}

/** One number for each asked position. Inputs: tokens, mask, rows [n, 1]. Output: values [n]. */
export function valuesGraph(config: ModelConfig): ModelSpec {
  const { decoder, hidden } = readTokens(config);
  return compile(decoder.graph, { values: scalarsAt(decoder, hidden, "rows") });
}

/** The critic's loss with its gradients. Further inputs: weights and returns [n]. */
export function valueLossGraph(config: ModelConfig): ModelSpec {
  const { decoder, hidden } = readTokens(config);
  const values = scalarsAt(decoder, hidden, "rows");
  const [returns, weights] = ["returns", "weights"].map((name) => decoder.graph.input(name, ["N"]));
  const loss = valueLoss(values, returns!, weights!);
  return compile(decoder.graph, { loss, ...gradientsOf(decoder, loss) });
}

/**
 * The loss of a reward model with its gradients. Inputs: tokens, mask, chosen and rejected [pairs, 1] (the last
 * position of each side), weights [pairs].
 */
export function pairwiseGraph(config: ModelConfig): ModelSpec {
  const { decoder, hidden } = readTokens(config);
  const chosen = scalarsAt(decoder, hidden, "chosen");
  const rejected = scalarsAt(decoder, hidden, "rejected");
  const loss = pairwiseLoss(chosen, rejected, decoder.graph.input("weights", ["P"]));
  return compile(decoder.graph, {
    loss,
    chosenScores: chosen,
    rejectedScores: rejected,
    ...gradientsOf(decoder, loss),
  });
}
