import { forWebGpu, quantisedShapes } from "../../engine/index.ts";
import { peakBytes } from "../../graph/index.ts";
import { alone, joinedLayout, type JoinedWeight } from "../../model/joined-weights.ts";
import { adapterLayout } from "../../model/lora.ts";
import { largestMicroBatch, type MemoryQuestion, type SizedGraph } from "../local/memory-plan.ts";
import { policySize } from "../local/policy-size.ts";
import { PRECISION_BITS, type RolloutPrecision } from "../sampling/rollout-precision.ts";
import { prefillGraph, stepGraph } from "../sampling/sampling-graphs.ts";
import { MOST_READ } from "../sampling/sampling-job.ts";
import { heldBase, type BasePrecision, type HeldBase } from "./base-precision.ts";
import { inPieces, MOST_FLAT } from "./device-weights.ts";
import { keepsForWriting } from "./kept-for-writing.ts";
import { changedWeights } from "./merged-adapter.ts";
import { roundedLayout, roundingGraph } from "./rounded-weights.ts";
import { accumulating, sizeOf, updatingGraph } from "./update-graphs.ts";

/** What decides how much of a device's memory a run needs. */
export interface DeviceMemoryQuestion extends Omit<MemoryQuestion, "workers" | "evaluationSamples"> {
  readonly device: string;
  readonly basePrecision: BasePrecision;
  /** What rollouts are written with; float32 where absent. */
  readonly rolloutPrecision?: RolloutPrecision;
  /** Completions that are written at once; as many as a device writes at most where absent. */
  readonly slots?: number;
}

/** Megabytes of 2^20 bytes on a device. */
export interface DevicePlan {
  /**
   * As they are held, what is trained once more where a reference is kept, and for writing a tied output layer once
   * more, transposed, and linear layers once more in few bits.
   */
  readonly weights: number;
  /** Their sum. Those of one micro-batch are part of its results. */
  readonly gradients: number;
  /** Two moments, and the gradients side by side. */
  readonly optimizer: number;
  /** Keys and values of all completions that are written at once. */
  readonly caches: number;
  /** The results of the largest micro-batch, of a step of writing or of an update: whichever needs most. */
  readonly activations: number;
  /** Of all parts, without what the driver and other programs take. */
  readonly total: number;
}

/**
 * Sizes of the blocks in which ONNX Runtime's WebGPU provider takes memory for results; larger ones are as large as is
 * asked for (buffer_manager.cc, BUCKET_DEFAULT_LIMIT_TABLE).
 */
const BLOCKS: readonly number[] = [
  64, 128, 256, 512, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288, 1_048_576, 2_097_152,
  4_194_304, 8_388_608, 12_582_912, 16_777_216, 26_214_400, 33_554_432, 44_236_800, 58_982_400, 67_108_864, 134_217_728,
  167_772_160,
];
const MEGABYTE = 2 ** 20;

