import { readFile, stat } from "node:fs/promises";
import { OptionError, show } from "../errors.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { diskError } from "./disk-error.ts";

const MOST_BYTES = 2 ** 20;

/** A file of options as a JSON object, unchecked. @throws OptionError for a file that is none; what the disk says */
export async function readOptionsFile(path: string): Promise<Record<string, unknown>> {
  const failed = (error: Error): never => {
    throw diskError("read", path, error);
  };
  const { size } = await stat(path).catch(failed);
  if (size > MOST_BYTES)
    throw new OptionError(`Expected a file of options of at most ${MOST_BYTES} bytes, got ${size} in ${show(path)}.`);
  const text = await readFile(path, "utf8").catch(failed);
  const parsed = foreignJson(text);
  if (parsed.expected !== undefined)
    throw new OptionError(`Expected ${parsed.expected} in ${show(path)}, got ${parsed.got ?? show(text)}.`);
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new OptionError(`Expected an object of options in ${show(path)}, got ${show(value)}.`);
  return value as Record<string, unknown>;
}
