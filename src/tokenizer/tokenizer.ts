import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { TokenizerError, show } from "../errors.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";
import { checkTokenizerParts } from "./tokenizer-parts.ts";
import type { TokenizerJson } from "./word-tokenizer.ts";

/** Text to token ids and back. */
export interface Tokenizer {
  /** The largest id + 1; a model may have more rows. */
  readonly vocabSize: number;
  /**
   * Special tokens written in the text become their ids; none are added.
   *
   * @throws TokenizerError for text that has no token
   */
  encode(text: string): number[];
  /** Ids without a token (the padding rows of a model) give no text. @throws TokenizerError for what can't be an id */
  decode(ids: readonly number[], options?: DecodeOptions): string;
  tokenToId(token: string): number | undefined;
  idToToken(id: number): string | undefined;
  /** The objects of `tokenizer.json` and `tokenizer_config.json` that it was made from. */
  readonly json: TokenizerJson;
  readonly config: TokenizerJson;
}

export interface DecodeOptions {
  /** Leaves special tokens out of the text; false where not given. */
  readonly skipSpecial?: boolean;
}

const MOST_TOKENS = 2 ** 22;
/** Stands for unknown text in models that have no token for it, so that it is seen and not dropped. */
const UNKNOWN = "\u0000unknown";

/**
 * Makes a tokenizer from the parsed `tokenizer.json` and `tokenizer_config.json` of a model folder.
 *
 * @throws TokenizerError where a part is missing, of an unknown kind, or has impossible ids
 */
export function loadTokenizer(json: unknown, config: unknown = {}): Tokenizer {
  if (!isJsonObject(json))
    throw new TokenizerError(`Expected tokenizer.json to hold an object, got ${showJson(json)}; copy it again.`);
  if (!isJsonObject(config))
    throw new TokenizerError(
      `Expected tokenizer_config.json to hold an object, got ${showJson(config)}; copy it again.`,
    );
  const vocabSize = checkIds(json);
  checkTokenizerParts(json);
  let inner: HuggingFaceTokenizer;
  try {
    // A post-processor only adds special tokens, which nobody asks for here.
    inner = new HuggingFaceTokenizer({ ...withDigits(withUnknown(json)), post_processor: null }, config);
  } catch (error) {
    throw new TokenizerError(
      `Expected tokenizer.json to describe a known kind of tokenizer, got: ${show((error as Error).message)}; use another model's.`,
    );
  }
  return wrap(inner, vocabSize, json, config);
}

/** Every id must be a small integer, since the library makes arrays of them. Returns the largest + 1. */
function checkIds(json: TokenizerJson): number {
  const model = json["model"];
  if (!isJsonObject(model))
    throw new TokenizerError(
      `Expected \`model\` in tokenizer.json to be an object, got ${showJson(model)}; copy it again.`,
    );
  const vocab = model["vocab"];
  const added = json["added_tokens"];
  if (!Array.isArray(added))
    throw new TokenizerError(
      `Expected \`added_tokens\` in tokenizer.json to be an array, got ${showJson(added)}; copy it again.`,
    );
  let largest = -1;
  const check = (token: unknown, id: unknown): void => {
    if (typeof token !== "string" || !Number.isInteger(id) || (id as number) < 0 || (id as number) >= MOST_TOKENS) {
      throw new TokenizerError(
        `Expected token ${showJson(token)} in tokenizer.json to have an id below ${MOST_TOKENS}, got ${showJson(id)}; copy it again.`,
      );
    }
    largest = Math.max(largest, id as number);
  };
  if (Array.isArray(vocab)) vocab.forEach((item, id) => check(Array.isArray(item) ? item[0] : item, id));
  else if (isJsonObject(vocab)) for (const [token, id] of Object.entries(vocab)) check(token, id);
  else throw new TokenizerError(`Expected a vocabulary in tokenizer.json, got ${showJson(vocab)}; copy it again.`);
  for (const token of added) check(token?.content, token?.id);
  return largest + 1;
}

/**
 * A BPE model without an unknown token and without bytes to fall back on drops characters; this one makes them visible.
 */
function withUnknown(json: TokenizerJson): TokenizerJson {
  const model = json["model"] as TokenizerJson;
  if (model["type"] !== "BPE" || typeof model["unk_token"] === "string") return json;
  return { ...json, model: { ...model, unk_token: UNKNOWN } };
}

/** The library's `Digits` knows ASCII's digits only; the Rust library's cuts at every number of Unicode. */
function withDigits(json: TokenizerJson): TokenizerJson {
  const cut = (part: unknown): unknown => {
    if (!isJsonObject(part)) return part;
    if (Array.isArray(part["pretokenizers"])) return { ...part, pretokenizers: part["pretokenizers"].map(cut) };
    if (part["type"] !== "Digits") return part;
    return {
      type: "Split",
      pattern: { Regex: part["individual_digits"] === true ? "\\p{N}" : "\\p{N}+" },
      behavior: "Isolated",
      invert: false,
    };
  };
  return { ...json, pre_tokenizer: cut(json["pre_tokenizer"]) };
}

function wrap(inner: HuggingFaceTokenizer, vocabSize: number, json: TokenizerJson, config: TokenizerJson): Tokenizer {
  const encodeOrHoles = (text: string): (number | undefined)[] =>
    explained(text, () => inner.encode(text, { add_special_tokens: false }).ids);
  const isKnown = (id: number | undefined): boolean => id !== undefined && id !== null;
  return {
    vocabSize,
    json,
    config,
    encode(text) {
      const ids = encodeOrHoles(text);
      if (ids.every(isKnown)) return ids as number[];
      const word = text.match(/\S+/g)?.find((part) => !encodeOrHoles(part).every(isKnown)) ?? text;
      throw new TokenizerError(
        `Expected text that the tokenizer knows, got ${show(word)}; write it in words of the vocabulary.`,
      );
    },
    decode(ids, options = {}) {
      for (const id of ids) {
        if (!Number.isInteger(id) || id < 0)
          throw new TokenizerError(`Expected token ids to be integers from 0 up, got ${show(id)}.`);
      }
      const known = ids.filter((id) => inner.id_to_token(id) !== undefined);
      if (known.length === 0) return "";
      const cleanUp = config["clean_up_tokenization_spaces"] === true;
      return explained(known, () =>
        inner.decode(known, {
          skip_special_tokens: options.skipSpecial ?? false,
          clean_up_tokenization_spaces: cleanUp,
        }),
      );
    },
    tokenToId: (token) => inner.token_to_id(token),
    idToToken: (id) => inner.id_to_token(id),
  };
}

/** A file may describe a tokenizer that fails only when it is used. */
function explained<Result>(input: unknown, use: () => Result): Result {
  try {
    return use();
  } catch (error) {
    throw new TokenizerError(
      `Expected a tokenizer that reads ${show(input)}, got a failure in it (${show((error as Error).message)}); use another model's.`,
      { cause: error },
    );
  }
}
