import type { CompletionSpan } from "../../emergence/index.ts";

/** A part of a completion that looks the same throughout. */
export interface TextSegment {
  readonly text: string;
  readonly kind: CompletionSpan["kind"] | null;
  /** The token that it belongs to; null where tokens aren't shown. */
  readonly token: number | null;
}

/**
 * Cuts a text at the borders of its spans and of its tokens.
 *
 * @param spans in order and without overlap; what reaches out of the text is cut off
 * @param pieces together they are the text; those beyond its end are left out, and a text that goes on after them has
 *   no token there
 */
export function textSegments(
  text: string,
  spans: readonly CompletionSpan[],
  pieces: readonly string[] | null,
): TextSegment[] {
  const segments: TextSegment[] = [];
  let at = 0;
  let span = 0;
  let token = pieces === null ? null : 0;
  let tokenEnd = pieces?.[0]?.length ?? 0;
  while (at < text.length) {
    while (token !== null && pieces !== null && tokenEnd <= at) {
      token = token + 1 < pieces.length ? token + 1 : null;
      tokenEnd += token === null ? 0 : (pieces[token] as string).length;
    }
    while (span < spans.length && (spans[span] as CompletionSpan).to <= at) span++;
    const current = spans[span];
    const inside = current !== undefined && current.from <= at;
    const nextBorder = inside ? current.to : (current?.from ?? text.length);
    const end = Math.min(text.length, nextBorder, token === null ? text.length : tokenEnd);
    segments.push({ text: text.slice(at, end), kind: inside ? current.kind : null, token });
    at = end;
  }
  return segments;
}
