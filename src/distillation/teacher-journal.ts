import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { RunError, show } from "../errors.ts";
import { diskError } from "../runs/disk-error.ts";
import { byteLines } from "../training/byte-lines.ts";

/** A completion by a teacher. */
export interface TeacherAnswer {
  /** Empty where the teacher gave none. */
  readonly text: string;
  /** The teacher ended it itself; not cut at the length limit, filtered or empty. */
  readonly finished: boolean;
}

/** Which completion of which prompt under which settings. */
export interface SampleKey {
  readonly id: string;
  /** From 0. */
  readonly sample: number;
  /** Hash of the prompt and of the settings that decide about its completions. */
  readonly hash: string;
}

/** Answers on disk as they come, so that none is asked for twice. For one process at a time. */
export interface TeacherJournal {
  get(key: SampleKey): TeacherAnswer | undefined;
  /** Adds an answer and waits until it is on the disk. @throws RunError where it can't be written */
  append(key: SampleKey, answer: TeacherAnswer): void;
  close(): void;
}

/** Bytes; an answer is smaller. */
const LONGEST_LINE = 2 ** 28;

/**
 * Opens a journal, or makes it: a line of JSON by answer. Lines of other settings stay; a last line that a kill left torn is cut off.
 *
 * @throws RunError where a line is damaged, or the file can't be read or written
 */
export async function openTeacherJournal(path: string): Promise<TeacherJournal> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const { answers, end } = await readJournal(path);
    return writer(path, answers, end);
  } catch (error) {
    throw diskError("open", path, error);
  }
}

function writer(path: string, answers: Map<string, TeacherAnswer>, start: number): TeacherJournal {
  const file = openSync(path, "a");
  let end = start;
  return {
    get: (key) => answers.get(nameOf(key)),
    append(key, { text, finished }) {
      const line = Buffer.from(`${JSON.stringify({ id: key.id, sample: key.sample, hash: key.hash, text, finished })}\n`);
      try {
        for (let at = 0; at < line.length; ) at += writeSync(file, line, at);
        fsyncSync(file);
      } catch (error) {
        // Half a line would spoil the next one. Where even this fails, nothing follows: the teacher stops.
        ftruncateSync(file, end);
        throw diskError("write", path, error);
      }
      end += line.length;
      answers.set(nameOf(key), { text, finished });
    },
    close: () => closeSync(file),
  };
}

async function readJournal(path: string): Promise<{ answers: Map<string, TeacherAnswer>; end: number }> {
  const answers = new Map<string, TeacherAnswer>();
  let end = 0;
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return { answers, end };
  for await (const line of byteLines(path, LONGEST_LINE)) {
    if (!line.whole) {
      truncateSync(path, end);
      break;
    }
    const [key, answer] = readLine(line.text, path, line.number);
    answers.set(nameOf(key), answer);
    end = line.end;
  }
  return { answers, end };
}

function readLine(text: string | null, path: string, number: number): [SampleKey, TeacherAnswer] {
  try {
    const { id, sample, hash, text: answer, finished } = JSON.parse(text ?? "") as Record<string, unknown>;
    if (typeof id === "string" && typeof sample === "number" && typeof hash === "string" && typeof answer === "string" && typeof finished === "boolean") return [{ id, sample, hash }, { text: answer, finished }];
  } catch {
    // Told below, like any other damage.
  }
  throw new RunError(`Expected line ${number} of the journal ${show(path)} to hold an answer, got ${text === null ? "bytes that are not UTF-8" : show(text)}; delete that line to ask for it again, or choose another file.`);
}

function nameOf({ id, sample, hash }: SampleKey): string {
  return `${hash} ${sample} ${id}`;
}
