import { isJsonObject } from "../host/show-json.ts";
import type { TokenizerJson } from "./word-tokenizer.ts";

/** More are in no tokenizer; each is looked for in every text. */
const MOST_TOKENS = 100_000;
/** The names by which transformers knows special tokens. */
const NAMES = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map((name) => `${name}_token`);
/** Lists of further ones, by their new name and the old one. */
const LISTS = ["extra_special_tokens", "additional_special_tokens"] as const;

interface AddedToken {
  readonly content: string;
  readonly special: boolean;
  readonly [field: string]: unknown;
}

/** Where tokens may be said beside `tokenizer.json`. */
export interface TokenFiles {
  /** What `tokenizer_config.json` and `special_tokens_map.json` say. */
  readonly config: TokenizerJson;
  /** What `added_tokens.json` says: ids by token. */
  readonly addedTokens: TokenizerJson;
  /** Rows of the model's embedding: tokens beyond can't be used, and are left out. */
  readonly rows: number;
}

/**
 * A `tokenizer.json` with every token that is cut out of texts whole, wherever the model's files say it: transformers
 * adds what `added_tokens_decoder`, the special tokens' names and lists, and `added_tokens.json` have. A token that the
 * vocabulary holds keeps its id; others get the next one.
 */
export function withAddedTokens(json: TokenizerJson, { config, addedTokens, rows }: TokenFiles): TokenizerJson {
  const given = json["added_tokens"];
  if (!Array.isArray(given)) return json;
  const vocab = vocabularyOf(json["model"]);
  const known = new Map<string, unknown>(given.map((token) => [contentOf(token), token]));
  const named = NAMES.flatMap((name) => contentOf(config[name]) || []);
  const listed = LISTS.flatMap((name) => (Array.isArray(config[name]) ? config[name].map(contentOf) : []));
  const special = new Set([...named, ...listed]);
  const decoder = config["added_tokens_decoder"];
  const said = isJsonObject(decoder)
    ? decoderTokens(decoder)
    : fileTokens(addedTokens).filter(({ content }) => !known.has(content));
  const wanted = [...said, ...[...special].map((content) => plainToken(content, true))].slice(0, MOST_TOKENS);
  if (wanted.length === 0) return json;
  let next = Math.max(vocab.size, ...given.map((token) => idOf(token) + 1));
  for (const [i, token] of wanted.entries()) {
    const { content } = token;
    const before = known.get(content);
    const id = before === undefined ? (vocab.get(content) ?? next) : idOf(before);
    if (content === "" || id >= rows) continue;
    next = Math.max(next, id + 1);
    // What is only named keeps what is known of it elsewhere.
    known.set(content, { ...token, ...(i < said.length ? {} : objectOf(before)), special: token.special, id });
  }
  return { ...json, added_tokens: [...known.values()].toSorted((a, b) => idOf(a) - idOf(b)) };
}

/** In the order of their ids. */
function decoderTokens(decoder: TokenizerJson): AddedToken[] {
  return Object.entries(decoder)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .flatMap(([, token]) => {
      const content = contentOf(token);
      if (content === "" || !isJsonObject(token)) return [];
      const flags = Object.entries(token).filter(([, value]) => typeof value === "boolean");
      return [{ ...plainToken(content, token["special"] === true), ...Object.fromEntries(flags) }];
    });
}

function fileTokens(file: TokenizerJson): AddedToken[] {
  return Object.entries(file)
    .toSorted(([, a], [, b]) => Number(a) - Number(b))
    .map(([content]) => plainToken(content, false));
}

function plainToken(content: string, special: boolean): AddedToken {
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: !special, special };
}

function vocabularyOf(model: unknown): ReadonlyMap<string, number> {
  const vocab = isJsonObject(model) ? model["vocab"] : undefined;
  if (Array.isArray(vocab)) return new Map(vocab.map((item, id) => [String(Array.isArray(item) ? item[0] : item), id]));
  return new Map(isJsonObject(vocab) ? Object.entries(vocab).map(([token, id]) => [token, Number(id)]) : []);
}

function contentOf(token: unknown): string {
  const content = isJsonObject(token) ? token["content"] : token;
  return typeof content === "string" ? content : "";
}

function objectOf(token: unknown): TokenizerJson {
  return isJsonObject(token) ? token : {};
}

function idOf(token: unknown): number {
  const id = isJsonObject(token) ? token["id"] : undefined;
  return typeof id === "number" ? id : 0;
}
