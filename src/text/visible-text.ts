/** A part of a text as it is shown: as it is, or a character that would be obeyed or unseen, by its name. */
export type VisiblePart = { readonly text: string } | { readonly control: string; readonly name: string };

/**
 * Characters that a page would obey, or show as nothing: C0 and C1 controls but line feeds and tabs, line and paragraph
 * separators, zero-width and bidirectional controls, variation selectors' supplement, tags, halves of surrogate pairs.
 */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\u034f/gu;

const NAMES: Readonly<Record<number, string>> = {
  0x1b: "escape",
  0x200b: "zero-width space",
  0x200c: "zero-width non-joiner",
  0x200d: "zero-width joiner",
  0x200e: "left-to-right mark",
  0x200f: "right-to-left mark",
  0x202a: "left-to-right embedding",
  0x202b: "right-to-left embedding",
  0x202c: "end of direction",
  0x202d: "left-to-right override",
  0x202e: "right-to-left override",
  0x2066: "left-to-right isolate",
  0x2067: "right-to-left isolate",
  0x2068: "first strong isolate",
  0x2069: "end of isolate",
  0xfeff: "byte order mark",
};

/** Cuts a text into what can be shown and what must be named. */
export function visibleParts(text: string): VisiblePart[] {
  const parts: VisiblePart[] = [];
  let from = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push(controlPart(match[0]));
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/** C0 controls have pictures of their own in Unicode; the rest is shown by its number. */
function controlPart(character: string): VisiblePart {
  const code = character.codePointAt(0) ?? 0;
  const number = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const name = NAMES[code] === undefined ? `character ${number}` : `${NAMES[code]}, ${number}`;
  if (code < 0x20) return { control: String.fromCodePoint(0x2400 + code), name };
  return { control: code === 0x7f ? "␡" : number, name };
}
