import { readFile } from "node:fs/promises";
import { checkFile, bytesOfFile, rethrowReadError } from "./check-file.ts";
import { parseJson } from "./parse-json.ts";

/** The value of a JSON file of a model. @throws CheckpointError where it is missing, too large or damaged */
export async function readJsonFile(path: string, mostBytes: number): Promise<unknown> {
  await checkFile(path, mostBytes);
  return parseJson(await readFile(path).catch((error: unknown) => rethrowReadError(path, error)), path);
}

/** The same of a file that may be missing: an empty object then. */
export async function readOptionalJsonFile(path: string, mostBytes: number): Promise<unknown> {
  return (await bytesOfFile(path)) === null ? {} : readJsonFile(path, mostBytes);
}
