import { CheckpointError } from "../errors.ts";
import { jsonSize } from "../json-size.ts";

const MOST_DEPTH = 64;
const MOST_CONTAINERS = 2 ** 20;

/**
 * The value of a foreign JSON text. How deep it nests and how many objects it holds is counted first: `[[[[` costs fifty
 * times its size in memory when it is parsed.
 *
 * @param bytes in UTF-8
 * @param what what messages call it
 * @throws CheckpointError
 */
export function parseJson(bytes: Uint8Array, what: string, advice = "copy it again"): unknown {
  const { depth, containers } = jsonSize(bytes);
  if (depth > MOST_DEPTH || containers > MOST_CONTAINERS) {
    throw new CheckpointError(`Expected ${what} to hold JSON of at most ${MOST_DEPTH} levels and ${MOST_CONTAINERS} objects, got ${depth} and ${containers}; ${advice}.`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new CheckpointError(`Expected ${what} to hold JSON in UTF-8, got something else; ${advice}.`);
  }
}
