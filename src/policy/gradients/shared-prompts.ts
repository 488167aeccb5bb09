import type { ModelConfig } from "../../model/model-config.ts";
import type { DenseTensor } from "../../engine/index.ts";
import { cutInto } from "./cut-rows.ts";
import { HIDDEN } from "./packing.ts";
import { perTokenInputs, sequenceLength } from "./training-batch.ts";
import type { TrainingSequence } from "../../records/rollout.ts";

/** Sharing must save at least this part of the positions: its rows are longer, and so is their attention. */
const WORTH = 0.3;

/**
 * Completions of one prompt in one row: the prompt is read once, and each completion sees it and itself. With long
 * prompts and short completions most of the work goes.
 *
 * @returns micro-batches of rows of indices into `sequences`, at most `tokenBudget` positions each where a completion
 *   alone fits; null where sharing isn't worth it
 */
export function sharedBatches(
  sequences: readonly TrainingSequence[],
  tokenBudget: number,
  runPositions?: number,
): number[][][] | null {
  const rows = [...rowsByPrompt(sequences, tokenBudget)].sort(
    (a, b) => rowLength(b, sequences) - rowLength(a, sequences) || a[0]! - b[0]!,
  );
  const together = rows.reduce((sum, row) => sum + rowLength(row, sequences), 0);
  const alone = sequences.reduce((sum, sequence) => sum + sequenceLength(sequence) - 1, 0);
  if (!isWorthSharing(together, alone)) return null;
  return cutInto(rows, (row) => rowLength(row, sequences), { tokenBudget, runPositions });
}

/** @param together, alone positions with and without shared prompts */
export function isWorthSharing(together: number, alone: number): boolean {
  return together <= (1 - WORTH) * alone;
}

function* rowsByPrompt(sequences: readonly TrainingSequence[], tokenBudget: number): Generator<number[]> {
  const byPrompt = new Map<string, number[]>();
  sequences.forEach(({ promptTokens }, i) => {
    const name = promptTokens.join(" ");
    const known = byPrompt.get(name);
    if (known === undefined) byPrompt.set(name, [i]);
    else known.push(i);
  });
  for (const indices of byPrompt.values()) {
    let row: number[] = [];
    for (const index of indices) {
      if (row.length > 0 && rowLength([...row, index], sequences) > tokenBudget) {
        yield row;
        row = [];
      }
      row.push(index);
    }
    yield row;
  }
}

/**
 * Positions of a row: the prompt without its last token, then each completion with that token before it, as what is
 * said after it is the completion's. The last token of a completion is only ever a label.
 */
function positionsOf(row: readonly TrainingSequence[]): number {
  return row.reduce((sum, { tokens }) => sum + tokens.length, row[0]!.promptTokens.length - 1);
}

function rowLength(row: readonly number[], sequences: readonly TrainingSequence[]): number {
  return positionsOf(row.map((index) => sequences[index]!));
}

/** Positions of such rows. */
export function sharedTime(rows: readonly (readonly TrainingSequence[])[]): number {
  return Math.max(...rows.map(positionsOf));
}

/**
 * The inputs of a packed training graph for such rows, padded on the right. The numbers by token come in the order of
 * rows and of completions in them.
 */
export function sharedInputs(
  rows: readonly (readonly TrainingSequence[])[],
  config: ModelConfig,
  temperature: number,
): Record<string, DenseTensor> {
  const time = sharedTime(rows);
  const group = config.heads / config.kvHeads;
  const all = rows.flat();
  const tokens = new BigInt64Array(rows.length * time);
  const positions = new BigInt64Array(rows.length * time);
  const mask = new Float32Array(rows.length * time * group * time).fill(HIDDEN);
  const places: number[] = [];
  rows.forEach((row, r) => {
    const base = r * time;
    const shared = row[0]!.promptTokens.slice(0, -1);
    const last = row[0]!.promptTokens.at(-1)!;
    const sees = (position: number, from: number, to: number): void => {
      for (let g = 0; g < group; g++) {
        const start = ((base + position) * group + g) * time;
        mask.fill(0, start + from, start + to + 1);
      }
    };
    const write = (position: number, token: number, counted: number): void => {
      tokens[base + position] = BigInt(token);
      positions[base + position] = BigInt(counted);
    };
    shared.forEach((token, i) => {
      write(i, token, i);
      sees(i, 0, i);
    });
    let start = shared.length;
    for (const { tokens: completion } of row) {
      [last, ...completion.slice(0, -1)].forEach((token, i) => {
        places.push(base + start + i);
        write(start + i, token, shared.length + i);
        sees(start + i, 0, shared.length - 1);
        sees(start + i, start, start + i);
      });
      start += completion.length;
    }
    // A position that sees nothing would divide by nothing; the padding sees itself.
    for (let position = start; position < time; position++) sees(position, position, position);
  });
  return {
    tokens: { data: tokens, dims: [rows.length, time] },
    positions: { data: positions, dims: [rows.length, time] },
    mask: { data: mask, dims: [rows.length, 1, time * group, time] },
    rows: { data: BigInt64Array.from(places, BigInt), dims: [places.length, 1] },
    ...perTokenInputs(all, temperature),
  };
}
