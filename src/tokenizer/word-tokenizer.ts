import { TokenizerError, show } from "../errors.ts";
import { isJsonObject } from "../host/show-json.ts";

/** The object of a `tokenizer.json` file. */
export type TokenizerJson = Readonly<Record<string, unknown>>;

const MOST_TOKENS = 2 ** 22;
/** What either JavaScript or Unicode calls white space, so that every library splits alike. */
const BREAKS_A_WORD = /[\s\u0085\p{Surrogate}]/u;

/** It has a space, so it is never in the vocabulary: Hugging Face's library then raises an error for such words too. */
const NO_UNKNOWN = "unknown word";

/**
 * A tokenizer whose tokens are whole words between white space: special tokens get the first ids, then tags, then
 * words. There is no token for unknown words, so encoding one is an error here and in Hugging Face's library.
 *
 * @param tags are cut out of a text as special tokens are, wherever they stand, but stay in what is decoded
 * @returns the object to write as `tokenizer.json`
 * @throws TokenizerError for an empty, repeated or spaced word, or one that contains a special token or a tag
 */
export function createWordTokenizer(
  words: readonly string[],
  specialTokens: readonly string[],
  tags: readonly string[] = [],
): TokenizerJson {
  const tokens = [...specialTokens, ...tags, ...words];
  if (tokens.length === 0 || tokens.length > MOST_TOKENS)
    throw new TokenizerError(`Expected 1 to ${MOST_TOKENS} tokens, got ${tokens.length}.`);
  const vocabulary = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    if (token === "" || BREAKS_A_WORD.test(token))
      throw new TokenizerError(`Expected tokens to be words without white space, got ${show(token)}; split it.`);
    if (vocabulary.has(token))
      throw new TokenizerError(`Expected every token once, got ${show(token)} again; remove one.`);
    vocabulary.set(token, id);
  }
  refuseHiddenSpecials(words, [...specialTokens, ...tags]);
  return wordTokenizerJson(vocabulary, [...specialTokens, ...tags].entries(), specialTokens);
}

/**
 * The object of a `tokenizer.json` with whole words.
 *
 * @param vocabulary ids of words and added tokens
 * @param specialTokens those of the added tokens that are left out of what is decoded for people
 */
export function wordTokenizerJson(
  vocabulary: ReadonlyMap<string, number>,
  addedTokens: Iterable<readonly [id: number, token: string]>,
  specialTokens: readonly string[] = [],
): TokenizerJson {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: Array.from(addedTokens, ([id, content]) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: specialTokens.includes(content),
    })),
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: null,
    decoder: null,
    model: { type: "WordLevel", vocab: Object.fromEntries(vocabulary), unk_token: NO_UNKNOWN },
  };
}

/** Whether a `tokenizer.json` was made here. */
export function isOwnTokenizer({ model }: TokenizerJson): boolean {
  return isJsonObject(model) && model["type"] === "WordLevel" && model["unk_token"] === NO_UNKNOWN;
}

/**
 * Special tokens are cut out of the text before it is split, so a word that contains one would never come out whole.
 */
function refuseHiddenSpecials(words: readonly string[], specialTokens: readonly string[]): void {
  for (const special of specialTokens) {
    const hiding = words.find((word) => word.includes(special));
    if (hiding !== undefined)
      throw new TokenizerError(
        `Expected no word to contain the special token ${show(special)}, got ${show(hiding)}; rename one.`,
      );
  }
}
