import { printableLine } from "./printable.ts";

/** What no shell reads as anything but itself. */
const PLAIN = /^[\p{L}\p{N}_@%+=:,./-]+$/u;

/**
 * A path or a name as it is typed into a shell, in single quotes where it needs them. Characters that can't be shown
 * are escaped, so that a command to be pasted holds nothing unseen.
 */
export function shellWord(text: string): string {
  const shown = printableLine(text);
  return PLAIN.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`;
}
