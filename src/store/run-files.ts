import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { RunError, show } from "../errors.ts";
import { diskError } from "../host/disk-error.ts";
import { entryAt, plainFile } from "../host/plain-files.ts";
import { checkFirstPage, MOST_PAGE, pageSizeOf } from "./first-page.ts";

export const RUN_DATABASE = "run.db";
export const LOCK_FILE = "run.lock";
/** Holds the queue of what is judged (judging/queue/), where a run has one. */
export const QUEUE_DATABASE = "evaluations.db";
/** Says which process holds the lock, which nobody else can read while it is held. */
export const WRITER_FILE = "run.writer";

/** Names a run among all whose queues are in one Redis. */
export const QUEUE_NAME_FILE = "evaluations.name";

export const QUEUE_FILES: readonly string[] = [
  QUEUE_DATABASE,
  `${QUEUE_DATABASE}-wal`,
  `${QUEUE_DATABASE}-shm`,
  QUEUE_NAME_FILE,
];

/** What a run's folder may hold of the store; everything else in it is somebody else's. */
export const STORE_FILES: readonly string[] = [
  RUN_DATABASE,
  `${RUN_DATABASE}-wal`,
  `${RUN_DATABASE}-shm`,
  LOCK_FILE,
  WRITER_FILE,
  ...QUEUE_FILES,
];
/**
 * Files that SQLite acts on by itself and that the store never leaves: a rollback journal can name any file, which
 * SQLite then deletes.
 */
const NEVER: readonly string[] = [
  `${QUEUE_DATABASE}-journal`,
  `${RUN_DATABASE}-journal`,
  `${LOCK_FILE}-journal`,
  `${LOCK_FILE}-wal`,
  `${LOCK_FILE}-shm`,
];

const [LOG_HEADER, FRAME_HEADER] = [32, 24];
/**
 * Of a file that is mostly holes, this part is on the disk at least; compressing file systems store less of honest
 * ones too.
 */
const MOST_HOLES = 64;
const SMALL = 2 ** 30;

/**
 * Looks at the files of a run's store before SQLite opens any of them.
 *
 * @throws RunError for a link, a pipe or a folder in the place of one, and for a journal
 */
export function checkRunFiles(folder: string): void {
  for (const name of NEVER) {
    if (entryAt(join(folder, name)) === null) continue;
    throw new RunError(
      `The folder ${show(folder)} holds ${name}, which aha doesn't leave behind and which can make SQLite ` +
        `delete other files; the run isn't opened. If you trust where it comes from, delete ${name}.`,
    );
  }
  for (const name of STORE_FILES) plainFile(join(folder, name));
}

/**
 * Looks at a run's database as bytes, before SQLite does: that it is a database, and that the list of its tables is
 * as short
 * as ours, in the file and in the log beside it. SQLite reads that list before any question can be asked, and a list
 * may be
 * made so that reading it never ends.
 *
 * @returns `empty` for a file without a byte, where a run was killed before it began
 * @throws RunError
 */
export function checkDatabaseFile(path: string): "empty" | "database" {
  const found = plainFile(path);
  if (found === null || found.size === 0) return "empty";
  if (found.size > SMALL && found.blocks * 512 * MOST_HOLES < found.size)
    throw new RunError(
      `The file ${show(path)} is damaged: of ${found.size} bytes nearly all are holes; restore it from a ` +
        "copy, or start a new run.",
    );
  const pageSize = withFile(path, (file) => {
    const page = readAt(file, 0, MOST_PAGE);
    const size = pageSizeOf(page, path);
    checkFirstPage(page.subarray(0, size), path);
    return size;
  });
  if (plainFile(`${path}-wal`) !== null) withFile(`${path}-wal`, (file) => checkLog(file, pageSize, path));
  return "database";
}

/** Every image of the first page in the log, up to where SQLite stops reading it. */
function checkLog(file: number, pageSize: number, path: string): void {
  const header = readAt(file, 0, LOG_HEADER);
  for (let at = LOG_HEADER; header.length === LOG_HEADER; at += FRAME_HEADER + pageSize) {
    const frame = readAt(file, at, FRAME_HEADER);
    // Behind the last frame stand those of before the log began anew, with other salts, or nothing.
    if (frame.length < FRAME_HEADER || frame.readUInt32BE(0) === 0 || frame.compare(header, 16, 24, 8, 16) !== 0)
      return;
    if (frame.readUInt32BE(0) !== 1) continue;
    const page = readAt(file, at + FRAME_HEADER, pageSize);
    if (page.length === pageSize) checkFirstPage(page, path);
  }
}

/** Never a link, and never waiting for a pipe, should one have come since the look. */
function withFile<T>(path: string, work: (file: number) => T): T {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw diskError("read", path, error);
  }
  try {
    return work(file);
  } catch (error) {
    throw diskError("read", path, error);
  } finally {
    // This also gives up the locks of the operating system that this process has on the file. The lock on run.db guards
    // nothing that run.lock, which is never opened here, doesn't.
    closeSync(file);
  }
}

/** Fewer bytes where the file ends. */
function readAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, at));
}
