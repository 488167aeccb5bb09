import { LONGEST_EDITS, MOST_EDITS, type FileEdit, type RefusedEdits, type TextChange } from "./file-edits.ts";
import { parseUnifiedDiff } from "./unified-diff.ts";

const SEARCH = /^<{5,9} ?SEARCH$/;
const DIVIDER = /^={5,9}$/;
const REPLACE = /^>{5,9} ?REPLACE$/;

/**
 * The edits of an answer: search/replace blocks, each under the path of its file, or a unified diff.
 *
 * @returns why not where the answer has neither, or is cut or too long
 */
export function parseEdits(answer: string): readonly FileEdit[] | RefusedEdits {
  if (answer.length > LONGEST_EDITS) return { wrong: `the edits are longer than ${LONGEST_EDITS} characters` };
  const lines = answer.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  const blocks = lines.filter((line) => SEARCH.test(line)).length;
  if (blocks > MOST_EDITS) return { wrong: `there are ${blocks} edits, more than ${MOST_EDITS}` };
  const edits = blocks > 0 ? parseBlocks(lines) : parseUnifiedDiff(lines);
  if ("wrong" in edits) return edits;
  if (edits.length === 0) return { wrong: "there are no edits: neither search/replace blocks nor a unified diff" };
  const count = edits.reduce((sum, { changes }) => sum + changes.length, 0);
  return count > MOST_EDITS ? { wrong: `there are ${count} edits, more than ${MOST_EDITS}` } : edits;
}

/** Edits written in one way, so that answers that do the same are known as one: the form of the answer is left out. */
export function normalisedEdits(answer: string): string {
  const edits = parseEdits(answer);
  return "wrong" in edits
    ? `wrong: ${edits.wrong}`
    : JSON.stringify(edits.map(({ path, kind, changes }) => [path, kind, changes]));
}

function parseBlocks(lines: readonly string[]): FileEdit[] | RefusedEdits {
  const edits: FileEdit[] = [];
  let path: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    if (!SEARCH.test(lines[at]!)) {
      const named = pathLine(lines[at]!);
      if (named !== undefined) path = named;
      continue;
    }
    const middle = lines.findIndex((line, place) => place > at && DIVIDER.test(line));
    const end = lines.findIndex((line, place) => place > middle && REPLACE.test(line));
    if (middle < 0 || end < 0) return { wrong: "a search/replace block has no end" };
    if (lines.slice(at + 1, end).some((line) => SEARCH.test(line)))
      return { wrong: "a search/replace block begins inside another" };
    if (path === undefined) return { wrong: "a search/replace block has no path above it" };
    edits.push(blockEdit(path, lines.slice(at + 1, middle), lines.slice(middle + 1, end)));
    at = end;
  }
  return edits;
}

/** Whole lines; a file that doesn't end in a line end is matched without its last one. */
function blockEdit(path: string, old: readonly string[], by: readonly string[]): FileEdit {
  if (old.length === 0)
    return { path, kind: "create", changes: [{ old: "", by: by.map((line) => `${line}\n`).join("") }] };
  // A block that removes lines takes their line end with them.
  const change: TextChange =
    by.length === 0 ? { old: `${old.join("\n")}\n`, by: "" } : { old: old.join("\n"), by: by.join("\n") };
  return { path, kind: "change", changes: [change] };
}

/** `src/a.py`, also as `### src/a.py` or `` `src/a.py`: ``; anything with spaces is prose, a fence is nothing. */
function pathLine(line: string): string | undefined {
  const text = line
    .trim()
    .replace(/^#+ /, "")
    .replace(/:$/, "")
    .replace(/^`([^`]*)`$/, "$1");
  return text === "" || text.includes("```") || /\s/.test(text) ? undefined : text;
}

/** The text that edits bring in. */
export function addedText(edits: readonly FileEdit[]): string {
  return edits.flatMap(({ changes }) => changes.map(({ by }) => by)).join("\n");
}
