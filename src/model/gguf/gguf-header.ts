import { stat } from "node:fs/promises";
import { CheckpointError, show } from "../../errors.ts";
import { BLOCK_FORMATS, type BlockFormat } from "./dequantize.ts";

/** A tensor of a GGUF file and where its bytes stand. */
export interface GgufTensor {
  readonly name: string;
  /** In row-major order, as safetensors has it; the file gives the reverse. */
  readonly shape: readonly number[];
  readonly size: number;
  readonly format: BlockFormat & { readonly name: string };
  readonly begin: number;
  readonly end: number;
}

/** What stands before a GGUF file's numbers. */
export interface GgufHeader {
  /** The value under a key of the file itself; undefined where there is none. */
  get(key: string): unknown;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const ADVICE = "it is damaged, copy it again";
const MOST_DIMENSIONS = 4;
const MOST_NUMBERS = 2 ** 31;

/**
 * Reads the header of a GGUF file. Every size and place is checked against the file before anything relies on it.
 *
 * @throws CheckpointError where the file breaks the format or has tensors of a type that isn't read here
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  const { gguf, GGMLQuantizationType } = await import("@huggingface/gguf");
  const { size: fileBytes } = await stat(path);
  const parsed = await gguf(path, { allowLocalFile: true }).catch((error: unknown) => {
    throw new CheckpointError(`Expected ${show(path)} to be a GGUF file, got one that can't be read (${show((error as Error).message)}); ${ADVICE}.`);
  });
  if (!parsed.littleEndian) throw new CheckpointError(`Expected ${show(path)} to be little-endian, got the other order; convert it.`);
  const dataStart = Number(parsed.tensorDataOffset);
  // Names and values that reach beyond the end are cut off silently by the parser; then this place lies beyond it too.
  if (!(parsed.tensorInfoByteRange[1] <= fileBytes)) throw new CheckpointError(`Expected the header of ${show(path)} to end within its ${fileBytes} bytes, got ${parsed.tensorInfoByteRange[1]}; ${ADVICE}.`);
  const tensors = new Map<string, GgufTensor>();
  for (const { name, shape, dtype, offset } of parsed.tensorInfos) {
    const fail = (expected: string, came: unknown, advice: string = ADVICE): never => {
      throw new CheckpointError(`Expected tensor ${show(name)} in ${show(path)} to have ${expected}, got ${show(came)}; ${advice}.`);
    };
    if (tensors.has(name)) fail("a name of its own", "it twice");
    const format = BLOCK_FORMATS.get(dtype) ?? fail(`one of the types ${[...BLOCK_FORMATS.values()].map((known) => known.name).join(", ")}`, GGMLQuantizationType[dtype] ?? dtype, "convert it to one of them");
    const lengths = shape.map(Number);
    if (lengths.length === 0 || lengths.length > MOST_DIMENSIONS || lengths.some((length) => length < 1)) fail(`1 to ${MOST_DIMENSIONS} lengths from 1 up`, lengths);
    const size = lengths.reduce((product, length) => product * length, 1);
    if (!(size <= MOST_NUMBERS)) fail(`at most ${MOST_NUMBERS} numbers`, size);
    if (lengths[0]! % format.numbers !== 0) fail(`rows of a multiple of ${format.numbers} numbers, as ${format.name} has them in blocks`, lengths[0]);
    const begin = dataStart + Number(offset);
    const end = begin + (size / format.numbers) * format.bytes;
    if (!(end <= fileBytes)) fail(`its data within the file's ${fileBytes} bytes`, `an end at ${end}`);
    tensors.set(name, { name, shape: lengths.toReversed(), size, format, begin, end });
  }
  const metadata = parsed.metadata as unknown as Readonly<Record<string, unknown>>;
  return { get: (key) => (Object.hasOwn(metadata, key) ? metadata[key] : undefined), tensors };
}
