import { TokenizerError, show } from "../errors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** Tokenizers with so few tokens know single words only, and can say which. */
const FEW_TOKENS = 1000;

/**
 * Encodes what a person wrote.
 *
 * @param example what may be written in its place, where that is known
 * @throws TokenizerError for a word that a small vocabulary doesn't hold, with the words that it does
 */
export function encodeKnown(tokenizer: Tokenizer, text: string, example?: string): number[] {
  try {
    return tokenizer.encode(text);
  } catch (error) {
    if (!(error instanceof TokenizerError) || tokenizer.vocabSize >= FEW_TOKENS) throw error;
    const unknown = text.split(/\s+/).find((word) => !isKnown(tokenizer, word)) ?? text;
    const todo = example === undefined ? "" : ` Try: ${example}`;
    throw new TokenizerError(
      `Expected words that this model knows, got ${show(unknown)}; it knows ${knownWords(tokenizer)}.${todo}`,
    );
  }
}

/** Whether a tokenizer can write a text at all. */
export function isKnown(tokenizer: Tokenizer, text: string): boolean {
  try {
    tokenizer.encode(text);
    return true;
  } catch {
    return false;
  }
}

/** The words of a small vocabulary, special tokens left out: `0 to 59 and + - make`. */
function knownWords(tokenizer: Tokenizer): string {
  const words = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id) ?? "").filter(
    (word) => word !== "" && !/^<.+>$/.test(word),
  );
  const numbers = words.flatMap((word) => (/^\d+$/.test(word) ? [Number(word)] : [])).toSorted((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const counted = ranges.map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`)).join(", ");
  return [counted, words.filter((word) => !/^\d+$/.test(word)).join(" ")].filter((part) => part !== "").join(" and ");
}
