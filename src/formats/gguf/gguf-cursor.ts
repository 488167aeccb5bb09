import { CheckpointError, show } from "../../errors.ts";

/** A value of GGUF's metadata; 64-bit integers beyond 2^53 are rounded. */
export type MetadataValue = number | boolean | string | readonly (number | boolean | string)[];

interface NumberType {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number | boolean;
}

/** Types of single values by their number in a file. */
const NUMBERS: ReadonlyMap<number, NumberType> = new Map([
  [0, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [1, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [2, { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  [3, { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  [4, { bytes: 4, read: (view, at) => view.getUint32(at, true) }],
  [5, { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  [6, { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  [7, { bytes: 1, read: (view, at) => view.getUint8(at) !== 0 }],
  [10, { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) }],
  [11, { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  [12, { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
]);
const TEXT = 8;
const ARRAY = 9;
/** Bytes of the length before a text. */
const LENGTH_BYTES = 8;
/** Values in all arrays of a header: the largest vocabularies have a quarter of it. */
const MOST_VALUES = 2 ** 21;
const MOST_TEXT_BYTES = 2 ** 24;

/** Reads a GGUF header value by value. Nothing is made of a claimed size before so many bytes are there. */
export class GgufCursor {
  at = 0;
  private values = 0;
  private readonly view: DataView;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  /**
   * @param bytes the beginning of the file
   * @param path for messages
   * @param fileBytes how long the whole file is
   */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly path: string,
    private readonly fileBytes: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** @throws CheckpointError */
  fail(expected: string, came: unknown): never {
    throw new CheckpointError(
      `Expected the header of ${show(this.path)} to have ${expected} at byte ${this.at}, got ${show(came)}; it is damaged, copy it again.`,
    );
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** Beyond 2^53 rounded, which every bound refuses. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }

  text(most: number = MOST_TEXT_BYTES): string {
    const length = this.uint64();
    if (length > most) this.fail(`a text of at most ${most} bytes`, length);
    const start = this.take(length);
    try {
      return this.decoder.decode(this.bytes.subarray(start, this.at));
    } catch {
      return this.fail("a text in UTF-8", "other bytes");
    }
  }

  /** A value with its type before it. */
  value(): MetadataValue {
    const type = this.uint32();
    return type === ARRAY ? this.array() : this.single(type);
  }

  /** Arrays of arrays are refused, as llama.cpp does. */
  private array(): (number | boolean | string)[] {
    const type = this.uint32();
    const length = this.uint64();
    const least = type === TEXT ? LENGTH_BYTES : this.numberType(type).bytes;
    if (length > (this.bytes.length - this.at) / least) this.fail("an array within the header", `${length} values`);
    this.values += length;
    if (this.values > MOST_VALUES) this.fail(`at most ${MOST_VALUES} values in its arrays`, this.values);
    return Array.from({ length }, () => this.single(type));
  }

  private single(type: number): number | boolean | string {
    if (type === TEXT) return this.text();
    const { bytes, read } = this.numberType(type);
    return read(this.view, this.take(bytes));
  }

  private numberType(type: number): NumberType {
    return NUMBERS.get(type) ?? this.fail("a value of a known type", type === ARRAY ? "an array in an array" : type);
  }

  private take(length: number): number {
    const start = this.at;
    const left = this.bytes.length - start;
    if (length > left)
      this.fail(
        this.bytes.length < this.fileBytes ? `an end within ${this.bytes.length} bytes` : `${length} more bytes`,
        left,
      );
    this.at = start + length;
    return start;
  }
}
