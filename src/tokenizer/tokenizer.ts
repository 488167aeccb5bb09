import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { TokenizerError, show } from "../errors.ts";
import { isPlainTokenizer } from "./plain-tokenizer.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";
import { CHILDREN } from "./text-growth.ts";
import { checkTokenizerParts } from "./tokenizer-parts.ts";
import { tokenizerThread, type ThreadTokenizer } from "./tokenizer-thread.ts";
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

export interface LoadTokenizerOptions {
  /** What a call may take of a tokenizer with regular expressions that nobody has looked at; 10 where not given. */
  readonly seconds?: number;
}

/**
 * Makes a tokenizer from the parsed `tokenizer.json` and `tokenizer_config.json` of a model folder. One whose parts are
 * known runs here; any other, in a thread with a deadline (`tokenizerThread`), since its files may be a stranger's.
 *
 * @throws TokenizerError where a part is missing, of an unknown kind, or has impossible ids
 */
export function loadTokenizer(json: unknown, config: unknown = {}, { seconds }: LoadTokenizerOptions = {}): Tokenizer {
  if (!isJsonObject(json))
    throw new TokenizerError(`Expected tokenizer.json to hold an object, got ${showJson(json)}; copy it again.`);
  if (!isJsonObject(config))
    throw new TokenizerError(
      `Expected tokenizer_config.json to hold an object, got ${showJson(config)}; copy it again.`,
    );
  const vocabSize = checkIds(json);
  checkTokenizerParts(json);
  const plain = isPlainTokenizer(json);
  // A post-processor only adds special tokens, which nobody asks for here.
  const whole = { ...asInRust(withUnknown(json)), post_processor: null };
  // Without added tokens nothing is written yet; a part that the library doesn't know is refused now.
  if (!plain) libraryTokenizer({ ...whole, added_tokens: [] }, config);
  const inner = libraryTokenizer(
    plain ? whole : { ...whole, normalizer: null, pre_tokenizer: null, decoder: null },
    config,
  );
  return wrap(inner, plain ? directly(inner, config) : tokenizerThread(whole, config, seconds), {
    vocabSize,
    json,
    config,
  });
}

function libraryTokenizer(json: TokenizerJson, config: TokenizerJson): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(json, config);
  } catch (error) {
    throw new TokenizerError(
      `Expected tokenizer.json to describe a known kind of tokenizer, got: ${show((error as Error).message)}; use another model's.`,
    );
  }
}

function directly(inner: HuggingFaceTokenizer, config: TokenizerJson): ThreadTokenizer {
  const cleanUp = config["clean_up_tokenization_spaces"] === true;
  return {
    encode: (text) => inner.encode(text, { add_special_tokens: false }).ids,
    decode: (ids, skipSpecial) =>
      inner.decode([...ids], { skip_special_tokens: skipSpecial, clean_up_tokenization_spaces: cleanUp }),
  };
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

/**
 * As the Rust library reads the parts: its `Digits` cuts at every number of Unicode, where this one knows ASCII's
 * digits
 * only; and what `Replace` writes is a text, in which a `$` is a `$`.
 */
function asInRust(json: TokenizerJson): TokenizerJson {
  const read = (part: unknown): unknown => {
    if (!isJsonObject(part)) return part;
    const children = CHILDREN.filter((name) => Array.isArray(part[name]));
    if (children.length > 0)
      return { ...part, ...Object.fromEntries(children.map((name) => [name, (part[name] as unknown[]).map(read)])) };
    if (part["type"] === "Replace") return { ...part, content: String(part["content"]).replaceAll("$", "$$$$") };
    if (part["type"] !== "Digits") return part;
    return {
      type: "Split",
      pattern: { Regex: part["individual_digits"] === true ? "\\p{N}" : "\\p{N}+" },
      behavior: "Isolated",
      invert: false,
    };
  };
  return {
    ...json,
    normalizer: read(json["normalizer"]),
    pre_tokenizer: read(json["pre_tokenizer"]),
    decoder: read(json["decoder"]),
  };
}

/**
 * @param inner knows tokens by their ids
 * @param work encodes and decodes, here or in a thread
 */
function wrap(
  inner: HuggingFaceTokenizer,
  work: ThreadTokenizer,
  made: Pick<Tokenizer, "vocabSize" | "json" | "config">,
): Tokenizer {
  const encodeOrHoles = (text: string): (number | undefined)[] => explained(text, () => work.encode(text));
  const isKnown = (id: number | undefined): boolean => id !== undefined && id !== null;
  return {
    ...made,
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
      return explained(known, () => work.decode(known, options.skipSpecial ?? false));
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
    if (error instanceof TokenizerError) throw error;
    throw new TokenizerError(
      `Expected a tokenizer that reads ${show(input)}, got a failure in it (${show((error as Error).message)}); use another model's.`,
      { cause: error },
    );
  }
}
