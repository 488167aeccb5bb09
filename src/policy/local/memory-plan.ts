import { DEFAULT_DEVICE } from "../../engine/index.ts";
import { peakBytes } from "../../graph/index.ts";
import type { PolicyLoss } from "../../losses/index.ts";
import { adapterLayout, type LoraConfig } from "../../model/lora.ts";
import type { ModelSpec } from "../../engine/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { parameterCount } from "../../model/parameters.ts";
import { prefillBehindGraph, prefillGraph, stepGraph, type SampledModel } from "../sampling/sampling-graphs.ts";
import { LONG_FROM } from "../sampling/deck-sizes.ts";
import { MOST_READ } from "../sampling/sampling-job.ts";
import { LEAST_PREFIX, MOST_KEYS } from "../common-prefix.ts";
import { processorBlocks } from "../gradients/attention-blocks.ts";
import type { MaskForm } from "../gradients/batch-layout.ts";
import { logitChunks } from "../gradients/logit-chunks.ts";
import { policySize, recomputation, type PolicySize } from "./policy-size.ts";
import { isWorthSharing } from "../gradients/shared-prompts.ts";
import { trainingGraph } from "../gradients/training-graph.ts";

/** What decides how much memory a run needs. */
export interface MemoryQuestion {
  readonly config: ModelConfig;
  readonly lora?: LoraConfig | undefined;
  readonly loss: PolicyLoss;
  readonly workers: number;
  /** `cpu` where absent. */
  readonly device?: string | undefined;
  /** Positions of a micro-batch. */
  readonly tokenBudget: number;
  readonly recompute: boolean;
  readonly longestPrompt: number;
  readonly maxCompletionTokens: number;
  readonly groupSize: number;
  readonly evaluationSamples: number;
}

/** Megabytes of 2^20 bytes. */
export interface MemoryPlan {
  readonly program: number;
  readonly weights: number;
  readonly gradients: number;
  readonly optimizer: number;
  /** While gradients are computed: the results of the largest micro-batch. */
  readonly activations: number;
  /** While completions are written: packed weights, keys and values, and what the engine computes. */
  readonly writing: number;
  /** Of all parts; where writing and training give each other their memory, of those that are there at once. */
  readonly total: number;
  /** In a device's own memory, beside that; absent on the CPU. What the device has isn't known. */
  readonly device?: number;
}

/** Node, the engine's library, the task's problems and what a step's rollouts take in JavaScript, in megabytes. */
const PROGRAM = 260;
/** Each worker's own thread, in megabytes. */
const WORKER = 45;
/** The graphs of a large model that stay while others are at work, in megabytes: some 50 each. */
const GRAPHS = 100;
/**
 * What the engine takes for each byte of results that it needs at once, measured (docs/numerics.md, "Memory"): its
 * allocator can't fill all of what it holds. Less so of a large model, where what stays of writing and training lies
 * between each other.
 */
const ENGINE = { alone: 1.5, between: 2 } as const;
/**
 * Arrays that are read no more: so many bytes come together before they are freed (host/collect-garbage.ts), and as
 * many again while they are.
 */
const WAITING = 2 * 128 * 2 ** 20;

/**
 * The most memory that a run of reinforcement learning will have resident, before anything is started: copies of the
 * weights that are kept at once, gradients on their way out of the engine, AdamW's moments, the results of the largest
 * micro-batch, and the keys and values of the completions that are written at once.
 */
export function planMemory(question: MemoryQuestion): MemoryPlan {
  const { config, lora, workers: cores } = question;
  if (question.device !== undefined && question.device !== DEFAULT_DEVICE) return planAtHome(question);
  const size = policySize(config, cores);
  const all = parameterCount(config) * 4;
  const trained =
    lora === undefined ? all : adapterLayout(config, lora).reduce((total, info) => total + info.size * 4, 0);
  const engine = size.lean ? ENGINE.between : ENGINE.alone;
  const taking = size.lean && lora === undefined;
  // Where workers leave them, and what the engine gives out for one micro-batch: while that of the one before is still
  // there. A large one is freed at once, but the C library's heaps keep it and more, by how threads meet (measured).
  const given = taking ? 3 : 2;
  const megabytes = {
    // Large updates have threads of their own.
    program: PROGRAM + WORKER * (size.workers + (taking ? size.threads : 0)) + (size.lean ? GRAPHS : 0),
    // In the main thread, where a large model is trained in place, and as it is shared; in each worker as inputs.
    weights: ((taking ? 0 : all) + trained + size.workers * ((lora === undefined ? 0 : all) + trained)) / 2 ** 20,
    gradients: ((1 + given) * size.workers * trained) / 2 ** 20,
    // Two moments.
    optimizer: (2 * trained) / 2 ** 20,
    activations: (size.workers * engine * trainingBytes(question)) / 2 ** 20,
    writing: (size.workers * writingBytes(question, size, engine)) / 2 ** 20,
  };
  const { activations, writing, ...stays } = megabytes;
  // What the engine gave out is gone while completions are written.
  const phases = taking
    ? Math.max(activations, writing - (given * size.workers * trained) / 2 ** 20)
    : activations + writing;
  return { ...megabytes, total: Object.values(stays).reduce((sum, part) => sum + part, phases) };
}

