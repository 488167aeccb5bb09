import type { RandomStream } from "../../src/random.ts";

/** Sizes that a hostile file may claim. */
export const HOSTILE_SIZES: readonly bigint[] = [
  0n,
  1n,
  2n,
  7n,
  255n,
  65_535n,
  2n ** 20n,
  2n ** 24n,
  2n ** 30n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/**
 * Flips bits, overwrites bytes and sizes, cuts, repeats or removes a piece: one to four times.
 *
 * @param within only before this byte, but for cuts
 */
export function damageBytes(bytes: Uint8Array, within: number, random: RandomStream, what: string[]): Uint8Array {
  let damaged = Uint8Array.from(bytes);
  for (let times = 1 + random.integer(4); times > 0 && damaged.length > 0; times--)
    damaged = random.pick(WAYS)(damaged, Math.min(within, damaged.length), random, what);
  return damaged;
}

type Way = (
  bytes: Uint8Array<ArrayBuffer>,
  within: number,
  random: RandomStream,
  what: string[],
) => Uint8Array<ArrayBuffer>;

const WAYS: readonly Way[] = [flipBit, flipBit, setByte, setSize, cut, repeat, remove];

function flipBit(
  bytes: Uint8Array<ArrayBuffer>,
  within: number,
  random: RandomStream,
  what: string[],
): Uint8Array<ArrayBuffer> {
  const [at, bit] = [random.integer(within), random.integer(8)];
  bytes[at]! ^= 1 << bit;
  what.push(`bit ${bit} of byte ${at} flipped`);
  return bytes;
}

function setByte(
  bytes: Uint8Array<ArrayBuffer>,
  within: number,
  random: RandomStream,
  what: string[],
): Uint8Array<ArrayBuffer> {
  const [at, value] = [
    random.integer(within),
    random.pick([0, 1, 0x22, 0x5b, 0x7b, 0x7f, 0x80, 0xc0, 0xff, random.integer(256)]),
  ];
  bytes[at] = value;
  what.push(`byte ${at} is ${value}`);
  return bytes;
}

function setSize(
  bytes: Uint8Array<ArrayBuffer>,
  within: number,
  random: RandomStream,
  what: string[],
): Uint8Array<ArrayBuffer> {
  if (bytes.length < 8) return bytes;
  const [at, size] = [
    Math.min(random.pick([0, 8, 16, random.integer(within)]), bytes.length - 8),
    random.pick(HOSTILE_SIZES),
  ];
  new DataView(bytes.buffer).setBigUint64(at, size, true);
  what.push(`${size} at byte ${at}`);
  return bytes;
}

function cut(
  bytes: Uint8Array<ArrayBuffer>,
  within: number,
  random: RandomStream,
  what: string[],
): Uint8Array<ArrayBuffer> {
  const length = random.pick([random.integer(within), random.integer(bytes.length), bytes.length - 1]);
  what.push(`cut at ${length}`);
  return bytes.slice(0, length);
}

function repeat(
  bytes: Uint8Array<ArrayBuffer>,
  within: number,
  random: RandomStream,
  what: string[],
): Uint8Array<ArrayBuffer> {
  const from = random.integer(within);
  const piece = bytes.subarray(from, from + 1 + random.integer(64));
  what.push(`${piece.length} bytes from ${from} twice`);
  return joined(bytes.subarray(0, from), piece, bytes.subarray(from));
}

function remove(
  bytes: Uint8Array<ArrayBuffer>,
  within: number,
  random: RandomStream,
  what: string[],
): Uint8Array<ArrayBuffer> {
  const [from, length] = [random.integer(within), 1 + random.integer(16)];
  what.push(`${length} bytes from ${from} removed`);
  return joined(bytes.subarray(0, from), bytes.subarray(from + length));
}

/** The pieces one after the other. */
export function joined(...pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
