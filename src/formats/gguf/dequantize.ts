import { float16Numbers, widenFloatsInto } from "../float-types.ts";

/** Writes the numbers of one block. `at`: where the block begins in `bytes`; `to`: where its first number goes. */
type BlockReader = (bytes: Uint8Array, at: number, out: Float32Array, to: number) => void;

/** A way in which ggml stores numbers: blocks of so many numbers in so many bytes. */
export interface BlockFormat {
  readonly name: string;
  readonly numbers: number;
  readonly bytes: number;
  /** Widens the numbers of whole blocks to 32 bits. */
  readonly widen: (bytes: Uint8Array, out: Float32Array) => void;
}

const SMALL = 32;
const LARGE = 256;
/** What can be added to -0 and leaves it so; 0 doesn't. */
const NOTHING = -0;

/**
 * ggml's formats by their number in a GGUF file. Layouts: ggml-quants.c of llama.cpp and gguf/quants.py of its Python
 * package, whose values these readers give bit for bit (test/parity/gguf). All products are exact in 64 bits and
 * rounded once.
 */
export const BLOCK_FORMATS: ReadonlyMap<number, BlockFormat> = new Map([
  [0, plain("F32", 4)],
  [1, plain("F16", 2)],
  [2, blocks("Q4_0", SMALL, 18, readQ4(false))],
  [3, blocks("Q4_1", SMALL, 20, readQ4(true))],
  [6, blocks("Q5_0", SMALL, 22, readQ5(false))],
  [7, blocks("Q5_1", SMALL, 24, readQ5(true))],
  [8, blocks("Q8_0", SMALL, 34, readQ8)],
  [12, blocks("Q4_K", LARGE, 144, readQ4K)],
  [13, blocks("Q5_K", LARGE, 176, readQ5K)],
  [14, blocks("Q6_K", LARGE, 210, readQ6K)],
  [30, plain("BF16", 2)],
]);

/** ggml's formats that are not read here, so that a message can name them. */
export const OTHER_FORMATS: ReadonlyMap<number, string> = new Map(
  Object.entries({
    9: "Q8_1",
    10: "Q2_K",
    11: "Q3_K",
    15: "Q8_K",
    16: "IQ2_XXS",
    17: "IQ2_XS",
    18: "IQ3_XXS",
    19: "IQ1_S",
    20: "IQ4_NL",
    21: "IQ3_S",
    22: "IQ2_S",
    23: "IQ4_XS",
    24: "I8",
    25: "I16",
    26: "I32",
    27: "I64",
    28: "F64",
    29: "IQ1_M",
    34: "TQ1_0",
    35: "TQ2_0",
    39: "MXFP4",
  }).map(([type, name]) => [Number(type), name]),
);

/** The numbers of whole blocks. `bytes.length` is a multiple of the format's. */
export function dequantize({ numbers, bytes: blockBytes, widen }: BlockFormat, bytes: Uint8Array): Float32Array {
  const out = new Float32Array((bytes.length / blockBytes) * numbers);
  widen(bytes, out);
  return out;
}

function plain(name: "F32" | "F16" | "BF16", bytes: number): BlockFormat {
  return { name, numbers: 1, bytes, widen: (from, out) => widenFloatsInto(name, from, out) };
}

function blocks(name: string, numbers: number, bytes: number, read: BlockReader): BlockFormat {
  const widen = (from: Uint8Array, out: Float32Array): void => {
    for (let at = 0, to = 0; at < from.length; at += bytes, to += numbers) read(from, at, out, to);
  };
  return { name, numbers, bytes, widen };
}

