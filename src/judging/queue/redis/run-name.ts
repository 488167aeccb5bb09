import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { newSecret } from "../../../host/secrets.ts";
import { makeOwnFolder, plainFile, writeNewFile } from "../../../host/plain-files.ts";
import { checkRunFiles, QUEUE_NAME_FILE } from "../../../store/run-files.ts";

const NAME = /^[A-Za-z0-9_-]{1,100}$/;
const MOST_BYTES = 200;
const OF_FOLDER = 40;

/**
 * What a run is called in a Redis that others use too: its folder's name with a part that nobody else has, kept in the
 * folder.
 *
 * @throws RunError where the folder can't be written
 */
export function runNameIn(folder: string): string {
  makeOwnFolder(folder);
  checkRunFiles(folder);
  const known = knownRunName(folder);
  if (known !== null) return known;
  const name = newRunName(basename(folder));
  writeNewFile(join(folder, QUEUE_NAME_FILE), `${name}\n`);
  return name;
}

/** The same of a run that has one; null for none, and for a file of others. */
export function knownRunName(folder: string): string | null {
  const path = join(folder, QUEUE_NAME_FILE);
  const found = plainFile(path);
  if (found === null || found.size > MOST_BYTES) return null;
  const name = readFileSync(path, "utf8").trim();
  return isRunName(name) ? name : null;
}

export function isRunName(text: string): boolean {
  return NAME.test(text);
}

/** For people it begins with what they know. */
export function newRunName(called: string): string {
  const letters = called.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, OF_FOLDER);
  return `${letters}-${newSecret().slice(0, 16)}`;
}
