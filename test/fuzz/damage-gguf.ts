import type { RandomStream } from "../../src/random.ts";
import { damageBytes, HOSTILE_SIZES } from "./damage-bytes.ts";
import { entry, ggufBytes, u32, u64, type GgufParts, type GgufRecord, type Piece } from "./gguf-file.ts";

/** A GGUF file with its header damaged: byte by byte, or at one to three places that mean something. */
export function damagedGguf(whole: GgufParts, random: RandomStream, what: string[]): Uint8Array {
  if (random.next() < 0.3) {
    const { bytes, headerEnd } = ggufBytes(whole);
    return damageBytes(bytes, headerEnd, random, what);
  }
  let parts = whole;
  for (let times = 1 + random.integer(3); times > 0; times--) parts = random.pick(WAYS)(parts, random, what);
  return ggufBytes(parts).bytes;
}

type Way = (parts: GgufParts, random: RandomStream, what: string[]) => GgufParts;

const WAYS: readonly Way[] = [
  claimSize,
  claimSize,
  changeType,
  changeType,
  damageText,
  damageValue,
  repeatRecord,
  removeRecord,
  addRecord,
  swapPieces,
  alignmentOf,
];

/** What each kind of piece may say, rightly or not. */
const CLAIMS: Readonly<Partial<Record<Piece["kind"], (random: RandomStream) => Uint8Array>>> = {
  version: (random) => u32(random.pick([0, 1, 2, 3, 4, 3 << 24, 2 ** 32 - 1])),
  count: (random) => u64(random.pick([...HOSTILE_SIZES, 9n, 13n, 17n, 19n])),
  length: (random) => u64(random.pick([...HOSTILE_SIZES, 5n, 6n, 1000n])),
  dimensions: (random) => u32(random.pick([0, 1, 2, 3, 4, 5, 8, 2 ** 31, 2 ** 32 - 1])),
  dimension: (random) => u64(random.pick([...HOSTILE_SIZES, 4n, 6n, 12n])),
  offset: (random) => u64(random.pick([...HOSTILE_SIZES, 32n, 64n, 128n, 2n ** 64n - 32n])),
};

function claimSize(parts: GgufParts, random: RandomStream, what: string[]): GgufParts {
  return changePiece(parts, random, what, {
    suits: (kind) => kind in CLAIMS,
    change: ({ kind }) => CLAIMS[kind]!(random),
  });
}

function changeType(parts: GgufParts, random: RandomStream, what: string[]): GgufParts {
  return changePiece(parts, random, what, {
    suits: (kind) => kind === "type" || kind === "format",
    change: () => u32(random.pick([random.integer(14), random.integer(45), 2 ** 31, 2 ** 32 - 1])),
  });
}

function damageText(parts: GgufParts, random: RandomStream, what: string[]): GgufParts {
  const change = ({ bytes }: Piece): Uint8Array => {
    const damaged = Uint8Array.from(bytes);
    if (damaged.length > 0)
      damaged[random.integer(damaged.length)] = random.pick([
        0,
        0x0a,
        0x1b,
        0x20,
        0x80,
        0xc0,
        0xed,
        0xff,
        random.integer(256),
      ]);
    return damaged;
  };
  return changePiece(parts, random, what, { suits: (kind) => kind === "text", change });
}

function damageValue(parts: GgufParts, random: RandomStream, what: string[]): GgufParts {
  const change = ({ bytes }: Piece): Uint8Array => {
    const hostile = random.pick([
      u32(random.pick([0, 1, 2, 3, 5, 8, 2 ** 20, 2 ** 31, 2 ** 32 - 1])),
      new Uint8Array(Float32Array.of(random.pick([Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 0.5])).buffer),
    ]);
    return hostile.slice(0, bytes.length);
  };
  return changePiece(parts, random, what, { suits: (kind) => kind === "value", change });
}

interface PieceChange {
  readonly suits: (kind: Piece["kind"]) => boolean;
  readonly change: (piece: Piece) => Uint8Array;
}

