import type { ModelConfig } from "../../model/model-config.ts";
import type { DenseTensor } from "../../engine/index.ts";
import { cutInto, type RowCut } from "./cut-rows.ts";
import { causalMask } from "../../model/decoder.ts";
import { commonPrefix } from "../common-prefix.ts";
import { HIDDEN } from "./packing.ts";
import { perTokenInputs, sequenceLength } from "./training-batch.ts";
import type { TrainingSequence } from "../../records/rollout.ts";

/** Sharing must save at least this part of the positions: its rows are longer, and so is their attention. */
const WORTH = 0.3;
/** What a common beginning of all prompts must save of the rest: it is copied before every row's keys and values. */
const WORTH_APART = 0.1;

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
  const rows = [...rowsByPrompt(sequences, tokenBudget)];
  if (!isWorthSharing(positionsIn(rows, sequences), positionsAlone(sequences))) return null;
  return batchesBehind(0, rows, sequences, { tokenBudget, runPositions });
}

/**
 * The same where all prompts begin alike: a micro-batch has their common beginning once, and behind it a row for the
 * rest of each prompt and its completions.
 *
 * @returns null where that isn't worth it
 */
export function prefixedBatches(
  sequences: readonly TrainingSequence[],
  tokenBudget: number,
  runPositions?: number,
): number[][][] | null {
  const prefix = commonPrefix(sequences.map(({ promptTokens }) => promptTokens));
  if (prefix === 0) return null;
  const rows = [...rowsByPrompt(sequences, tokenBudget)];
  const batches = batchesBehind(prefix, rows, sequences, { tokenBudget, runPositions });
  const shared = positionsIn(rows, sequences);
  const positions = shared - prefix * (rows.length - batches.length);
  const isWorthIt = isWorthSharing(positions, positionsAlone(sequences)) && positions <= (1 - WORTH_APART) * shared;
  return isWorthIt ? batches : null;
}

/** @param together, alone positions with and without shared prompts */
export function isWorthSharing(together: number, alone: number): boolean {
  return together <= (1 - WORTH) * alone;
}

function positionsAlone(sequences: readonly TrainingSequence[]): number {
  return sequences.reduce((sum, sequence) => sum + sequenceLength(sequence) - 1, 0);
}

function positionsIn(rows: readonly (readonly number[])[], sequences: readonly TrainingSequence[]): number {
  return rows.reduce((sum, row) => sum + rowLength(row, sequences), 0);
}

/** Micro-batches of rows. @param prefix tokens of all prompts that each micro-batch has once */
function batchesBehind(
  prefix: number,
  rows: readonly number[][],
  sequences: readonly TrainingSequence[],
  cut: RowCut,
): number[][][] {
  const length = (row: readonly number[]): number => rowLength(row, sequences) - prefix;
  const sorted = rows.toSorted((a, b) => length(b) - length(a) || a[0]! - b[0]!);
  return cutInto(sorted, length, { ...cut, prefix });
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

/** The same behind what all prompts begin with. */
export function prefixedTime(rows: readonly (readonly TrainingSequence[])[]): number {
  return sharedTime(rows) - commonPrefix(rows.flat().map(({ promptTokens }) => promptTokens));
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
  const { tokens, positions, mask, places, time } = rowsBehind(0, rows, config);
  return {
    tokens: { data: tokens, dims: [rows.length, time] },
    positions: { data: positions, dims: [rows.length, time] },
    mask,
    rows: { data: BigInt64Array.from(places, BigInt), dims: [places.length, 1] },
    ...perTokenInputs(rows.flat(), temperature),
  };
}

/** The same with what all prompts begin with apart, before the rows. */
export function prefixedInputs(
  rows: readonly (readonly TrainingSequence[])[],
  config: ModelConfig,
  temperature: number,
): Record<string, DenseTensor> {
  const prefix = commonPrefix(rows.flat().map(({ promptTokens }) => promptTokens));
  const group = config.heads / config.kvHeads;
  const { tokens, positions, mask, places } = rowsBehind(prefix, rows, config);
  return {
    tokens: { data: tokens, dims: [1, tokens.length] },
    positions: { data: positions, dims: [1, tokens.length] },
    prefixMask: { data: causalMask(prefix, group), dims: [prefix * group, prefix] },
    mask,
    rows: { data: BigInt64Array.from(places, BigInt), dims: [places.length, 1] },
    ...perTokenInputs(rows.flat(), temperature),
  };
}

/**
 * Rows behind the first `prefix` tokens of every prompt, which stand before them in `tokens` and `positions`. Every
 * position sees these; of its row, the prompt's rest and its own completion.
 */
function rowsBehind(prefix: number, rows: readonly (readonly TrainingSequence[])[], config: ModelConfig) {
  const time = sharedTime(rows) - prefix;
  const group = config.heads / config.kvHeads;
  const width = prefix + time;
  const tokens = new BigInt64Array(prefix + rows.length * time);
  const positions = new BigInt64Array(tokens.length);
  const mask = new Float32Array(rows.length * time * group * width).fill(HIDDEN);
  const places: number[] = [];
  for (let i = 0; i < prefix; i++) {
    tokens[i] = BigInt(rows[0]![0]!.promptTokens[i]!);
    positions[i] = BigInt(i);
  }
  rows.forEach((row, r) => {
    const base = prefix + r * time;
    const rest = row[0]!.promptTokens.slice(prefix, -1);
    const last = row[0]!.promptTokens.at(-1)!;
    const sees = (position: number, from: number, to: number): void => {
      for (let g = 0; g < group; g++) {
        const start = ((r * time + position) * group + g) * width;
        mask.fill(0, start, start + prefix);
        mask.fill(0, start + prefix + from, start + prefix + to + 1);
      }
    };
    const write = (position: number, token: number, counted: number): void => {
      tokens[base + position] = BigInt(token);
      positions[base + position] = BigInt(prefix + counted);
    };
    rest.forEach((token, i) => {
      write(i, token, i);
      sees(i, 0, i);
    });
    let start = rest.length;
    for (const { tokens: completion } of row) {
      [last, ...completion.slice(0, -1)].forEach((token, i) => {
        places.push(base + start + i);
        write(start + i, token, rest.length + i);
        sees(start + i, 0, rest.length - 1);
        sees(start + i, start, start + i);
      });
      start += completion.length;
    }
    // A position that sees nothing would divide by nothing; the padding sees itself.
    for (let position = start; position < time; position++) sees(position, position, position);
  });
  const dims = [rows.length, 1, time * group, width];
  return { tokens, positions, mask: { data: mask, dims }, places, time };
}