/** On a device the work's memory is its own; at home lies what checkpoints are written of. */
function planAtHome({ config, lora }: MemoryQuestion): MemoryPlan {
  const all = parameterCount(config) * 4;
  const trained =
    lora === undefined ? all : adapterLayout(config, lora).reduce((total, info) => total + info.size * 4, 0);
  const home = {
    program: PROGRAM + WORKER,
    weights: (all + trained) / 2 ** 20,
    gradients: trained / 2 ** 20,
    optimizer: (2 * trained) / 2 ** 20,
    activations: 0,
    writing: 0,
  };
  return { ...home, total: Object.values(home).reduce((sum, part) => sum + part, 0) };
}

/** A graph, and the sizes of its symbolic dimensions. */
export interface SizedGraph {
  readonly graph: ModelSpec;
  readonly sizes: Readonly<Record<string, number>>;
}

/** How many positions stand before the rows of a micro-batch, how many rows, and how long they are. */
interface RowSizes {
  readonly prefix: number;
  readonly rows: number;
  readonly time: number;
  /** Completions' tokens of a row. */
  readonly scored: number;
}

/**
 * The training graph at the largest micro-batch: rows of a prompt with one completion, or with as many of a group as a
 * micro-batch holds where prompts are long enough to be shared, and as many rows as fit.
 */
export function largestMicroBatch(
  question: MemoryQuestion,
  { joined = false, inBlocks = false }: { readonly joined?: boolean; readonly inBlocks?: boolean } = {},
): SizedGraph {
  const { tokenBudget, longestPrompt, maxCompletionTokens } = question;
  const together = completionsTogether(question);
  const perRow = isWorthSharing(
    longestPrompt - 1 + together * maxCompletionTokens,
    together * (longestPrompt + maxCompletionTokens - 1),
  )
    ? together
    : 1;
  const scored = perRow * maxCompletionTokens;
  const time = longestPrompt - 1 + scored;
  const rows = { prefix: 0, rows: Math.max(1, Math.floor(tokenBudget / time)), time, scored };
  return sized(question, rows, { mask: perRow > 1 ? "by row" : "common", joined, inBlocks });
}

/** Completions of a group that one row holds. */
function completionsTogether({ tokenBudget, longestPrompt, maxCompletionTokens, groupSize }: MemoryQuestion): number {
  return Math.max(1, Math.min(groupSize, Math.floor((tokenBudget - longestPrompt + 1) / maxCompletionTokens)));
}

/**
 * Micro-batches behind a prefix, of which one takes the most: how much all prompts have in common isn't known, and
 * completions may be shorter. Positions, scores and copied keys grow with rows x time, rows x time x (prefix + time)
 * and rows x (prefix + time). Where rows are as long as they can be, their sum is largest with the fewest rows, which
 * the least prefix leaves room for, or with the longest prefix; where they are shorter, with as many as keys allow,
 * whose scores are most behind 0.45 of the budget.
 */
function behindPrefix(question: MemoryQuestion): RowSizes[] {
  const { tokenBudget, longestPrompt, maxCompletionTokens } = question;
  const longest = longestPrompt - 1;
  if (longest < LEAST_PREFIX) return [];
  const scored = completionsTogether(question) * maxCompletionTokens;
  const width = longest + scored;
  const within = (prefix: number): number => Math.max(LEAST_PREFIX, Math.min(longest, prefix));
  const mostKeys = (prefix: number): number => Math.floor(((MOST_KEYS - 1) * tokenBudget + prefix) / prefix);
  const few = Math.floor(tokenBudget / width) + 1;
  const half = within(Math.round(0.45 * tokenBudget));
  const asLong = Math.min((tokenBudget - longest) / scored, (MOST_KEYS * tokenBudget) / width);
  return [
    { prefix: within(Math.ceil((few * width - tokenBudget) / Math.max(1, few - 1))), rows: few },
    { prefix: longest, rows: Math.max(1, Math.floor(asLong)) },
    { prefix: longest, rows: mostKeys(longest) },
    { prefix: half, rows: mostKeys(half) },
  ].flatMap(({ prefix, rows }) => {
    const room = Math.min((tokenBudget - prefix) / rows, (MOST_KEYS * tokenBudget) / rows - prefix);
    const time = Math.min(width - prefix, Math.floor(room));
    return time < 1 ? [] : [{ prefix, rows, time, scored: Math.min(time, scored) }];
  });
}

