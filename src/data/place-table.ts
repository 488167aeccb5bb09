const FIRST_ROOM = 1024;

/** A place of a row among several files. */
export interface TablePlace {
  readonly part: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Where many rows stand, in 32 bytes a row: offsets, lengths, and what is known of each as small numbers. A list of
 * objects would take five times as much.
 */
export class PlaceTable {
  length = 0;
  private parts = new Uint16Array(FIRST_ROOM);
  private starts = new Float64Array(FIRST_ROOM);
  private sizes = new Uint32Array(FIRST_ROOM);
  /** A code of the caller's for each row. */
  codes = new Uint8Array(FIRST_ROOM);
  /** Characters of the question and of the gold. */
  questionLengths = new Uint32Array(FIRST_ROOM);
  goldLengths = new Uint32Array(FIRST_ROOM);
  goldHashes = new Int32Array(FIRST_ROOM);

  /** Adds a row; the caller fills in what else is known of it under the index. */
  add({ part, start, end }: TablePlace): number {
    if (this.length === this.parts.length) this.grow();
    const index = this.length++;
    this.parts[index] = part;
    this.starts[index] = start;
    this.sizes[index] = end - start;
    return index;
  }

  /** Gives a row another place, of a row that stands for it. */
  move(index: number, { part, start, end }: TablePlace): void {
    this.parts[index] = part;
    this.starts[index] = start;
    this.sizes[index] = end - start;
  }

  at(index: number): TablePlace {
    const start = this.starts[index]!;
    return { part: this.parts[index]!, start, end: start + this.sizes[index]! };
  }

  private grow(): void {
    const room = 2 * this.parts.length;
    this.parts = grown(this.parts, new Uint16Array(room));
    this.starts = grown(this.starts, new Float64Array(room));
    this.sizes = grown(this.sizes, new Uint32Array(room));
    this.codes = grown(this.codes, new Uint8Array(room));
    this.questionLengths = grown(this.questionLengths, new Uint32Array(room));
    this.goldLengths = grown(this.goldLengths, new Uint32Array(room));
    this.goldHashes = grown(this.goldHashes, new Int32Array(room));
  }
}

function grown<Items extends { set(from: Items): void }>(from: Items, to: Items): Items {
  to.set(from);
  return to;
}
