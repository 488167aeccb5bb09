/**
 * Characters that a terminal would obey instead of show: C0 and C1 controls (escape sequences among them), line and
 * paragraph separators, zero-width and bidirectional controls, tag characters, and halves of surrogate pairs.
 */
const OBEYED =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/**
 * Makes text of a model, a file or a user safe to show: control characters become visible escapes; line feeds and tabs
 * stay.
 */
export function printable(text: string): string {
  return text.replace(OBEYED, escaped);
}

/** The same on one line: line feeds and tabs are escaped too. */
export function printableLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}
