import { sha256Of } from "../../host/sha256.ts";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TaskError, show } from "../../errors.ts";
import { sumOf } from "../../numbers/sum.ts";
import { wrongPath } from "../../tasks/edits/edit-path.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { GitTree, indexPack } from "./git-tree.ts";
import { SandboxError } from "./sandbox-error.ts";
import { readTaskFolder } from "./task-folder.ts";

/** A repository task in one piece, for evaluators that don't have its folder. */
export interface TaskBundle {
  /** Of the bytes, 64 hexadecimal digits: what they are asked for by, and checked by. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** The longest bundle, in bytes. */
export const MOST_BUNDLE: number = 2 ** 26;
const FORMAT = "aha-task-1";
const MOST_FILES = 1000;
const LONGEST_HEAD = 2 ** 20;
const PACK = "base.pack";
const SECONDS = 60;

interface BundledFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * The task of a folder with its hidden tests and the files of its base commit; no history, no gold edits.
 *
 * @throws TaskError for one that can't be used or is too large to be sent; SandboxError for this machine's fault
 */
export async function bundleTask(given: string): Promise<TaskBundle> {
  const { folder, task, hidden } = readTaskFolder(given);
  const own = mkdtempSync(join(tmpdir(), "aha-bundle-"));
  try {
    const { baseCommit, repository, budgets } = task;
    const tree = await GitTree.open(join(folder, repository), { baseCommit, seconds: budgets.setUpSeconds }, own);
    const pack = await tree.pack(baseCommit, own);
    const json = foreignJson(await readFile(join(folder, "task.json"))).value as Readonly<Record<string, unknown>>;
    const texts = [
      // Where it lies there is the bundle's own.
      { path: "task.json", text: Buffer.from(JSON.stringify({ ...json, repository: "repository.git" })) },
      ...[...hidden].map(([path, text]) => ({ path: `hidden/${path}`, text: Buffer.from(text) })),
    ];
    const files: readonly BundledFile[] = [
      ...texts.map(({ path, text }) => ({ path, bytes: text.length })),
      { path: PACK, bytes: (await stat(pack)).size },
    ];
    const head = Buffer.from(`${JSON.stringify({ format: FORMAT, files })}\n`);
    const length = head.length + sumOf(files, ({ bytes }) => bytes);
    if (length > MOST_BUNDLE || files.length > MOST_FILES)
      throw new TaskError(
        `Expected the repository task ${show(folder)} to have at most ${MOST_BUNDLE} bytes and ${MOST_FILES} files, to be sent to evaluators elsewhere, got ${length} and ${files.length}; judge it on this machine.`,
      );
    const bytes = Buffer.concat([head, ...texts.map(({ text }) => text), await readFile(pack)]);
    return { sha256: sha256Of(bytes), bytes };
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/**
 * Writes a bundle into a folder as the task that it is. It may be anybody's: it is what its hash says, every file stays
 * in the folder, and nothing of it is run here.
 *
 * @throws SandboxError for bytes that aren't that bundle
 */
export async function unpackTask(bytes: Uint8Array, wanted: string, folder: string): Promise<void> {
  if (bytes.length > MOST_BUNDLE || sha256Of(bytes) !== wanted) throw damaged("its hash is another");
  const end = bytes.subarray(0, LONGEST_HEAD).indexOf(0x0a);
  const files = end < 0 ? undefined : filesOf(bytes.subarray(0, end));
  if (files === undefined) throw damaged("its head can't be read");
  let at = end + 1;
  const objects = join(folder, "repository.git", "objects");
  mkdirSync(join(objects, "pack"), { recursive: true });
  for (const file of files) {
    const content = bytes.subarray(at, at + file.bytes);
    at += file.bytes;
    const place = file.path === PACK ? join(objects, "pack", "pack-base.pack") : join(folder, file.path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content, { flag: "wx" });
  }
  if (at !== bytes.length) throw damaged("its files are longer or shorter than it");
  const { task } = readTaskFolder(folder);
  await indexPack(join(objects, "pack", "pack-base.pack"), task.baseCommit, SECONDS);
}

/** Files that may be in a bundle, each once; undefined where one isn't. */
function filesOf(head: Uint8Array): readonly BundledFile[] | undefined {
  const { value } = foreignJson(head);
  const { format, files } = (value ?? {}) as { readonly format?: unknown; readonly files?: unknown };
  if (format !== FORMAT || !Array.isArray(files) || files.length > MOST_FILES) return undefined;
  const all = files as readonly Partial<Record<string, unknown>>[];
  const sound = all.every(
    (file) =>
      typeof file?.["path"] === "string" &&
      isPlace(file["path"]) &&
      Number.isInteger(file["bytes"]) &&
      Number(file["bytes"]) >= 0 &&
      Number(file["bytes"]) <= MOST_BUNDLE,
  );
  const known = sound ? (files as readonly BundledFile[]) : [];
  const paths = new Set(known.map(({ path }) => path));
  return sound && paths.size === files.length && paths.has("task.json") && paths.has(PACK) ? known : undefined;
}

function isPlace(path: string): boolean {
  return path === "task.json" || path === PACK || (path.startsWith("hidden/") && wrongPath(path) === undefined);
}

function damaged(why: string): SandboxError {
  return new SandboxError(`the task's bundle can't be used: ${why}`);
}
