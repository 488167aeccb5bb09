import type { FileHandle } from "node:fs/promises";
import { CheckpointError, show } from "../../errors.ts";
import { readBytes } from "../../host/read-bytes.ts";
import { BLOCK_FORMATS, OTHER_FORMATS, type BlockFormat } from "./dequantize.ts";
import { GgufCursor, type MetadataValue } from "./gguf-cursor.ts";

/** A tensor of a GGUF file and where its bytes stand. */
export interface GgufTensor {
  readonly name: string;
  /** In row-major order, as safetensors has it; the file gives the reverse. */
  readonly shape: readonly number[];
  readonly size: number;
  readonly format: BlockFormat;
  readonly begin: number;
  readonly end: number;
}

/** What stands before a GGUF file's numbers. */
export interface GgufHeader {
  /** The value under a key of the file; undefined where there is none. */
  get(key: string): unknown;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const MAGIC = 0x4655_4747;
/** Several times what the largest vocabularies take. */
const MOST_HEADER_BYTES = 2 ** 25;
const MOST_ENTRIES = 2 ** 16;
const MOST_NAME_BYTES = 2 ** 16 - 1;
const MOST_DIMENSIONS = 4;
const MOST_NUMBERS = 2 ** 31;
const ALIGNMENT = "general.alignment";
const ADVICE = "it is damaged, copy it again";

/**
 * Reads the header of a GGUF file. Every size and place is checked against the file before anything relies on it.
 * Format: docs/gguf.md of ggml-org/ggml, versions 2 and 3.
 *
 * @throws CheckpointError where the file breaks the format or has tensors of a type that isn't read here
 */
export async function readGgufHeader(file: FileHandle, path: string): Promise<GgufHeader> {
  const { size: fileBytes } = await file.stat();
  const cursor = new GgufCursor(
    await readBytes(file, 0, Math.min(fileBytes, MOST_HEADER_BYTES), path),
    path,
    fileBytes,
  );
  checkFormat(cursor, path);
  const [tensorCount, valueCount] = [entryCount(cursor, "tensors"), entryCount(cursor, "values")];
  const metadata = readMetadata(cursor, valueCount);
  const infos = Array.from({ length: tensorCount }, () => readTensorInfo(cursor, path));
  const alignment = alignmentOf(metadata, path);
  const align = (at: number): number => Math.ceil(at / alignment) * alignment;
  const dataStart = align(cursor.at);
  const tensors = new Map<string, GgufTensor>();
  let next = 0;
  for (const { offset, ...info } of infos) {
    const fail = refusal(info.name, path);
    if (tensors.has(info.name)) fail("a name of its own", "it twice");
    // llama.cpp wants the same: tensors follow each other in the order of the header.
    if (offset !== next) fail(`its data at offset ${next}, after the tensor before it`, offset);
    const bytes = (info.size / info.format.numbers) * info.format.bytes;
    const begin = dataStart + offset;
    if (begin + bytes > fileBytes) fail(`its data within the file's ${fileBytes} bytes`, `an end at ${begin + bytes}`);
    tensors.set(info.name, { ...info, begin, end: begin + bytes });
    next = align(offset + bytes);
  }
  return { get: (key) => metadata.get(key), tensors };
}

function checkFormat(cursor: GgufCursor, path: string): void {
  if (cursor.uint32() !== MAGIC)
    throw new CheckpointError(`Expected ${show(path)} to be a GGUF file, got one that begins otherwise; ${ADVICE}.`);
  const version = cursor.uint32();
  if (version === 2 || version === 3) return;
  // The other byte order puts the version into the upper half.
  const came = version >= 2 ** 16 ? "one in big-endian order" : `version ${version}`;
  throw new CheckpointError(
    `Expected ${show(path)} to be a GGUF file of version 2 or 3 in little-endian order, got ${came}; convert the model again.`,
  );
}

function entryCount(cursor: GgufCursor, of: string): number {
  const count = cursor.uint64();
  return count <= MOST_ENTRIES ? count : cursor.fail(`at most ${MOST_ENTRIES} ${of}`, count);
}

function readMetadata(cursor: GgufCursor, count: number): Map<string, MetadataValue> {
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < count; i++) {
    const key = cursor.text(MOST_NAME_BYTES);
    if (metadata.has(key)) cursor.fail("every key once", key);
    metadata.set(key, cursor.value());
  }
  return metadata;
}

function readTensorInfo(
  cursor: GgufCursor,
  path: string,
): Omit<GgufTensor, "begin" | "end"> & { readonly offset: number } {
  const name = cursor.text(MOST_NAME_BYTES);
  const fail = refusal(name, path);
  const dimensions = cursor.uint32();
  if (dimensions < 1 || dimensions > MOST_DIMENSIONS) fail(`1 to ${MOST_DIMENSIONS} lengths`, dimensions);
  const lengths = Array.from({ length: dimensions }, () => cursor.uint64());
  const size = lengths.reduce((product, length) => product * length, 1);
  if (!(size >= 1 && size <= MOST_NUMBERS)) fail(`1 to ${MOST_NUMBERS} numbers`, lengths);
  const type = cursor.uint32();
  const format =
    BLOCK_FORMATS.get(type) ??
    fail(
      `one of the types ${[...BLOCK_FORMATS.values()].map((known) => known.name).join(", ")}`,
      OTHER_FORMATS.get(type) ?? type,
      "convert it to one of them",
    );
  if (lengths[0]! % format.numbers !== 0)
    fail(`rows of a multiple of ${format.numbers} numbers, as ${format.name} has them in blocks`, lengths[0]);
  return { name, shape: lengths.toReversed(), size, format, offset: cursor.uint64() };
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>, path: string): number {
  const alignment = metadata.get(ALIGNMENT) ?? 32;
  if (typeof alignment === "number" && alignment >= 1 && alignment <= 2 ** 20 && Number.isInteger(Math.log2(alignment)))
    return alignment;
  throw new CheckpointError(
    `Expected \`${ALIGNMENT}\` of ${show(path)} to be a power of two up to ${2 ** 20}, got ${show(alignment)}; ${ADVICE}.`,
  );
}

function refusal(name: string, path: string): (expected: string, came: unknown, advice?: string) => never {
  return (expected, came, advice = ADVICE) => {
    throw new CheckpointError(
      `Expected tensor ${show(name)} in ${show(path)} to have ${expected}, got ${show(came)}; ${advice}.`,
    );
  };
}
