import { CheckpointError } from "../errors.ts";
import { foreignJson } from "../text/foreign-json.ts";

/**
 * The value of a JSON text of a model.
 *
 * @param bytes in UTF-8
 * @param what what messages call it
 * @throws CheckpointError for anything else, or what nests too deep
 */
export function parseJson(bytes: Uint8Array, what: string, advice = "copy it again"): unknown {
  const json = foreignJson(bytes);
  if (json.expected === undefined) return json.value;
  const [expected, got] = json.got === null ? ["JSON in UTF-8", "something else"] : [json.expected, json.got];
  throw new CheckpointError(`Expected ${what} to hold ${expected}, got ${got}; ${advice}.`);
}