function changePiece(
  parts: GgufParts,
  random: RandomStream,
  what: string[],
  { suits, change }: PieceChange,
): GgufParts {
  const target = random.pick(
    [parts.start, ...parts.metadata, ...parts.tensors].flat().filter(({ kind }) => suits(kind)),
  );
  const bytes = change(target);
  what.push(`${target.kind} ${Buffer.from(target.bytes).toString("hex")} is ${Buffer.from(bytes).toString("hex")}`);
  const put = (record: GgufRecord): GgufRecord =>
    record.map((piece) => (piece === target ? { ...piece, bytes } : piece));
  return { ...parts, start: put(parts.start), metadata: parts.metadata.map(put), tensors: parts.tensors.map(put) };
}

/** Twice the same key or tensor, with the count as it was or as it is. */
function repeatRecord(parts: GgufParts, random: RandomStream, what: string[]): GgufParts {
  const of = random.pick(["metadata", "tensors"] as const);
  what.push(`one of ${of} twice`);
  return counted({ ...parts, [of]: [...parts[of], random.pick(parts[of])] }, random);
}

function removeRecord(parts: GgufParts, random: RandomStream, what: string[]): GgufParts {
  const of = random.pick(["metadata", "tensors"] as const);
  const index = random.integer(parts[of].length);
  what.push(`${of} ${index} removed`);
  return counted({ ...parts, [of]: parts[of].toSpliced(index, 1) }, random);
}

/** A key more, often one that means something. */
function addRecord(parts: GgufParts, random: RandomStream, what: string[]): GgufParts {
  const key = random.pick([
    "__proto__",
    "constructor",
    "toString",
    "",
    "llama.rope.scaling.type",
    "llama.rope.scaling.factor",
    "llama.attention.key_length",
    "tokenizer.ggml.scores",
    "tokenizer.chat_template",
    "general.name",
  ]);
  const value = random.pick<number | string | boolean | readonly string[] | readonly number[]>([
    0,
    1,
    2,
    2 ** 31,
    "",
    "linear",
    "yarn",
    "x".repeat(70_000),
    true,
    ["a", "b"],
    [1, 2, 3],
    Array.from({ length: 3000 }, (_, i) => i),
  ]);
  what.push(`the key ${key} more`);
  return counted({ ...parts, metadata: [...parts.metadata, entry(key, value, random.next() < 0.3)] }, random);
}

function alignmentOf(parts: GgufParts, random: RandomStream, what: string[]): GgufParts {
  const alignment = random.pick<number | string | readonly number[]>([
    0,
    1,
    3,
    16,
    32,
    64,
    2 ** 20,
    2 ** 31,
    Number.NaN,
    0.5,
    "32",
    [32],
  ]);
  what.push(`alignment ${String(alignment)}`);
  return {
    ...parts,
    metadata: parts.metadata.toSpliced(1, 1, entry("general.alignment", alignment, !Number.isInteger(alignment))),
  };
}

/** Two pieces of one kind in each other's place: overlapping tensors, foreign shapes, names that belong elsewhere. */
function swapPieces(parts: GgufParts, random: RandomStream, what: string[]): GgufParts {
  const kind = random.pick(["text", "dimension", "offset"] as const);
  const pieces = parts.tensors.flat().filter((piece) => piece.kind === kind);
  if (pieces.length < 2) return parts;
  const [a, b] = [random.pick(pieces), random.pick(pieces)];
  what.push(`a ${kind} swapped`);
  const places = new Map([
    [a, b],
    [b, a],
  ]);
  const put = (record: GgufRecord): GgufRecord => record.map((piece) => places.get(piece) ?? piece);
  return { ...parts, tensors: parts.tensors.map(put) };
}

function counted(parts: GgufParts, random: RandomStream): GgufParts {
  if (random.next() < 0.3) return parts;
  const [magic, version] = parts.start as [Piece, Piece];
  return {
    ...parts,
    start: [
      magic,
      version,
      { kind: "count", bytes: u64(parts.tensors.length) },
      { kind: "count", bytes: u64(parts.metadata.length) },
    ],
  };
}
