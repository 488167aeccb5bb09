import { StreamingDecoder } from "../../tokenizer/streaming-decoder.ts";
import { tokenPiece } from "../../tokenizer/token-piece.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";

/**
 * Cuts a completion into its tokens: joined, the pieces are the text. A token that stands for no text of its own, such
 * as the end of the completion or a part of a character, has an empty piece.
 *
 * @returns one piece a token; null where the tokens don't give this text, or the tokenizer can't say
 */
export function tokenPieces(tokenizer: Tokenizer, tokens: readonly number[], text: string): string[] | null {
  try {
    return byWalking(tokenizer, tokens, text) ?? byDecoding(tokenizer, tokens, text);
  } catch {
    // It is damaged, or took too long: that costs the shading of tokens, not the text.
    return null;
  }
}

/** Most tokenizers write a token as itself, with a space before it or none: no decoding is needed. */
function byWalking(tokenizer: Tokenizer, tokens: readonly number[], text: string): string[] | null {
  const pieces: string[] = [];
  let at = 0;
  for (const id of tokens) {
    const token = tokenPiece(tokenizer, id);
    // What begins with a byte's name is a part of a character.
    if (token === undefined || token.startsWith("\\x")) return null;
    const piece =
      [token, ` ${token}`, token.trimStart()].find((candidate) => text.startsWith(candidate, at)) ??
      (at === text.length ? "" : null);
    if (piece === null) return null;
    pieces.push(piece);
    at += piece.length;
  }
  return at === text.length ? pieces : null;
}

function byDecoding(tokenizer: Tokenizer, tokens: readonly number[], text: string): string[] | null {
  const decoder = new StreamingDecoder(tokenizer);
  const pieces = tokens.map((id) => decoder.push(id));
  if (pieces.length > 0) pieces[pieces.length - 1] += decoder.end();
  if (pieces.join("") === text) return pieces;
  // The end token isn't in the text.
  const ended = pieces.slice(0, -1).join("");
  return ended === text ? [...pieces.slice(0, -1), ""] : null;
}
