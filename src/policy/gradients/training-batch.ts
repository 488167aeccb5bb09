import { cutInto } from "./cut-rows.ts";
import { causalMask } from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import type { DenseTensor } from "../../engine/index.ts";
import type { TrainingSequence } from "../../records/rollout.ts";

export function sequenceLength(sequence: Pick<TrainingSequence, "promptTokens" | "tokens">): number {
  return sequence.promptTokens.length + sequence.tokens.length;
}

/**
 * Whether a token is learnt from. One with a weight of its own of 0, which the model didn't write, isn't, and counts in
 * no figure.
 */
export function isLearntFrom({ weight }: Pick<TrainingSequence, "weight">, place: number): boolean {
  return typeof weight === "number" || weight[place] !== 0;
}

/**
 * Cuts sequences into micro-batches of similar length that hold at most `tokenBudget` positions each, padding included.
 * Micro-batches add up to the same gradient whatever the budget, since every token carries its own weight.
 *
 * @returns indices into `sequences`
 */
export function microBatches(
  sequences: readonly TrainingSequence[],
  tokenBudget: number,
  runPositions?: number,
): number[][] {
  const order = sequences
    .map((_, i) => i)
    .sort((a, b) => sequenceLength(sequences[b]!) - sequenceLength(sequences[a]!) || a - b);
  return cutInto(order, (index) => sequenceLength(sequences[index]!) - 1, { tokenBudget, runPositions });
}

/** Deals sequences to workers: longest first, each to the worker with the least work so far. */
export function dealSequences(
  sequences: readonly Pick<TrainingSequence, "promptTokens" | "tokens">[],
  workers: number,
): number[][] {
  const order = sequences
    .map((_, i) => i)
    .sort((a, b) => sequenceLength(sequences[b]!) - sequenceLength(sequences[a]!) || a - b);
  const shares = Array.from({ length: workers }, () => ({ work: 0, indices: [] as number[] }));
  for (const index of order) {
    const lightest = shares.reduce((best, share) => (share.work < best.work ? share : best));
    lightest.indices.push(index);
    lightest.work += sequenceLength(sequences[index]!);
  }
  return shares.map((share) => share.indices);
}

/** Puts results that were computed by worker back in the order of the sequences. */
export function undeal<T>(
  shares: readonly (readonly number[])[],
  results: readonly (readonly T[])[],
  count: number,
): T[] {
  const ordered = new Array<T>(count);
  shares.forEach((indices, worker) => indices.forEach((index, i) => (ordered[index] = results[worker]![i]!)));
  return ordered;
}

/** Numbers by token of a batch, cut by sequence. */
export function cutByToken(values: Float32Array, sequences: readonly TrainingSequence[]): Float32Array[] {
  let at = 0;
  return sequences.map((sequence) => values.slice(at, (at += sequence.tokens.length)));
}

/** What a training graph reads by scored token, in the order of the sequences, and the temperature. */
export function perTokenInputs(
  sequences: readonly TrainingSequence[],
  temperature: number,
): Record<string, DenseTensor> {
  const count = sequences.reduce((sum, sequence) => sum + sequence.tokens.length, 0);
  const labels = new BigInt64Array(count);
  const [weights, advantages, oldLogprobs, refLogprobs] = Array.from({ length: 4 }, () => new Float32Array(count)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  let n = 0;
  for (const { tokens, weight, advantage, oldLogprobs: old, refLogprobs: ref } of sequences) {
    tokens.forEach((token, i) => {
      labels[n] = BigInt(token);
      weights[n] = typeof weight === "number" ? weight : weight[i]!;
      advantages[n] = typeof advantage === "number" ? advantage : advantage[i]!;
      oldLogprobs[n] = old?.[i] ?? 0;
      refLogprobs[n] = ref?.[i] ?? 0;
      n++;
    });
  }
  return {
    labels: { data: labels, dims: [count] },
    inverseTemperature: { data: new Float32Array([1 / temperature]), dims: [] },
    ...Object.fromEntries(
      Object.entries({ weights, advantages, oldLogprobs, refLogprobs }).map(([name, data]) => [
        name,
        { data: data, dims: [count] },
      ]),
    ),
  };
}

/** Positions that the graph reads of a batch: the last token is only ever a label. */
export function batchTime(sequences: readonly TrainingSequence[]): number {
  return Math.max(...sequences.map(sequenceLength)) - 1;
}

/**
 * The inputs of a training graph for one micro-batch, rows padded on the right.
 *
 * @param blocks of the graph's attention
 */
export function batchInputs(
  sequences: readonly TrainingSequence[],
  config: ModelConfig,
  temperature: number,
  blocks: number = 1,
): Record<string, DenseTensor> {
  const time = batchTime(sequences);
  const count = sequences.reduce((sum, sequence) => sum + sequence.tokens.length, 0);
  const tokens = new BigInt64Array(sequences.length * time);
  const rows = new BigInt64Array(count);
  let n = 0;
  sequences.forEach((sequence, row) => {
    const { promptTokens, tokens: completion } = sequence;
    promptTokens.forEach((token, i) => (tokens[row * time + i] = BigInt(token)));
    completion.forEach((token, i) => {
      const position = promptTokens.length + i;
      if (position < time) tokens[row * time + position] = BigInt(token);
      rows[n++] = BigInt(row * time + position - 1);
    });
  });
  const group = config.heads / config.kvHeads;
  const masked = Math.ceil(time / blocks);
  return {
    tokens: { data: tokens, dims: [sequences.length, time] },
    mask: { data: causalMask(time, group, masked), dims: [masked * group, time] },
    rows: { data: rows, dims: [count, 1] },
    ...perTokenInputs(sequences, temperature),
  };
}
