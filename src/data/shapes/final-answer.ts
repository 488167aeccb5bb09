/** The text after the last `####`, without commas between digits and a currency sign; null where there is none. */
export function afterHashes(text: string): string | null {
  const place = text.lastIndexOf("####");
  if (place < 0) return null;
  const answer = text
    .slice(place + 4)
    .trim()
    .split("\n", 1)[0]!;
  const gold = answer
    .replace(/(?<=\d),(?=\d{3})/g, "")
    .replace(/^\$\s*(?=[-\d.])/, "")
    .trim();
  return gold === "" ? null : gold;
}

/** What the last `\boxed{}` or `\fbox{}` holds; null where there is none, or it isn't closed. */
export function lastBoxed(text: string): string | null {
  const place = Math.max(text.lastIndexOf("\\boxed"), text.lastIndexOf("\\fbox"));
  if (place < 0) return null;
  const rest = text.slice(text.startsWith("\\boxed", place) ? place + 6 : place + 5);
  const open = rest.search(/\S/);
  if (open < 0) return null;
  // `\boxed 5`, as TeX allows.
  if (rest[open] !== "{") return /^\s*([^\s$\\.,]+)/.exec(rest)?.[1] ?? null;
  let depth = 0;
  for (let i = open; i < rest.length; i++) {
    if (rest[i] === "\\") i++;
    else if (rest[i] === "{") depth++;
    else if (rest[i] === "}" && --depth === 0) return rest.slice(open + 1, i).trim() || null;
  }
  return null;
}

/** What the last `<answer>` after the thinking holds; null where there is none. */
export function insideTags(text: string): string | null {
  const after = text.slice(text.lastIndexOf("</think>") + 1);
  const start = after.lastIndexOf("<answer>");
  const end = start < 0 ? -1 : after.indexOf("</answer>", start);
  return end < 0 ? null : after.slice(start + 8, end).trim() || null;
}
