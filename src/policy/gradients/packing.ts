import type { ModelConfig } from "../../model/model-config.ts";
import type { DenseTensor } from "../../engine/index.ts";
import { perTokenInputs, sequenceLength } from "./training-batch.ts";
import type { TrainingSequence } from "../../records/rollout.ts";

/** Added to an attention score that must not count. */
export const HIDDEN = -1e9;

/**
 * Packs sequences into rows of equal width, the longest first, each into the fullest row that still holds it (best
 * fit). R1's trainer packs its batches so (arXiv:2501.12948, supplement, section 7).
 *
 * @param lengths shape [n], none longer than `width`
 * @returns rows of indices into `lengths`
 */
export function packRows(lengths: readonly number[], width: number): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const rows: { room: number; indices: number[] }[] = [];
  for (const index of order) {
    const length = lengths[index]!;
    let best: (typeof rows)[number] | undefined;
    for (const row of rows) if (row.room >= length && (best === undefined || row.room < best.room)) best = row;
    if (best === undefined) rows.push((best = { room: width, indices: [] }));
    best.indices.push(index);
    best.room -= length;
  }
  return rows.map(({ indices }) => indices);
}

/**
 * Packed rows in micro-batches of at most `tokenBudget` positions.
 *
 * @returns micro-batches of rows of indices into `sequences`
 */
export function packedBatches(sequences: readonly TrainingSequence[], tokenBudget: number): number[][][] {
  const lengths = sequences.map(sequenceLength);
  const width = Math.max(0, ...lengths);
  const rows = packRows(lengths, width);
  const perBatch = Math.max(1, Math.floor(tokenBudget / Math.max(1, width)));
  return Array.from({ length: Math.ceil(rows.length / perBatch) }, (_, batch) =>
    rows.slice(batch * perBatch, (batch + 1) * perBatch),
  );
}

/** Positions of packed rows. */
export function packedTime(rows: readonly (readonly TrainingSequence[])[]): number {
  return Math.max(...rows.map((row) => row.reduce((sum, sequence) => sum + sequenceLength(sequence), 0)));
}

/**
 * The inputs of a training graph for packed rows. A sequence sees itself alone. The numbers by token come in the order
 * of rows and of sequences in them.
 */
export function packedInputs(
  rows: readonly (readonly TrainingSequence[])[],
  config: ModelConfig,
  temperature: number,
): Record<string, DenseTensor> {
  const time = packedTime(rows);
  const group = config.heads / config.kvHeads;
  const count = rows.flat().reduce((sum, { tokens }) => sum + tokens.length, 0);
  const tokens = new BigInt64Array(rows.length * time);
  const positions = new BigInt64Array(rows.length * time);
  const mask = new Float32Array(rows.length * time * group * time).fill(HIDDEN);
  const places = new BigInt64Array(count);
  let n = 0;
  rows.forEach((row, r) => {
    let start = 0;
    for (const sequence of row) {
      const all = [...sequence.promptTokens, ...sequence.tokens];
      all.forEach((token, i) => {
        tokens[r * time + start + i] = BigInt(token);
        positions[r * time + start + i] = BigInt(i);
      });
      for (let i = 0; i < all.length * group; i++) {
        const from = ((r * time + start) * group + i) * time + start;
        mask.fill(0, from, from + Math.floor(i / group) + 1);
      }
      sequence.tokens.forEach(
        (_token, i) => (places[n++] = BigInt(r * time + start + sequence.promptTokens.length + i - 1)),
      );
      start += all.length;
    }
    // A position that sees nothing would divide by nothing; the padding sees itself.
    for (let position = start; position < time; position++) {
      for (let g = 0; g < group; g++) mask[((r * time + position) * group + g) * time + position] = 0;
    }
  });
  return {
    tokens: { data: tokens, dims: [rows.length, time] },
    positions: { data: positions, dims: [rows.length, time] },
    mask: { data: mask, dims: [rows.length, 1, time * group, time] },
    rows: { data: places, dims: [count, 1] },
    ...perTokenInputs(rows.flat(), temperature),
  };
}
