const BOX = /\\(?:boxed|fbox)\s*(?=[{0-9a-zA-Z])/g;
const MOST_BOXES = 400;

/** A \\boxed{...} in a text. */
export interface Box {
  readonly start: number;
  readonly end: number;
  readonly content: string;
}

/** All boxes of a text, in order; what stands in a box is no box of its own. One pass. */
export function boxesOf(text: string): Box[] {
  const boxes: Box[] = [];
  BOX.lastIndex = 0;
  for (let match = BOX.exec(text); match !== null && boxes.length < MOST_BOXES; match = BOX.exec(text)) {
    const open = match.index + match[0].length;
    const end =
      text[open] === "{"
        ? closing(text, open)
        : open + /^(?:\d+|[a-zA-Z])/.exec(text.slice(open, open + 40))![0].length;
    const content = text[open] === "{" ? text.slice(open + 1, end) : text.slice(open, end);
    // A box of an escaped text begins with two backslashes.
    const start = text[match.index - 1] === "\\" ? match.index - 1 : match.index;
    boxes.push({ start, end: Math.min(text.length, end + 1), content });
    BOX.lastIndex = Math.max(BOX.lastIndex, end);
  }
  return boxes;
}

/** Where a brace is closed; the end of the text where it isn't. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const sign = text[at];
    if (sign === "\\") at++;
    else if (sign === "{") depth++;
    else if (sign === "}" && --depth === 0) return at;
  }
  return text.length;
}

/** What stands between two boxes: a comma or "and", nothing, or words. */
export function jointBetween(text: string): "joined" | "none" | "words" {
  if (text.length > 200) return "words";
  const rest = text
    .replace(/\\(?:quad|qquad|text|mbox|mathrm|n|left|right)(?![a-zA-Z])/g, " ")
    .replace(/\\[()[\],;!: ]|[${}\\]/g, " ")
    .replace(/[a-zA-Z](?:_\s*\w+)?\s*(?:=|\bin\b)/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
  if (rest === "" || rest === "." || rest === "=") return "none";
  return /^(?:[a-z]+ ){0,2}(?:,|;|and|or|, and|, or|&)(?: [a-z]+){0,1}$/.test(rest) ? "joined" : "words";
}
