import { CheckpointError } from "../errors.ts";
import { parseJson } from "../host/parse-json.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";

/** Number types that are read; everything is computed and written in F32. */
export type TensorType = "F32" | "F16" | "BF16";

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<TensorType, number>> = { F32: 4, F16: 2, BF16: 2 };

/** One tensor's place in a safetensors file. */
export interface TensorEntry {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly size: number;
  /** First byte and the byte after the last, counted from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** By place in the file. */
  readonly entries: readonly TensorEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes before the header: its length as an unsigned 64-bit number, little-endian. */
export const LENGTH_BYTES = 8;
const MOST_HEADER_BYTES = 2 ** 23;
const MOST_DIMENSIONS = 8;
const ADVICE = "the file is damaged, copy it again";

/**
 * Checks the length field.
 *
 * @param start the file's first 8 bytes, or fewer where it is shorter
 * @param fileBytes the file's true size
 * @returns number of header bytes that follow
 * @throws CheckpointError where the header wouldn't fit the file or is larger than 8 MiB
 */
export function safetensorsHeaderLength(start: Uint8Array, fileBytes: number, where: string): number {
  if (start.length < LENGTH_BYTES || fileBytes < LENGTH_BYTES) {
    throw new CheckpointError(
      `Expected ${where} to begin with an 8-byte length, got a file of ${fileBytes} bytes; ${ADVICE}.`,
    );
  }
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (length < 2n || length > BigInt(fileBytes - LENGTH_BYTES)) {
    throw new CheckpointError(
      `Expected the header of ${where} to fit its ${fileBytes} bytes, got a length of ${length}; ${ADVICE}.`,
    );
  }
  if (length > BigInt(MOST_HEADER_BYTES)) {
    throw new CheckpointError(
      `Expected the header of ${where} to have at most ${MOST_HEADER_BYTES} bytes, got ${length}; is this a safetensors file?`,
    );
  }
  return Number(length);
}

/**
 * Reads the header and checks that its tensors fill the file: in bounds, without gaps or overlaps, each as long as its
 * shape says.
 *
 * @param header the header's bytes, without the length field
 * @throws CheckpointError naming the tensor that is wrong
 */
export function parseSafetensorsHeader(header: Uint8Array, fileBytes: number, where: string): SafetensorsHeader {
  const json = parseJsonObject(header, where);
  const dataStart = LENGTH_BYTES + header.length;
  const entries: TensorEntry[] = [];
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of Object.entries(json)) {
    if (name === "__metadata__") metadata = parseMetadata(value, where);
    else entries.push(parseEntry(name, value, { dataStart, fileBytes, where }));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let next = dataStart;
  for (const entry of entries) {
    if (entry.begin !== next) {
      const what = entry.begin < next ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new CheckpointError(
        `Expected the tensors of ${where} to follow each other, but ${showJson(entry.name)} ${what}; ${ADVICE}.`,
      );
    }
    next = entry.end;
  }
  if (next !== fileBytes)
    throw new CheckpointError(
      `Expected ${where} to end after its last tensor at byte ${next}, got ${fileBytes} bytes; ${ADVICE}.`,
    );
  return { entries, metadata };
}

function parseJsonObject(header: Uint8Array, where: string): Record<string, unknown> {
  const json = parseJson(header, `the header of ${where}`, "check that it is a safetensors file");
  if (!isJsonObject(json))
    throw new CheckpointError(
      `Expected the header of ${where} to be a JSON object, got ${showJson(json)}; is this a safetensors file?`,
    );
  return json;
}

function parseMetadata(value: unknown, where: string): ReadonlyMap<string, string> {
  if (!isJsonObject(value))
    throw new CheckpointError(
      `Expected \`__metadata__\` in ${where} to be an object, got ${showJson(value)}; ${ADVICE}.`,
    );
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string")
      throw new CheckpointError(
        `Expected metadata ${showJson(key)} in ${where} to be a string, got ${showJson(text)}; ${ADVICE}.`,
      );
    metadata.set(key, text);
  }
  return metadata;
}

/** Which file a header describes. */
interface DescribedFile {
  /** Where its data begins, and how long all of it is, in bytes. */
  readonly dataStart: number;
  readonly fileBytes: number;
  /** What messages call it. */
  readonly where: string;
}

function parseEntry(name: string, value: unknown, { dataStart, fileBytes, where }: DescribedFile): TensorEntry {
  const fail = (expected: string, came: unknown, advice: string = ADVICE): never => {
    throw new CheckpointError(
      `Expected tensor ${showJson(name)} in ${where} to have ${expected}, got ${showJson(came)}; ${advice}.`,
    );
  };
  if (!isJsonObject(value)) return fail("a description", value);
  const field = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  const type = field("dtype");
  if (type !== "F32" && type !== "F16" && type !== "BF16")
    return fail("type F32, F16 or BF16", type, "convert it to one of them");
  const shape = field("shape");
  if (!isShape(shape)) return fail(`a shape of at most ${MOST_DIMENSIONS} lengths`, shape);
  const size = shape.reduce((product, length) => product * length, 1);
  const dataBytes = fileBytes - dataStart;
  if (!(size * ELEMENT_BYTES[type] <= dataBytes))
    return fail(`a shape that fits the file's ${dataBytes} bytes of data`, shape);
  const offsets = field("data_offsets");
  if (!isRange(offsets, dataBytes)) {
    return fail(`two offsets in order, from 0 to ${dataBytes}`, offsets);
  }
  const [begin, end] = offsets;
  if (end - begin !== size * ELEMENT_BYTES[type])
    return fail(`${size * ELEMENT_BYTES[type]} bytes by its shape`, end - begin);
  return { name, type, shape, size, begin: dataStart + begin, end: dataStart + end };
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= MOST_DIMENSIONS && value.every(isCount);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRange(value: unknown, most: number): value is [number, number] {
  return (
    Array.isArray(value) && value.length === 2 && value.every(isCount) && value[0]! <= value[1]! && value[1]! <= most
  );
}