/** The memory of a device that a run of reinforcement learning will need, before anything is started. */
export function planDevice(question: DeviceMemoryQuestion): DevicePlan {
  const { config, lora, loss, basePrecision } = question;
  const trained = lora === undefined ? joinedLayout(config) : adapterLayout(config, lora).map(alone);
  const trainedBytes = sizeOf(trained) * 4;
  const held = heldBase(config, lora === undefined ? "float32" : basePrecision);
  const base = heldBytes(held.layout);
  const reference = loss.inputs.includes("refLogprobs") ? trainedBytes : 0;
  const kept = keptBytes(question) + roundedBytes(question);
  const weights = (lora === undefined ? 0 : base) + trainedBytes + reference + kept;
  const training = largestMicroBatch({ ...question, workers: 1, evaluationSamples: 1 }, { joined: true });
  const summed = { ...training, graph: accumulating(held.graph(training.graph), trained) };
  const writing = writtenGraphs(question).map((some) => ({ ...some, graph: held.graph(some.graph) }));
  const graphs = [summed, ...writing, ...updates(trained), ...roundings(question)];
  const largest = Math.max(...graphs.map(resultBytes));
  const parts = {
    weights: weights / MEGABYTE,
    gradients: trainedBytes / MEGABYTE,
    optimizer: (3 * trainedBytes) / MEGABYTE,
    caches: cacheBytes(question) / MEGABYTE,
    activations: largest / MEGABYTE,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

function heldBytes(layout: HeldBase["layout"]): number {
  return layout.reduce((sum, weight) => sum + sizeOf([weight]) * (weight.type === "float16" ? 2 : 4), 0);
}

/** What is kept for writing alone. */
function keptBytes({ config, lora, basePrecision }: DeviceMemoryQuestion): number {
  const { transposesHead, mergesAdapter } = keepsForWriting({ config, basePrecision });
  const head = transposesHead && config.tiedEmbeddings ? config.vocabSize * config.hiddenSize * 4 : 0;
  if (lora === undefined || !mergesAdapter) return head;
  return head + changedWeights({ config, lora, joined: true }).reduce((sum, weight) => sum + sizeOf([weight]) * 4, 0);
}

/** What linear layers take in few bits, beside what they are held in. */
function roundedBytes({ config, rolloutPrecision = "float32" }: DeviceMemoryQuestion): number {
  if (rolloutPrecision === "float32") return 0;
  const bits = PRECISION_BITS[rolloutPrecision];
  return roundedLayout({ config, joined: true }).reduce((sum, { shape }) => {
    const { numbers, scales } = quantisedShapes(shape as readonly [number, number], bits);
    return sum + product(numbers) + 4 * product(scales);
  }, 0);
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** What rounds the weights of linear layers: one after the other. */
function roundings({ config, lora, basePrecision, rolloutPrecision = "float32" }: DeviceMemoryQuestion): SizedGraph[] {
  if (rolloutPrecision === "float32") return [];
  const type = lora === undefined ? "float32" : basePrecision;
  return roundedLayout({ config, joined: true }).map(({ shape }) => {
    const graph = roundingGraph({ dims: shape, type }, PRECISION_BITS[rolloutPrecision]);
    return { graph, sizes: {} };
  });
}

/** What so many bytes take where they are results of a graph. */
export function blockBytes(bytes: number): number {
  return BLOCKS.find((size) => size >= bytes) ?? Math.ceil(bytes / 16) * 16;
}

function resultBytes({ graph, sizes }: SizedGraph): number {
  return peakBytes(forWebGpu(graph), sizes, blockBytes);
}

/** One update of each piece; what was updated is written in place. */
function updates(trained: readonly JoinedWeight[]): SizedGraph[] {
  return inPieces(trained, MOST_FLAT).map((piece) => ({ graph: updatingGraph(piece, {}), sizes: {} }));
}

function slotsOf({ config, device, slots }: DeviceMemoryQuestion): number {
  return slots ?? policySize(config, 1, device).slots;
}

function cacheBytes(question: DeviceMemoryQuestion): number {
  const { config, longestPrompt, maxCompletionTokens } = question;
  const position = config.layers * 2 * config.kvHeads * config.headDim * 4;
  return slotsOf(question) * (longestPrompt + maxCompletionTokens) * position;
}

/** What reads prompts, each once for its group, and what writes a token of each slot. */
function writtenGraphs(question: DeviceMemoryQuestion): SizedGraph[] {
  const { config, lora, longestPrompt, maxCompletionTokens, groupSize } = question;
  const [slots, longest] = [slotsOf(question), longestPrompt + maxCompletionTokens];
  const prompts = Math.max(1, Math.min(Math.floor(MOST_READ / longestPrompt), Math.ceil(slots / groupSize)));
  const model = { config, lora, positions: longest, joined: true };
  return [
    {
      graph: prefillGraph(model),
      sizes: { T: longestPrompt, G: config.heads / config.kvHeads, B: prompts, rows: prompts },
    },
    { graph: stepGraph(model), sizes: { B: slots, S: longest, slots: longest } },
  ];
}
