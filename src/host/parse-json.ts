import { CheckpointError } from "../errors.ts";

const MOST_DEPTH = 64;
const MOST_CONTAINERS = 2 ** 20;
const [QUOTE, BACKSLASH, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d];

/**
 * The value of a foreign JSON text. How deep it nests and how many objects it holds is counted first: `[[[[` costs
 * fifty times its size in memory when it is parsed.
 *
 * @param bytes in UTF-8
 * @param what what messages call it
 * @throws CheckpointError
 */
export function parseJson(bytes: Uint8Array, what: string, advice = "copy it again"): unknown {
  const { depth, containers } = measure(bytes);
  if (depth > MOST_DEPTH || containers > MOST_CONTAINERS) {
    throw new CheckpointError(
      `Expected ${what} to hold JSON of at most ${MOST_DEPTH} levels and ${MOST_CONTAINERS} objects, got ${depth} and ${containers}; ${advice}.`,
    );
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new CheckpointError(`Expected ${what} to hold JSON in UTF-8, got something else; ${advice}.`);
  }
}

/** Counts brackets outside of texts, which is exact for what is JSON. */
function measure(bytes: Uint8Array): { readonly depth: number; readonly containers: number } {
  let [deepest, depth, containers] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      containers++;
      deepest = Math.max(deepest, ++depth);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return { depth: deepest, containers };
}
