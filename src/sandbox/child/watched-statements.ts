/** Of longer programs the last value alone is watched. */
const MOST_LINES = 300;
const HAS_PROMISES = /\basync\b|\bPromise\b|\.then\s*\(/;
/** Statements that no bracket after them goes on with, and that are no values. */
const CLOSED = /^(async\s+function|function|class|if|for|while|do|try|switch|\{|import|export)\b|^\{/;
/** What may go on with the line before. */
const GOES_ON = /^\s*[([`+\-*/.,?&|<>=%^:]/;
const CALL = /\(/;

/**
 * A JavaScript program whose statements that are values, as `main();` is, hand them to a function: a promise that
 * nobody waits for is seen so. Only whole lines at the top of a program are looked at, and each only where the
 * language's own parser takes it, what comes before and what comes after as programs of their own.
 *
 * @param watch the function's name
 * @param compiles whether a text is a program
 */
export function watchedStatements(source: string, watch: string, compiles: (text: string) => boolean): string {
  const lines = source.split("\n");
  if (lines.length > MOST_LINES || !HAS_PROMISES.test(source)) return source;
  const made: string[] = [];
  for (let start = 0; start < lines.length;) {
    const end = endOfStatement(lines, start, compiles);
    const piece = lines.slice(start, end).join("\n");
    const value = piece.trim().replace(/;+$/, "");
    const isValue = CALL.test(value) && !CLOSED.test(value) && compiles(`(${value}\n)`);
    made.push(isValue ? `${watch}((${value}\n));` : piece);
    start = end;
  }
  const whole = made.join("\n");
  return compiles(whole) ? whole : source;
}

/** The line after a statement that begins at a line; after all lines, where no end is found. */
function endOfStatement(lines: readonly string[], start: number, compiles: (text: string) => boolean): number {
  for (let end = start + 1; end < lines.length; end++) {
    const piece = lines.slice(start, end).join("\n");
    if (!compiles(piece)) continue;
    const next = lines.slice(end).find((line) => line.trim() !== "") ?? "";
    const isClosed = /;\s*$/.test(piece) || CLOSED.test(piece.trim()) || piece.trim() === "";
    if (GOES_ON.test(next) && !isClosed) continue;
    if (compiles(lines.slice(end).join("\n"))) return end;
  }
  return lines.length;
}
