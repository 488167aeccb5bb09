import { TOKEN_KINDS, type GgufToken } from "./token-kinds.ts";

const NEVER_MERGED: readonly number[] = [TOKEN_KINDS.control, TOKEN_KINDS.byte, TOKEN_KINDS.unused];

/**
 * SentencePiece merges the pair whose whole has the best score: every way to cut a token in two is a merge, the best
 * tokens first.
 */
export function mergesByScore(tokens: readonly GgufToken[]): [string, string][] {
  const pieces = new Map(tokens.filter(({ kind }) => !NEVER_MERGED.includes(kind)).map((token) => [token.text, token]));
  const merges = [...pieces.values()].flatMap(({ text, score }) => {
    const cuts: { readonly left: GgufToken; readonly right: GgufToken; readonly score: number }[] = [];
    for (let at = 1; at < text.length; at++) {
      const [left, right] = [pieces.get(text.slice(0, at)), pieces.get(text.slice(at))];
      if (left !== undefined && right !== undefined) cuts.push({ left, right, score });
    }
    return cuts.toSorted((a, b) => a.left.id - b.left.id || a.right.id - b.right.id);
  });
  return merges.toSorted((a, b) => b.score - a.score).map(({ left, right }) => [left.text, right.text]);
}
