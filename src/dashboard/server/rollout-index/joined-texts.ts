import { sumOf } from "../../../numbers/sum.ts";
import { Buffer } from "node:buffer";

/** Bytes of a chunk; a longer text gets one of its own. */
const CHUNK = 2 ** 24;
/** No byte of UTF-8: a text that is looked for never reaches from one into the next. */
const BETWEEN = 0xff;

interface Chunk {
  readonly bytes: Buffer;
  used: number;
  readonly firstRow: number;
  /** Where each row of the chunk begins. */
  readonly starts: number[];
}

/**
 * All texts, lower-cased, in a few large buffers, so that a search is one scan of memory. Lower case as JavaScript's
 * `toLowerCase` gives it for the whole text.
 */
export class JoinedTexts {
  rows = 0;
  private chunks: Chunk[] = [];

  /** @param text UTF-8 */
  push(text: Uint8Array): void {
    const lower = lowerCase(text);
    let chunk = this.chunks.at(-1);
    if (chunk === undefined || chunk.used + lower.length + 1 > chunk.bytes.length) {
      // Buffers of this size are memory that the system gives when it is first written.
      chunk = {
        bytes: Buffer.allocUnsafeSlow(Math.max(CHUNK, lower.length + 1)),
        used: 0,
        firstRow: this.rows,
        starts: [],
      };
      this.chunks.push(chunk);
    }
    chunk.starts.push(chunk.used);
    chunk.bytes.set(lower, chunk.used);
    chunk.used += lower.length;
    chunk.bytes[chunk.used++] = BETWEEN;
    this.rows++;
  }

  /** Bytes that are held. */
  get bytes(): number {
    return sumOf(this.chunks, (chunk) => chunk.bytes.length);
  }

  /**
   * Calls `found` for each row from `from` to before `to` whose text holds another one, in order.
   *
   * @param text in any case, not empty
   */
  search(text: string, from: number, to: number, found: (row: number) => void): void {
    const wanted = Buffer.from(text.toLowerCase());
    for (const chunk of this.chunks) {
      const first = Math.max(from, chunk.firstRow) - chunk.firstRow;
      const end = Math.min(to, chunk.firstRow + chunk.starts.length) - chunk.firstRow;
      if (first < end) searchChunk(chunk, wanted, first, end, found);
    }
  }

  /** Forgets the rows from one on. */
  truncate(rows: number): void {
    this.rows = Math.min(this.rows, rows);
    this.chunks = this.chunks.filter(({ firstRow }) => firstRow < rows);
    const last = this.chunks.at(-1);
    if (last === undefined || last.firstRow + last.starts.length <= rows) return;
    last.used = last.starts[rows - last.firstRow]!;
    last.starts.length = rows - last.firstRow;
  }
}

function searchChunk(
  { bytes, used, starts, firstRow }: Chunk,
  wanted: Buffer,
  first: number,
  end: number,
  found: (row: number) => void,
): void {
  const within = bytes.subarray(0, end < starts.length ? starts[end]! : used);
  let row = first;
  for (
    let at = within.indexOf(wanted, starts[first]!);
    at >= 0;
    at = row < end ? within.indexOf(wanted, starts[row]!) : -1
  ) {
    row = rowAt(starts, at, row, end);
    found(firstRow + row);
    row++;
  }
}

/** The row that a place belongs to: hits are near each other or far apart, so steps that double, then halve. */
function rowAt(starts: readonly number[], at: number, from: number, end: number): number {
  let step = 1;
  let low = from;
  while (low + step < end && starts[low + step]! <= at) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, end);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= at) low = middle;
    else high = middle;
  }
  return low;
}

function lowerCase(text: Uint8Array): Uint8Array {
  const lower = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = text[i]!;
    // Beyond ASCII a letter may have another length in lower case, or depend on its neighbours.
    if (byte >= 0x80) return Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(text).toLowerCase());
    lower[i] = byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
  }
  return lower;
}
