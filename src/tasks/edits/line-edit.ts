import { show } from "../../errors.ts";

/** An edited text, or why an edit can't be applied. */
export type Edited = { readonly text: string } | { readonly wrong: string };

const LONGEST_ANSWER = 20_000;
const ARROW = / => /g;

/**
 * Applies `old line => new line`, one edit a line: the old line stands exactly once in the text, white space between
 * words is one space, and the new line takes its indentation. `L3 => new line` names a line by its place, the first is
 * `L0`, for a question that shows places.
 */
export function applyLineEdits(source: string, answer: string): Edited {
  if (answer.length > LONGEST_ANSWER) return { wrong: `the edit is longer than ${LONGEST_ANSWER} characters` };
  const lines = source.split("\n");
  const edits = answer.split("\n").filter((line) => line.trim() !== "");
  if (edits.length === 0) return { wrong: "there is no edit" };
  for (const edit of edits) {
    const wrong = applyOne(lines, edit);
    if (wrong !== undefined) return { wrong };
  }
  return { text: lines.join("\n") };
}

function applyOne(lines: string[], edit: string): string | undefined {
  const words = ` ${wordsOf(edit)} `;
  const arrows = words.match(ARROW)?.length ?? 0;
  if (arrows !== 1) return `expected one => in the edit, got ${arrows}`;
  const [old, by] = words.split(" => ").map((side) => side.trim()) as [string, string];
  if (old === "" || by === "") return "a side of the edit is empty";
  if (old === by) return "the edit changes nothing";
  const label = /^L(\d{1,5})$/.exec(old)?.[1];
  const isMeant = (line: string, place: number): boolean =>
    label === undefined ? wordsOf(line) === old : place === Number(label);
  const places = lines.flatMap((line, place) => (isMeant(line, place) ? [place] : []));
  if (places.length !== 1)
    return places.length === 0 ? `no line is ${show(old)}` : `${places.length} lines are ${show(old)}`;
  const line = lines[places[0]!]!;
  if (wordsOf(line) === by) return "the edit changes nothing";
  lines[places[0]!] = `${line.slice(0, line.length - line.trimStart().length)}${by}`;
  return undefined;
}

function wordsOf(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}