function half(bytes: Uint8Array, at: number): number {
  return float16Numbers()[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

/** A scale, with `minimum` an offset, and 32 numbers of 4 bits: the first 16 in the low halves of the bytes. */
function readQ4(minimum: boolean): BlockReader {
  return (bytes, at, out, to) => {
    const scale = half(bytes, at);
    const [offset, middle] = minimum ? [half(bytes, at + 2), 0] : [NOTHING, 8];
    const start = at + (minimum ? 4 : 2);
    for (let i = 0; i < 16; i++) {
      const pair = bytes[start + i]!;
      out[to + i] = scale * ((pair & 15) - middle) + offset;
      out[to + i + 16] = scale * ((pair >> 4) - middle) + offset;
    }
  };
}

/** As Q4, with a fifth bit for each number in a word of its own. */
function readQ5(minimum: boolean): BlockReader {
  return (bytes, at, out, to) => {
    const scale = half(bytes, at);
    const [offset, middle] = minimum ? [half(bytes, at + 2), 0] : [NOTHING, 16];
    const high = at + (minimum ? 4 : 2);
    const bit = (i: number): number => ((bytes[high + (i >> 3)]! >> (i & 7)) & 1) << 4;
    for (let i = 0; i < 16; i++) {
      const pair = bytes[high + 4 + i]!;
      out[to + i] = scale * (((pair & 15) | bit(i)) - middle) + offset;
      out[to + i + 16] = scale * (((pair >> 4) | bit(i + 16)) - middle) + offset;
    }
  };
}

function readQ8(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at);
  for (let i = 0; i < SMALL; i++) out[to + i] = scale * signed(bytes[at + 2 + i]!);
}

/** Eight scales and eight minima of 6 bits each in 12 bytes: the first four whole, the others in pieces. */
function scaleAndMinimum(bytes: Uint8Array, at: number, i: number): readonly [scale: number, minimum: number] {
  const byte = (offset: number): number => bytes[at + offset]!;
  if (i < 4) return [byte(i) & 63, byte(i + 4) & 63];
  return [(byte(i + 4) & 15) | ((byte(i - 4) >> 6) << 4), (byte(i + 4) >> 4) | ((byte(i) >> 6) << 4)];
}

/** Scale, minimum scale, 12 bytes of scales, then eight groups of 32 numbers of 4 bits, two groups to 32 bytes. */
function readQ4K(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  readK({ bytes, at, numbers: at + 16, high: () => 0 }, out, to);
}

/** As Q4_K, with 32 bytes of fifth bits before the numbers: bit g belongs to group g. */
function readQ5K(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const high = (group: number, i: number): number => ((bytes[at + 16 + i]! >> group) & 1) << 4;
  readK({ bytes, at, numbers: at + 48, high }, out, to);
}

/** A block of Q4_K or Q5_K. */
interface KBlock {
  readonly bytes: Uint8Array;
  /** Where the block begins, and where its numbers of 4 bits do. */
  readonly at: number;
  readonly numbers: number;
  /** The bits above those four. */
  readonly high: (group: number, i: number) => number;
}

function readK({ bytes, at, numbers, high }: KBlock, out: Float32Array, to: number): void {
  const [scales, minima] = [half(bytes, at), half(bytes, at + 2)];
  for (let group = 0; group < 8; group++) {
    const [scale, minimum] = scaleAndMinimum(bytes, at + 4, group);
    const [by, less] = [scales * scale, minima * minimum];
    for (let i = 0; i < SMALL; i++) {
      const pair = bytes[numbers + (group >> 1) * SMALL + i]!;
      out[to + group * SMALL + i] = by * ((group % 2 === 0 ? pair & 15 : pair >> 4) | high(group, i)) - less;
    }
  }
}

/** Low four bits, high two bits, sixteen signed scales, then the scale of all. */
function readQ6K(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at + 208);
  for (let i = 0; i < LARGE; i++) {
    const [side, quarter, lane] = [i >> 7, (i >> 5) & 3, i & 31];
    const low = bytes[at + side * 64 + (quarter % 2) * 32 + lane]!;
    const high = (bytes[at + 128 + side * 32 + lane]! >> (2 * quarter)) & 3;
    const value = ((quarter < 2 ? low & 15 : low >> 4) | (high << 4)) - 32;
    out[to + i] = scale * signed(bytes[at + 192 + (i >> 4)]!) * value;
  }
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}
