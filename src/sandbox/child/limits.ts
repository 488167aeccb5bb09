/** What both sides of the pipe to a sandbox process hold to. */

/** A frame is its length in so many bytes, little end first, and so many bytes of JSON. */
export const FRAME_HEADER = 4;
/** Bytes of a frame: a snapshot is the longest. */
export const LONGEST_FRAME = 64_000_000;

/** Of a value that crosses between an answer and its test. */
export const VALUE_LIMITS = { depth: 60, items: 1_000_000, iterated: 100_000, characters: 4_000_000 } as const;

/** Bytes, or characters, of output that are kept. */
export const MOST_OUTPUT = 4_000_000;

/** What a frame begins with. */
export function frameHeader(length: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER);
  header.writeUInt32LE(length, 0);
  return header;
}
