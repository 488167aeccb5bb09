import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { RunError, show } from "../errors.ts";

/** A sampled completion as the journal keeps it. */
export interface JournalledSample {
  readonly text: string;
  readonly tokens: number;
  readonly status: "finished" | "truncated";
}

/** Samples on disk as they come, by an id each, so that nothing is sampled twice. */
export interface SampleJournal {
  readonly kept: ReadonlyMap<string, readonly JournalledSample[]>;
  /** Adds entries and waits until they are on the disk. */
  append(entries: readonly (readonly [id: string, samples: readonly JournalledSample[]])[]): void;
  close(): void;
}

/**
 * Opens a journal, or makes it. Its first line holds a hash of the settings that it was sampled with; a line that a kill
 * left torn at the end is cut off.
 *
 * @throws RunError where it was made with other settings or is damaged
 */
export function openJournal(path: string, settings: object): SampleJournal {
  const head = `${JSON.stringify({ settings: createHash("sha256").update(JSON.stringify(settings)).digest("hex") })}\n`;
  const kept = new Map<string, readonly JournalledSample[]>();
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) {
    const text = readFileSync(path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    const [first, ...lines] = whole.split("\n").slice(0, -1);
    if (first !== undefined && `${first}\n` !== head) throw new RunError(`Expected ${path} to hold samples of these settings, got those of others; choose another folder, or delete it.`);
    lines.forEach((line, i) => {
      const [id, samples] = readEntry(line, path, i + 2);
      kept.set(id, samples);
    });
    if (first !== undefined) return writer(path, kept, "");
  }
  return writer(path, kept, head);
}

function writer(path: string, kept: Map<string, readonly JournalledSample[]>, head: string): SampleJournal {
  const file = openSync(path, "a");
  const write = (text: string): void => {
    writeSync(file, text);
    fsyncSync(file);
  };
  if (head !== "") write(head);
  return {
    kept,
    append(entries) {
      write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
      for (const [id, samples] of entries) kept.set(id, samples);
    },
    close: () => closeSync(file),
  };
}

function readEntry(line: string, path: string, number: number): readonly [string, readonly JournalledSample[]] {
  try {
    const [id, samples] = JSON.parse(line) as [unknown, unknown];
    const whole = Array.isArray(samples) && samples.every((sample: Partial<JournalledSample> | null) => typeof sample?.text === "string" && typeof sample.tokens === "number" && (sample.status === "finished" || sample.status === "truncated"));
    if (typeof id === "string" && whole) return [id, samples as JournalledSample[]];
  } catch {
    // Told below, like any other damage.
  }
  throw new RunError(`Expected line ${number} of ${path} to hold samples, got ${show(line)}; delete the file to sample anew.`);
}
