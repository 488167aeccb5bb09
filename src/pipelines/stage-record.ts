import { readFileSync } from "node:fs";
import { RunError, show } from "../errors.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { plainFile } from "../host/plain-files.ts";
import { fields, list, misfitText, namedValues, number, boundedText, type Shape } from "../store/shape.ts";

const MOST_BYTES = 2 ** 27;
const MOST_CONTAINERS = 2 ** 22;

/**
 * What a finished stage left in its folder.
 *
 * @param result what its result must be like
 * @returns null where nothing is there
 * @throws RunError for anything but such a record
 */
export function readStageRecord(path: string, result: Shape): unknown {
  const found = plainFile(path);
  if (found === null) return null;
  const wrong = (what: string): RunError =>
    new RunError(
      `Expected ${show(path)} to hold the record of a stage, got damage (${what}); delete the folder to do the stage again.`,
    );
  if (found.size > MOST_BYTES) throw wrong(`${found.size} bytes`);
  const json = foreignJson(readFileSync(path), MOST_CONTAINERS);
  if (json.expected !== undefined) throw wrong(`expected ${json.expected}, got ${json.got ?? "something else"}`);
  const record = json.value;
  const source = fields({ name: boundedText(1000), key: boundedText(64) });
  const misfit = fields({
    name: boundedText(1000),
    key: boundedText(64),
    inputs: list(source, 1000),
    outputs: namedValues(boundedText(64), 1000),
    seconds: number(0, 1e12),
    result,
  })(record);
  if (misfit !== null) throw wrong(misfitText(misfit));
  return record;
}
