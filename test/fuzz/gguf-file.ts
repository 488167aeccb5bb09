import { ggufName, weaveHeads } from "../../src/formats/gguf/gguf-names.ts";
import { parameterLayout } from "../../src/model/parameters.ts";
import { transposeInto } from "../../src/formats/transpose.ts";
import { joined } from "./damage-bytes.ts";
import { SMALL, SMALL_PARAMETERS } from "./small-model.ts";

/** A piece of a GGUF header, and what it means, so that damage can aim. */
export interface Piece {
  readonly kind:
    | "magic"
    | "version"
    | "count"
    | "length"
    | "text"
    | "type"
    | "value"
    | "dimensions"
    | "dimension"
    | "format"
    | "offset";
  readonly bytes: Uint8Array;
}

/** One key with its value, or one tensor's description. */
export type GgufRecord = readonly Piece[];

export interface GgufParts {
  readonly start: readonly Piece[];
  readonly metadata: readonly GgufRecord[];
  readonly tensors: readonly GgufRecord[];
  readonly data: Uint8Array;
}

const ALIGNMENT = 32;

export const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
export const u64 = (value: number | bigint): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
const f32 = (value: number): Uint8Array => new Uint8Array(Float32Array.of(value).buffer);

function text(value: string): Piece[] {
  const bytes = new TextEncoder().encode(value);
  return [
    { kind: "length", bytes: u64(bytes.length) },
    { kind: "text", bytes },
  ];
}

const type = (value: number): Piece => ({ kind: "type", bytes: u32(value) });
const value = (bytes: Uint8Array): Piece => ({ kind: "value", bytes });
const list = (of: number, items: readonly Piece[][]): Piece[] => [
  type(9),
  type(of),
  { kind: "length", bytes: u64(items.length) },
  ...items.flat(),
];

/** A key and a value of the kind that converters write. */
export function entry(
  key: string,
  given: number | string | boolean | readonly string[] | readonly number[],
  isFloat = false,
): GgufRecord {
  const single = (item: number | string | boolean): Piece[] => {
    if (typeof item === "string") return text(item);
    if (typeof item === "boolean") return [value(Uint8Array.of(item ? 1 : 0))];
    return [value(isFloat ? f32(item) : u32(item))];
  };
  const typeOf = (item: number | string | boolean): number => {
    if (typeof item === "string") return 8;
    if (typeof item === "boolean") return 7;
    return isFloat ? 6 : 4;
  };
  if (typeof given !== "object") return [...text(key), type(typeOf(given)), ...single(given)];
  return [...text(key), ...list(typeOf(given[0]!), given.map(single))];
}

/** The small model as the converter of llama.cpp writes it. */
export function smallGguf(): GgufParts {
  const tokens = ["<|end|>", "a", "b", "ab", "\u0120", "1"];
  const metadata = [
    entry("general.architecture", "llama"),
    entry("general.alignment", ALIGNMENT),
    entry("llama.block_count", SMALL.layers),
    entry("llama.context_length", SMALL.maxPositions),
    entry("llama.embedding_length", SMALL.hiddenSize),
    entry("llama.feed_forward_length", SMALL.ffSize),
    entry("llama.attention.head_count", SMALL.heads),
    entry("llama.attention.head_count_kv", SMALL.kvHeads),
    entry("llama.attention.layer_norm_rms_epsilon", SMALL.rmsNormEpsilon, true),
    entry("llama.rope.freq_base", SMALL.ropeTheta, true),
    entry("llama.rope.dimension_count", SMALL.headDim),
    entry("tokenizer.ggml.model", "gpt2"),
    entry("tokenizer.ggml.pre", "smollm"),
    entry("tokenizer.ggml.tokens", tokens),
    entry("tokenizer.ggml.token_type", [3, 1, 1, 1, 1, 1]),
    entry("tokenizer.ggml.merges", ["a b"]),
    entry("tokenizer.ggml.eos_token_id", 0),
    entry("tokenizer.ggml.add_bos_token", false),
  ];
  const tensors: GgufRecord[] = [];
  const data: Uint8Array[] = [];
  let offset = 0;
  for (const { name, shape, offset: first, size, transposed } of parameterLayout(SMALL)) {
    const values = SMALL_PARAMETERS.subarray(first, first + size);
    const stored = new Float32Array(size);
    if (transposed) transposeInto({ values, rows: shape[0]!, columns: shape[1]! }, stored);
    else stored.set(values);
    const woven = /[qk]_proj/.test(name) ? weaveHeads(stored, shape[1]! / SMALL.headDim, SMALL.headDim) : stored;
    // From the fastest dimension to the slowest.
    const lengths = transposed ? shape : shape.toReversed();
    tensors.push([
      ...text(ggufName(name)),
      { kind: "dimensions", bytes: u32(lengths.length) },
      ...lengths.map((length): Piece => ({ kind: "dimension", bytes: u64(length) })),
      { kind: "format", bytes: u32(0) },
      { kind: "offset", bytes: u64(offset) },
    ]);
    data.push(new Uint8Array(woven.buffer), new Uint8Array(-woven.byteLength & (ALIGNMENT - 1)));
    offset = Math.ceil((offset + woven.byteLength) / ALIGNMENT) * ALIGNMENT;
  }
  const start: Piece[] = [
    { kind: "magic", bytes: new TextEncoder().encode("GGUF") },
    { kind: "version", bytes: u32(3) },
    { kind: "count", bytes: u64(tensors.length) },
    { kind: "count", bytes: u64(metadata.length) },
  ];
  return { start, metadata, tensors, data: joined(...data) };
}

/** The file of the parts as they are, whatever they claim. */
export function ggufBytes({ start, metadata, tensors, data }: GgufParts): {
  readonly bytes: Uint8Array;
  readonly headerEnd: number;
} {
  const header = joined(...[start, ...metadata, ...tensors].flat().map((piece) => piece.bytes));
  return { bytes: joined(header, new Uint8Array(-header.length & (ALIGNMENT - 1)), data), headerEnd: header.length };
}

/** The small model with other or more values under some keys, and without others. */
export function ggufWith(records: readonly GgufRecord[], without: readonly string[] = []): Uint8Array {
  const parts = smallGguf();
  const nameOf = (record: GgufRecord): string => Buffer.from(record[1]!.bytes).toString();
  const gone = new Set([...records.map(nameOf), ...without]);
  const metadata = [...parts.metadata.filter((record) => !gone.has(nameOf(record))), ...records];
  const [magic, version, tensors] = parts.start as [Piece, Piece, Piece];
  return ggufBytes({
    ...parts,
    metadata,
    start: [magic, version, tensors, { kind: "count", bytes: u64(metadata.length) }],
  }).bytes;
}
