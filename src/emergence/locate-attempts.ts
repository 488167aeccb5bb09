import type { Attempt } from "../tasks/task.ts";

/** An attempt with its place in the thinking text, in UTF-16 units; null where its text doesn't stand there. */
export type LocatedAttempt = Pick<Attempt, "text" | "outcome"> &
  ({ readonly from: number; readonly to: number } | { readonly from: null; readonly to: null });

/**
 * Finds where attempts stand: at the place that the task told, or else by their text, each behind the one before. White
 * space of any kind and length is equal, as tasks write candidates with single spaces.
 *
 * @param attempts in the order of the text
 */
export function locateAttempts(thinking: string, attempts: readonly Attempt[]): LocatedAttempt[] {
  let cursor = 0;
  return attempts.map(({ text, outcome, at }): LocatedAttempt => {
    const from =
      at !== undefined && at >= cursor && endOf(thinking, at, text) !== null ? at : search(thinking, text, cursor);
    const to = from === null ? null : endOf(thinking, from, text);
    if (from === null || to === null || to === from) return { text, outcome, from: null, to: null };
    cursor = to;
    return { text, outcome, from, to };
  });
}

/** The first place from an offset on where the text stands. */
function search(thinking: string, text: string, start: number): number | null {
  const first = /\S+/.exec(text)?.[0];
  if (first === undefined) return null;
  for (let from = thinking.indexOf(first, start); from >= 0; from = thinking.indexOf(first, from + 1)) {
    if (endOf(thinking, from, text) !== null) return from;
  }
  return null;
}

/** Where a text that begins at an offset ends; null where another stands there. */
function endOf(thinking: string, from: number, text: string): number | null {
  let at = from;
  for (const [index, word] of text.trim().split(/\s+/).entries()) {
    if (index > 0) {
      const start = at;
      while (at < thinking.length && isSpace(thinking[at]!)) at++;
      if (at === start) return null;
    }
    if (!thinking.startsWith(word, at)) return null;
    at += word.length;
  }
  return at;
}

function isSpace(character: string): boolean {
  return /\s/.test(character);
}
