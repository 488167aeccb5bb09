import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { RunError, show } from "../errors.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { diskError } from "./disk-error.ts";
import { plainFile } from "./plain-files.ts";
import { byteLines } from "./byte-lines.ts";

/**
 * What was sampled, on disk as it comes, by a key each, so that nothing is sampled twice. For one process at a time.
 */
export interface Journal<T> {
  get(key: string): T | undefined;
  /** Adds entries and waits until they are on the disk. @throws RunError where they can't be written */
  append(entries: readonly (readonly [key: string, value: T])[]): void;
  close(): void;
}

/** Bytes; an entry is smaller. */
const LONGEST_LINE = 2 ** 28;

/**
 * Opens a journal, or makes it: a line `[key, value]` by entry. What decides about a value belongs into its key:
 * entries of other settings stay, and are not found. A last line that a kill left torn is cut off.
 *
 * @param read a value as it should be, or null where it is something else
 * @throws RunError where a line is damaged, or the file can't be read or written
 */
export async function openJournal<T>(path: string, read: (value: unknown) => T | null): Promise<Journal<T>> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    plainFile(path);
    const { entries, end } = await readJournal(path, read);
    return writer(path, entries, end);
  } catch (error) {
    throw diskError("open", path, error);
  }
}

function writer<T>(path: string, entries: Map<string, T>, start: number): Journal<T> {
  const file = openSync(path, "a");
  let end = start;
  return {
    get: (key) => entries.get(key),
    append(added) {
      const lines = Buffer.from(added.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
      try {
        for (let at = 0; at < lines.length;) at += writeSync(file, lines, at);
        fsyncSync(file);
      } catch (error) {
        // Half a line would spoil the next one. Where even this fails, nothing follows: the sampling stops.
        ftruncateSync(file, end);
        throw diskError("write", path, error);
      }
      end += lines.length;
      for (const [key, value] of added) entries.set(key, value);
    },
    close: () => closeSync(file),
  };
}

async function readJournal<T>(
  path: string,
  read: (value: unknown) => T | null,
): Promise<{ entries: Map<string, T>; end: number }> {
  const entries = new Map<string, T>();
  let end = 0;
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return { entries, end };
  for await (const line of byteLines(path, LONGEST_LINE)) {
    if (!line.whole) {
      truncateSync(path, end);
      break;
    }
    const [key, value] = readLine(line.text, read, path, line.number);
    entries.set(key, value);
    end = line.end;
  }
  return { entries, end };
}

function readLine<T>(
  text: string | null,
  read: (value: unknown) => T | null,
  path: string,
  number: number,
): [string, T] {
  const entry = foreignJson(text ?? "").value;
  if (Array.isArray(entry) && typeof entry[0] === "string") {
    const value = read(entry[1]);
    if (value !== null) return [entry[0], value];
  }
  throw new RunError(
    `Expected line ${number} of the journal ${show(path)} to hold what was sampled, got ${text === null ? "bytes that are not UTF-8" : show(text)}; delete that line to sample it again, or choose another file.`,
  );
}
