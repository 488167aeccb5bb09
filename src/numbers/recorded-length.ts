/**
 * How long a completion is, in tokens; null where its tokens weren't recorded. Whoever writes to the end or to the
 * limit writes a token at least, so none at all is what an engine didn't say.
 *
 * @param stop how it ended
 */
export function recordedLength(tokens: number, stop: string): number | null {
  return tokens === 0 && (stop === "end" || stop === "length") ? null : tokens;
}
