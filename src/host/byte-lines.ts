import { isAscii } from "node:buffer";
import { createReadStream } from "node:fs";
import { OptionError, show } from "../errors.ts";
import { checkPlainFile } from "./check-plain-file.ts";

export interface ByteLine {
  /** Without its newline; null where the bytes are not UTF-8. */
  readonly text: string | null;
  /** From 1. */
  readonly number: number;
  /** The offset in bytes that follows the line and its newline. */
  readonly end: number;
  /** Ends with a newline; only the last line may not. */
  readonly whole: boolean;
}

const NEWLINE = 0x0a;
/** Bytes that are read at once. */
const PIECE = 2 ** 18;

/**
 * The lines of a file, read as they are asked for. Not node:readline, which joins a line before anyone can refuse it (a
 * file of gigabytes without a newline ends the process), and which doesn't tell where a line ends in the file.
 *
 * @throws OptionError for a line of more than `mostBytes`, a pipe or a device; what the file system throws, as it is
 */
export async function* byteLines(path: string, mostBytes: number): AsyncGenerator<ByteLine> {
  for await (const lines of lineBatches(path, mostBytes)) yield* lines;
}

/** The same, those of a piece of the file at once: a million lines one by one cost seconds of waiting alone. */
export async function* lineBatches(
  path: string,
  mostBytes: number,
  name: string = path,
): AsyncGenerator<readonly ByteLine[]> {
  await checkPlainFile(path);
  yield* lineBatchesOf(createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Uint8Array>, mostBytes, name);
}

/** The same of bytes as they come. @param path what messages call them */
export async function* lineBatchesOf(
  chunks: AsyncIterable<Uint8Array>,
  mostBytes: number,
  path: string,
): AsyncGenerator<readonly ByteLine[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let number = 1;
  let end = 0;
  const take = (piece: Uint8Array): void => {
    bytes += piece.length;
    if (bytes > mostBytes)
      throw new OptionError(
        `Expected line ${number} of ${show(path)} to have at most ${mostBytes / 1e6} MB, got more; split it, or leave it out.`,
      );
    pieces.push(piece);
  };
  const line = (whole: boolean, plain: string | null = null): ByteLine => {
    end += bytes + (whole ? 1 : 0);
    const text = plain ?? decode(decoder, pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
    const found = { text, number: number++, end, whole };
    pieces = [];
    bytes = 0;
    return found;
  };
  for await (const chunk of chunks) {
    let start = 0;
    const lines: ByteLine[] = [];
    // A piece that is ASCII is one text, and its lines are parts of it: each by itself takes three times as long.
    const plain = asciiText(chunk);
    const next = (from: number): number => (plain === null ? chunk.indexOf(NEWLINE, from) : plain.indexOf("\n", from));
    for (let newline = next(0); newline >= 0; newline = next(start)) {
      const begun = bytes > 0;
      take(chunk.subarray(start, newline));
      lines.push(line(true, plain === null || begun ? null : plain.slice(start, newline)));
      start = newline + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (bytes > 0) yield [line(false)];
}

/** The text of bytes that are all ASCII, whose places are those of the bytes; null for others. */
export function asciiText(bytes: Uint8Array): string | null {
  return isAscii(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1") : null;
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
