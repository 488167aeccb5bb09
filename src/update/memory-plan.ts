import { peakBytes } from "../graph/index.ts";
import type { PolicyLossOptions } from "../losses/index.ts";
import { adapterLayout, type LoraConfig } from "../model/lora.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { parameterCount } from "../model/parameters.ts";
import { logitChunks } from "./logit-chunks.ts";
import { isWorthSharing } from "./shared-prompts.ts";
import { policySize } from "./policy-size.ts";
import { policyGraph } from "./training-graph.ts";

/** What decides how much memory a run needs. */
export interface MemoryQuestion {
  readonly config: ModelConfig;
  readonly lora?: LoraConfig | undefined;
  readonly loss: PolicyLossOptions;
  readonly workers: number;
  /** Positions of a micro-batch. */
  readonly tokenBudget: number;
  readonly recompute: boolean;
  readonly longestPrompt: number;
  readonly maxCompletionTokens: number;
  readonly groupSize: number;
  readonly problemsPerStep: number;
}

/** Megabytes of 2^20 bytes. */
export interface MemoryPlan {
  readonly program: number;
  readonly weights: number;
  readonly gradients: number;
  readonly optimizer: number;
  readonly activations: number;
  readonly cache: number;
  readonly total: number;
}

/** Node, the engine's library, the task's problems and what a step's rollouts take in JavaScript, in megabytes. */
const PROGRAM = 260;
/** Each worker's own thread, in megabytes. */
const WORKER = 45;

/**
 * The most memory that a run of reinforcement learning will have resident, before anything is started: copies of the
 * weights that are kept at once, gradients on their way out of the engine, AdamW's moments, the results of the largest
 * micro-batch, and the keys and values of the completions that are written at once.
 */
export function planMemory(question: MemoryQuestion): MemoryPlan {
  const { config, lora, workers: cores } = question;
  const size = policySize(config, cores);
  const all = parameterCount(config) * 4;
  const trained = lora === undefined ? all : adapterLayout(config, lora).reduce((total, info) => total + info.size * 4, 0);
  // The engine packs the matrices and keeps the embedding as it is for looking tokens up.
  const packed = all + (config.tiedEmbeddings ? config.vocabSize * config.hiddenSize * 4 : 0);
  const megabytes = {
    program: PROGRAM + WORKER * size.workers,
    // In the main thread and as it is shared; in each worker as inputs; packed in those that write with constant weights.
    weights: (all + trained + size.workers * ((lora === undefined ? 0 : all) + trained + packed)) / 2 ** 20,
    // Where workers leave them, and what the engine gives out for one micro-batch while that of the one before is still there.
    gradients: (3 * size.workers * trained) / 2 ** 20,
    // Two moments.
    optimizer: (2 * trained) / 2 ** 20,
    activations: (size.workers * activationBytes(question)) / 2 ** 20,
    cache: cacheBytes(question, size.slots) / 2 ** 20,
  };
  return { ...megabytes, total: Object.values(megabytes).reduce((sum, part) => sum + part, 0) };
}

/**
 * The results of the largest micro-batch: rows of a prompt with one completion, or with as many of a group as a micro-batch
 * holds where prompts are long enough to be shared, and as many rows as fit.
 */
function activationBytes({ config, lora, loss, tokenBudget, recompute, longestPrompt, maxCompletionTokens, groupSize }: MemoryQuestion): number {
  const together = Math.max(1, Math.min(groupSize, Math.floor((tokenBudget - longestPrompt + 1) / maxCompletionTokens)));
  const perRow = isWorthSharing(longestPrompt - 1 + together * maxCompletionTokens, together * (longestPrompt + maxCompletionTokens - 1)) ? together : 1;
  const time = longestPrompt - 1 + perRow * maxCompletionTokens;
  const rows = Math.max(1, Math.floor(tokenBudget / time));
  const scored = rows * perRow * maxCompletionTokens;
  const chunks = logitChunks(config, tokenBudget);
  const used = scored < chunks ? 1 : chunks;
  const graph = policyGraph({ config, lora, positions: time + 1, chunks: used, recompute }, loss, perRow > 1);
  return peakBytes(graph, { B: rows, T: time, N: scored, G: config.heads / config.kvHeads, rows: rows * time, n: Math.ceil(scored / used) });
}

/** Keys and values of the sequences that are written at once, and the distribution of each next token, twice: in the engine and as it is given out. */
function cacheBytes({ config, longestPrompt, maxCompletionTokens, groupSize, problemsPerStep }: MemoryQuestion, slots: number): number {
  const sequences = Math.min(groupSize * problemsPerStep, slots);
  const position = config.layers * 2 * config.kvHeads * config.headDim * 4;
  return sequences * ((longestPrompt + maxCompletionTokens) * position + 2 * config.vocabSize * 4);
}
