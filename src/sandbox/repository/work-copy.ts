import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { show } from "../../errors.ts";
import { wrongPath } from "../../tasks/edits/edit-path.ts";
import { applyFileEdits, type FileEdit, type RefusedEdits } from "../../tasks/edits/file-edits.ts";
import { addedText } from "../../tasks/edits/parse-edits.ts";
import { reachingWord, type RepositoryTask } from "../../tasks/repository/repository-task.ts";

const MOST_READ_BYTES = 2_000_000;

/**
 * Applies edits to a work copy that nobody else writes.
 *
 * @returns why they are refused
 */
export function editWorkCopy(copy: string, edits: readonly FileEdit[], task: RepositoryTask): string | undefined {
  const before: string[] = [];
  const texts = applyFileEdits(edits, {
    protectedPaths: task.protectedPaths,
    read: (path) => {
      const text = readText(copy, path);
      if (typeof text === "string") before.push(text);
      return text;
    },
  });
  if (!(texts instanceof Map)) return texts.wrong;
  const word = reachingWord(task, addedText(edits), before.join("\n"));
  if (word !== undefined) return `the edits reach for what tests them: ${show(word)} is new`;
  for (const [path, text] of texts) {
    const place = join(copy, path);
    if (text === null) {
      rmSync(place);
      continue;
    }
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  return undefined;
}

/** The text of a file of a work copy. No component of the path may be a link, and folders stay folders. */
export function readText(copy: string, path: string): string | null | RefusedEdits {
  if (wrongPath(path) !== undefined) return { wrong: wrongPath(path)! };
  const parts = path.split("/");
  for (const end of parts.keys()) {
    const place = join(copy, ...parts.slice(0, end + 1));
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (found === undefined) return null;
    const isLast = end === parts.length - 1;
    if (isLast ? !found.isFile() : !found.isDirectory())
      return { wrong: `${show(path)} is ${found.isSymbolicLink() ? "or lies behind a link" : "no plain file"}` };
    if (isLast && found.size > MOST_READ_BYTES)
      return { wrong: `${show(path)} has more than ${MOST_READ_BYTES} bytes` };
  }
  return readFileSync(join(copy, path), "utf8");
}

/** Makes room for a hidden test: its folders are folders, and at its own place is an empty file. */
export function clearPlace(copy: string, path: string): void {
  const parts = path.split("/");
  for (const end of parts.keys()) {
    const place = join(copy, ...parts.slice(0, end + 1));
    const found = lstatSync(place, { throwIfNoEntry: false });
    const isLast = end === parts.length - 1;
    if (found !== undefined && (isLast || !found.isDirectory())) rmSync(place, { recursive: true });
    if (!isLast) mkdirSync(place, { recursive: true });
  }
  writeFileSync(join(copy, path), "", { flag: "wx" });
}
