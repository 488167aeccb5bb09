import { show } from "../../errors.ts";
import type { FileEdit, RefusedEdits, TextChange } from "./file-edits.ts";

const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;
const NOTHING = "/dev/null";

/** A unified diff as `git diff` writes it. No fuzz: context has to be as it is; only a hunk's line may be off. */
export function parseUnifiedDiff(lines: readonly string[]): FileEdit[] | RefusedEdits {
  const edits: FileEdit[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (/^(GIT binary patch|Binary files )/.test(line)) return { wrong: "the diff has a binary file" };
    const refused = refusedHeader(line);
    if (refused !== undefined) return { wrong: refused };
    if (!line.startsWith("--- ") || !(lines[at + 1] ?? "").startsWith("+++ ")) continue;
    const file = readFile(lines, at);
    if ("wrong" in file) return file;
    edits.push(file.edit);
    at = file.next - 1;
  }
  return edits;
}

function refusedHeader(line: string): string | undefined {
  if (/^(new|deleted) file mode (?!100(644|755)$)/.test(line)) return "the diff makes or removes what is no plain file";
  if (/^(old|new) mode /.test(line)) return "the diff changes a file's mode";
  if (/^(rename|copy) (from|to) /.test(line)) return "the diff renames or copies a file; remove and create it";
  return undefined;
}

function readFile(lines: readonly string[], start: number): { edit: FileEdit; next: number } | RefusedEdits {
  const [from, to] = [named(lines[start]!), named(lines[start + 1]!)];
  const path = to === NOTHING ? from : to;
  if (from !== NOTHING && to !== NOTHING && from !== to)
    return { wrong: `the diff changes ${show(from)} into ${show(to)}` };
  const changes: TextChange[] = [];
  let at = start + 2;
  while (HUNK.test(lines[at] ?? "")) {
    const hunk = readHunk(lines, at);
    if ("wrong" in hunk) return hunk;
    changes.push(hunk.change);
    at = hunk.next;
  }
  if (changes.length === 0) return { wrong: `the diff of ${show(path)} has no hunks` };
  const kind = kindOf(from, to);
  if (kind === "create" && (changes.length > 1 || changes[0]!.old !== ""))
    return { wrong: `the diff creates ${show(path)} of more than new lines` };
  return { edit: { path, kind, changes }, next: at };
}

function kindOf(from: string, to: string): FileEdit["kind"] {
  if (from === NOTHING) return "create";
  return to === NOTHING ? "remove" : "change";
}

/** `--- a/src/x.py` and `+++ b/src/x.py`, a time after a tab left out. */
function named(line: string): string {
  const path = line.slice(4).split("\t")[0]!.trim();
  return path === NOTHING ? path : path.replace(/^[ab]\//, "");
}

function readHunk(lines: readonly string[], start: number): { change: TextChange; next: number } | RefusedEdits {
  const [, first, oldCount = "1", , newCount = "1"] = HUNK.exec(lines[start]!)!;
  const [old, by] = [[] as string[], [] as string[]];
  let [oldOpen, newOpen] = [false, false];
  let at = start + 1;
  while (at < lines.length && (old.length < Number(oldCount) || by.length < Number(newCount))) {
    const line = lines[at]!;
    const sign = line === "" ? " " : line[0]!;
    if (!" +-".includes(sign)) break;
    if (sign !== "+") old.push(line.slice(1));
    if (sign !== "-") by.push(line.slice(1));
    at++;
    if (!(lines[at] ?? "").startsWith("\\ ")) continue;
    at++;
    oldOpen ||= sign !== "+";
    newOpen ||= sign !== "-";
  }
  if (old.length !== Number(oldCount) || by.length !== Number(newCount))
    return { wrong: `the hunk ${show(lines[start]!.slice(0, 60))} has other lines than it says` };
  if ((lines[at] ?? "").startsWith("\\ ")) at++;
  const change = {
    old: textOf(old, oldOpen),
    by: textOf(by, newOpen),
    line: Math.max(0, Number(first) - (old.length === 0 ? 0 : 1)),
  };
  return { change, next: at };
}

function textOf(lines: readonly string[], open: boolean): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}${open ? "" : "\n"}`;
}