/** The training graph at some rows. */
function sized(
  { config, lora, loss, tokenBudget, workers, device, recompute: asked }: MemoryQuestion,
  { prefix, rows, time, scored }: RowSizes,
  { mask, joined, inBlocks }: { readonly mask: MaskForm; readonly joined: boolean; readonly inBlocks: boolean },
): SizedGraph {
  const positions = prefix + rows * time;
  const chunks = logitChunks(config, tokenBudget);
  const used = rows * scored < chunks ? 1 : chunks;
  const blocks = inBlocks ? processorBlocks(config, time) : undefined;
  const recompute = recomputation(asked, policySize(config, workers, device));
  const model = { config, lora, positions: prefix + time + 1, chunks: used, blocks, recompute, joined };
  return {
    graph: trainingGraph(model, loss, mask),
    sizes: {
      B: rows,
      P: prefix,
      T: time,
      N: rows * scored,
      G: config.heads / config.kvHeads,
      b: Math.ceil(time / (blocks ?? 1)),
      rows: positions,
      n: Math.ceil((rows * scored) / used),
    },
  };
}

function trainingBytes(question: MemoryQuestion): number {
  const form = { joined: false, inBlocks: true };
  const graphs = [
    largestMicroBatch(question, form),
    ...behindPrefix(question).map((rows) => sized(question, rows, { ...form, mask: "after prefix" })),
  ];
  return Math.max(...graphs.map(({ graph, sizes }) => peakBytes(graph, sizes)));
}

/** What a worker takes to write: an evaluation has all of its slots at work. */
function writingBytes(
  { config, lora, longestPrompt, maxCompletionTokens, groupSize, evaluationSamples }: MemoryQuestion,
  { workers, slots, frozen }: PolicySize,
  engine: number,
): number {
  const sequences = Math.ceil(slots / workers);
  const position = config.layers * 2 * config.kvHeads * config.headDim * 4;
  const longest = longestPrompt + maxCompletionTokens;
  // The engine packs the matrices and keeps the embedding as it is for looking tokens up.
  const packed = frozen
    ? (parameterCount(config) + (config.tiedEmbeddings ? config.vocabSize * config.hiddenSize : 0)) * 4
    : 0;
  const short = Math.min(longest, longestPrompt + LONG_FROM);
  const cache = sequences * position * (short + (longest > short ? longest : 0));
  const groups = Math.ceil(sequences / Math.min(groupSize, evaluationSamples));
  const prompts = Math.max(1, Math.min(Math.floor(MOST_READ / longestPrompt), groups));
  const model = { config, lora, positions: longest };
  const sizes = { T: longestPrompt, G: config.heads / config.kvHeads };
  const reading = peakBytes(prefillGraph(model), { ...sizes, B: prompts, rows: prompts });
  const step = peakBytes(stepGraph(model), { B: sequences, S: longest, slots: sequences });
  const behind = writingBehind(model, { longestPrompt, groups, sequences });
  const computed = Math.max(reading, behind.reading) + Math.max(step, behind.step);
  return packed + cache + (prompts * longestPrompt + behind.kept) * position + engine * computed + WAITING;
}

/**
 * What the engine computes where prompts begin alike, and positions of the prefix that are kept, as it was read and as
 * steps have it. The prompts' rests are as long as can be read at once: then keys, scores and positions are most.
 */
function writingBehind(
  model: SampledModel & { readonly positions: number },
  { longestPrompt, groups, sequences }: { longestPrompt: number; groups: number; sequences: number },
): { readonly reading: number; readonly step: number; readonly kept: number } {
  if (longestPrompt <= LEAST_PREFIX) return { reading: 0, step: 0, kept: 0 };
  const { config, positions } = model;
  const B = Math.max(1, Math.min(groups, Math.floor((MOST_KEYS * MOST_READ) / longestPrompt)));
  const T = Math.max(1, Math.min(longestPrompt - LEAST_PREFIX, Math.floor(MOST_READ / B)));
  const G = config.heads / config.kvHeads;
  const reading = peakBytes(prefillBehindGraph(model), { B, T, P: longestPrompt - T, G, rows: B });
  const P = longestPrompt - 1;
  const sizes = { B: sequences, S: positions - P, P, slots: positions - P };
  return { reading, step: peakBytes(stepGraph(model, new Map(), true), sizes), kept: 2 * P };
}
