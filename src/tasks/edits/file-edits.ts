import { show } from "../../errors.ts";
import { isAmong, wrongPath } from "./edit-path.ts";

/** Some text of a file, and what it is replaced by. */
export interface TextChange {
  readonly old: string;
  readonly by: string;
  /** Where the old text begins, in lines from 0, as the edit says; it must stand once where that is wrong or absent. */
  readonly line?: number;
}

/** What an answer does to one file. */
export interface FileEdit {
  readonly path: string;
  readonly kind: "change" | "create" | "remove";
  readonly changes: readonly TextChange[];
}

/** Why edits are refused. */
export interface RefusedEdits {
  readonly wrong: string;
}

/** Characters of an answer; a longer one isn't looked at. */
export const LONGEST_EDITS = 1_000_000;
export const MOST_EDITS = 200;
const LONGEST_FILE_TEXT = 2_000_000;

export interface EditRules {
  /** Paths and folders that no answer may write. */
  readonly protectedPaths: readonly string[];
  /** The text of a file; null where there is none; why not where it can't be edited. */
  read(path: string): string | null | RefusedEdits;
}

/** Texts by path, null for a file that is removed; nothing is written here. */
export function applyFileEdits(
  edits: readonly FileEdit[],
  rules: EditRules,
): Map<string, string | null> | RefusedEdits {
  const texts = new Map<string, string | null>();
  for (const edit of edits) {
    const { path } = edit;
    const wrong = wrongPath(path);
    if (wrong !== undefined) return { wrong };
    if (isAmong(path, rules.protectedPaths)) return { wrong: `${show(path)} is protected` };
    const before = texts.has(path) ? texts.get(path)! : rules.read(path);
    if (before !== null && typeof before === "object") return before;
    const after = edited(edit, before);
    if (after !== null && typeof after === "object") return after;
    if (after !== null && after.length > LONGEST_FILE_TEXT)
      return { wrong: `${show(path)} would be longer than ${LONGEST_FILE_TEXT} characters` };
    texts.set(path, after);
  }
  return texts;
}

function edited({ path, kind, changes }: FileEdit, before: string | null): string | null | RefusedEdits {
  if (kind === "create") {
    return before === null ? changes[0]!.by : { wrong: `${show(path)} is there already` };
  }
  if (before === null) return { wrong: `there is no file ${show(path)}` };
  if (before.includes("\0")) return { wrong: `${show(path)} isn't a text` };
  // A file with the line ends of Windows keeps them.
  const windows = before.includes("\r\n") && !/(^|[^\r])\n/.test(before);
  let text = windows ? before.replaceAll("\r\n", "\n") : before;
  let shift = 0;
  for (const change of changes) {
    const place = placeOf(text, change, shift);
    if (typeof place === "string") return { wrong: `${show(path)}: ${place}` };
    text = `${text.slice(0, place)}${change.by}${text.slice(place + change.old.length)}`;
    shift += linesIn(change.by) - linesIn(change.old);
  }
  if (kind === "remove") return text === "" ? null : { wrong: `${show(path)}: what is removed isn't all of it` };
  if (text.includes("\0")) return { wrong: `${show(path)} wouldn't be a text` };
  return windows ? text.replaceAll("\n", "\r\n") : text;
}

function linesIn(text: string): number {
  return text.split("\n").length;
}

/** Where the old text stands as whole lines: at its line, or where it stands once. */
function placeOf(text: string, { old, line }: TextChange, shift: number): number | string {
  if (line !== undefined) {
    const at = startOfLine(text, line + shift);
    if (at !== undefined && isWhole(text, old, at)) return at;
  }
  if (old === "") return "the text to search for is empty";
  let place = -1;
  for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + 1)) {
    if (!isWhole(text, old, at)) continue;
    if (place >= 0) return `the text to search for is there twice: ${show(old.slice(0, 60))}`;
    place = at;
  }
  return place >= 0 ? place : `the text to search for isn't there: ${show(old.slice(0, 60))}`;
}

function isWhole(text: string, old: string, at: number): boolean {
  const end = at + old.length;
  const ends = old === "" || old.endsWith("\n") || end === text.length || text[end] === "\n";
  return (at === 0 || text[at - 1] === "\n") && ends && text.startsWith(old, at);
}

function startOfLine(text: string, line: number): number | undefined {
  let at = 0;
  for (let passed = 0; passed < line; passed++) {
    const end = text.indexOf("\n", at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  return at;
}
