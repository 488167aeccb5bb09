import type { ChatPart } from "./compositions.ts";
import { printable } from "../text/printable.ts";

/** Select graphic rendition: faint, and neither bold nor faint (ECMA-48, 8.3.117). */
const [DIM, PLAIN] = ["\u001b[2m", "\u001b[22m"];

/**
 * Writes an answer as it comes, thinking apart: dim where there are colours, with a bar before each line where there
 * are none.
 *
 * @returns takes each part; without one, ends the answer
 */
export function createChatWriter(write: (text: string) => void, colour: boolean): (part?: ChatPart) => void {
  let kind: ChatPart["kind"] | undefined;
  const barred = (text: string, begins: boolean): string => (begins ? "| " : "") + text.replaceAll("\n", "\n| ");
  return (part) => {
    if (kind !== undefined && part?.kind !== kind) write("\n");
    const begins = part?.kind !== kind;
    kind = part?.kind;
    if (part === undefined) return;
    const text = printable(part.text);
    if (part.kind !== "thinking") write(text);
    else write(colour ? `${DIM}${text}${PLAIN}` : barred(text, begins));
  };
}
