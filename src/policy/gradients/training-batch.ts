import { causalMask } from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { inputTensor, type InputTensor } from "../../engine/index.ts";

/**
 * A sequence to train on or to score: a prompt and what follows it. The numbers by token are for the completion's
 * tokens.
 */
export interface TrainingSequence {
  readonly promptTokens: readonly number[];
  readonly tokens: readonly number[];
  /** Weight of each completion token in the loss (losses/token-weights.ts). */
  readonly weight: number;
  /** Of the whole completion, or of each of its tokens. */
  readonly advantage: number | readonly number[];
  readonly oldLogprobs?: readonly number[];
  readonly refLogprobs?: readonly number[];
}

export function sequenceLength(sequence: Pick<TrainingSequence, "promptTokens" | "tokens">): number {
  return sequence.promptTokens.length + sequence.tokens.length;
}

/**
 * Cuts sequences into micro-batches of similar length that hold at most `tokenBudget` positions each, padding included.
 * Micro-batches add up to the same gradient whatever the budget, since every token carries its own weight.
 *
 * @returns indices into `sequences`
 */
export function microBatches(sequences: readonly TrainingSequence[], tokenBudget: number): number[][] {
  const order = sequences
    .map((_, i) => i)
    .sort((a, b) => sequenceLength(sequences[b]!) - sequenceLength(sequences[a]!) || a - b);
  const batches: number[][] = [];
  let room = 0;
  let width = 0;
  for (const index of order) {
    if (room < 1) {
      width = sequenceLength(sequences[index]!);
      room = Math.max(1, Math.floor(tokenBudget / width));
      batches.push([]);
    }
    batches[batches.length - 1]!.push(index);
    room--;
  }
  return batches;
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
): Record<string, InputTensor> {
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
      weights[n] = weight;
      advantages[n] = typeof advantage === "number" ? advantage : advantage[i]!;
      oldLogprobs[n] = old?.[i] ?? 0;
      refLogprobs[n] = ref?.[i] ?? 0;
      n++;
    });
  }
  return {
    labels: inputTensor(labels, [count]),
    inverseTemperature: inputTensor(new Float32Array([1 / temperature]), []),
    ...Object.fromEntries(
      Object.entries({ weights, advantages, oldLogprobs, refLogprobs }).map(([name, data]) => [
        name,
        inputTensor(data, [count]),
      ]),
    ),
  };
}

/** The inputs of a training graph for one micro-batch, rows padded on the right. */
export function batchInputs(
  sequences: readonly TrainingSequence[],
  config: ModelConfig,
  temperature: number,
): Record<string, InputTensor> {
  // The last token is only ever a label, so the graph reads one position less than the longest sequence has.
  const time = Math.max(...sequences.map(sequenceLength)) - 1;
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
  return {
    tokens: inputTensor(tokens, [sequences.length, time]),
    mask: inputTensor(causalMask(time, group), [time * group, time]),
    rows: inputTensor(rows, [count, 1]),
    ...perTokenInputs(sequences, temperature),
  };
}
