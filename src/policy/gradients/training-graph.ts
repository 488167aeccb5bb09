import {
  backward,
  compile,
  inRowChunks,
  pickRows,
  rowEntropy,
  tokenLogprobs,
  type RowResults,
  type Tensor,
} from "../../graph/index.ts";
import { crossEntropy, policyLoss, type PolicyLossOptions } from "../../losses/index.ts";
import type { LoraConfig } from "../../model/lora.ts";
import {
  causalAttention,
  createDecoder,
  decode,
  outputLogits,
  outputWeight,
  type Decoder,
} from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import type { ModelSpec } from "../../engine/index.ts";
import { gradientName, trainableLayout } from "../local/trainable-weights.ts";

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
  /** Every layer is computed once more for its gradient, instead of being kept. */
  readonly recompute?: boolean | undefined;
}

/** Log-probabilities of given tokens, and what is made of them, in chunks. */
interface Scoring {
  readonly decoder: Decoder;
  /** Further inputs by token, all [n]. */
  readonly inputs: readonly string[];
  readonly loss?: (
    logprobs: Tensor,
    inputs: readonly Tensor[],
  ) => { readonly loss: Tensor; readonly kl?: Tensor | undefined };
  readonly entropy?: boolean;
}

/**
 * A decoder whose inputs are tokens [batch, time], mask, rows [n, 1] (the position before each scored token, counted
 * over batch * time), labels [n], inverseTemperature. Packed rows have a mask each, and positions [batch, time].
 */
function startDecoder({ config, lora, positions, recompute }: TrainedModel, trains: boolean): Decoder {
  return createDecoder(config, positions, lora, trains && recompute === true);
}

function scoreTokens(
  { decoder, inputs, loss, entropy = false }: Scoring,
  { config, chunks = 1 }: TrainedModel,
  packed: boolean = false,
): RowResults {
  const { graph } = decoder;
  const tokens = graph.input("tokens", ["B", "T"], "int64");
  const mask = graph.input("mask", packed ? ["B", 1, "T*G", "T"] : ["T*G", "T"]);
  const places = packed ? graph.input("positions", ["B", "T"], "int64") : graph.constant([0], [1], "int64");
  const rows = graph.input("rows", ["N", 1], "int64");
  const labels = graph.input("labels", ["N"], "int64");
  const inverse = graph.input("inverseTemperature", []);
  const given = inputs.map((name) => graph.input(name, ["N"]));
  const { hidden } = decode(decoder, tokens, places, causalAttention(config, mask));
  const head = decoder.lora === undefined ? [outputWeight(decoder)] : [];
  const over = { over: head, chunks };
  return inRowChunks(pickRows(hidden, rows), [labels, ...given], over, (some, [someLabels, ...someGiven]) => {
    const logits = outputLogits(decoder, some);
    // The temperature is a number that is fed in, so its product states its own gradient.
    const scaled = graph.emitOne(
      { operator: "Mul", inputs: [logits, inverse], shape: logits.shape },
      () =>
        ([gradient]) => [
          gradient && graph.emitOne({ operator: "Mul", inputs: [gradient, inverse], shape: logits.shape }),
          undefined,
        ],
    );
    const { logprobs, all } = tokenLogprobs(scaled, someLabels!);
    const found = loss?.(logprobs, someGiven);
    return {
      byRow: {
        logprobs,
        ...(entropy ? { entropy: rowEntropy(all) } : {}),
        ...(found?.kl === undefined ? {} : { kl: found.kl }),
      },
      ...(found === undefined ? {} : { loss: found.loss }),
    };
  });
}

/** Scores only: outputs logprobs [n]. */
export function scoringGraph(model: TrainedModel): ModelSpec {
  const decoder = startDecoder(model, false);
  return compile(decoder.graph, scoreTokens({ decoder, inputs: [] }, model).byRow);
}

/** Cross-entropy with its gradients. Further input: weights [n]. Outputs: loss, logprobs, gradients. */
export function crossEntropyGraph(model: TrainedModel, packed: boolean = false): ModelSpec {
  const decoder = startDecoder(model, true);
  const { byRow, loss } = scoreTokens(
    { decoder, inputs: ["weights"], loss: (logprobs, [weights]) => ({ loss: crossEntropy(logprobs, weights!) }) },
    model,
    packed,
  );
  return compile(decoder.graph, { loss: loss!, ...byRow, ...gradientsOf(decoder, loss!) });
}

/**
 * The policy loss with its gradients. Further inputs: weights, advantages, oldLogprobs, refLogprobs, all [n]. Outputs:
 * loss, logprobs, entropy, kl, gradients.
 */
export function policyGraph(model: TrainedModel, options: PolicyLossOptions, packed: boolean = false): ModelSpec {
  const decoder = startDecoder(model, true);
  const { byRow, loss } = scoreTokens(
    {
      decoder,
      inputs: ["weights", "advantages", "oldLogprobs", "refLogprobs"],
      loss: (logprobs, [weights, advantages, oldLogprobs, refLogprobs]) =>
        policyLoss(
          {
            logprobs,
            oldLogprobs: oldLogprobs!,
            refLogprobs: refLogprobs!,
            advantages: advantages!,
            weights: weights!,
          },
          options,
        ),
      entropy: true,
    },
    model,
    packed,
  );
  return compile(decoder.graph, { loss: loss!, ...byRow, ...gradientsOf(decoder, loss!) });
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
  return trainableLayout(decoder.config, decoder.lora).map(({ name }) => decoder.weights.get(name)!);
}
