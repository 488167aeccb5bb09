import { KNOWN_PATTERNS } from "./known-patterns.ts";
import { isJsonObject } from "../host/show-json.ts";
import { CHILDREN, childrenOf, textGrowth } from "./text-growth.ts";
import type { TokenizerJson } from "./word-tokenizer.ts";

/** Parts without a program of their own: what they do takes a time that grows with the text. */
const PLAIN_KINDS: Readonly<Record<string, ReadonlySet<string>>> = {
  normalizer: new Set([
    "Sequence",
    "Replace",
    "Prepend",
    "NFC",
    "NFD",
    "NFKC",
    "NFKD",
    "Lowercase",
    "Strip",
    "StripAccents",
    "BertNormalizer",
    "Precompiled",
  ]),
  pre_tokenizer: new Set([
    "Sequence",
    "Replace",
    "Split",
    "ByteLevel",
    "Digits",
    "FixedLength",
    "Metaspace",
    "Whitespace",
    "WhitespaceSplit",
    "Punctuation",
    "BertPreTokenizer",
  ]),
  decoder: new Set([
    "Sequence",
    "Replace",
    "ByteLevel",
    "ByteFallback",
    "Fuse",
    "Strip",
    "Metaspace",
    "WordPiece",
    "BPEDecoder",
    "CTC",
  ]),
};
/** Words that may stand in a part's fields, such as what `Prepend` puts before a text. */
const MOST_CHARACTERS = 64;
const MOST_ADDED_TOKENS = 100_000;
/** Steps of a section, and how many times longer they may make a text: several times what known tokenizers have. */
const MOST_PARTS = 100;
const MOST_GROWTH = 64;
const MOST_WORD_CHARACTERS = 1000;

/** What `sections` may have of patterns: all three make a tokenizer that encodes and decodes. */
export type TokenizerSection = "normalizer" | "pre_tokenizer" | "decoder";
const SECTIONS: readonly TokenizerSection[] = ["normalizer", "pre_tokenizer", "decoder"];
const TEXTS: readonly string[] = [
  "content",
  "prepend",
  "replacement",
  "str_rep",
  "suffix",
  "prefix",
  "pad_token",
  "word_delimiter_token",
];

/**
 * Whether a tokenizer is made of known parts alone, so that no text makes it run for ever: no regular expression but
 * those of `known-patterns.ts`. Others are no worse, but nobody has looked at them; they run in a thread with a
 * deadline.
 */
export function isPlainTokenizer(json: TokenizerJson, sections: readonly TokenizerSection[] = SECTIONS): boolean {
  const added = json["added_tokens"];
  if (Array.isArray(added) && added.length > MOST_ADDED_TOKENS) return false;
  return isPlainModel(json["model"]) && sections.every((section) => isPlainSection(section, json[section]));
}

/** The search of a word's pieces tries its ends from each of its beginnings: as many as a token or a word is long. */
function isPlainModel(model: unknown): boolean {
  if (!isJsonObject(model)) return false;
  const vocab = model["vocab"];
  const pieces: unknown[] = Array.isArray(vocab) ? vocab.map((item) => (Array.isArray(item) ? item[0] : item)) : [];
  if (pieces.some((piece) => typeof piece === "string" && piece.length > MOST_WORD_CHARACTERS)) return false;
  const most = model["max_input_chars_per_word"] ?? 0;
  return typeof most === "number" && most <= MOST_WORD_CHARACTERS;
}

function isPlainSection(section: TokenizerSection, part: unknown): boolean {
  return isPlainPart(section, part) && textGrowth(part) <= MOST_GROWTH && countParts(part) <= MOST_PARTS;
}

function countParts(part: unknown): number {
  return isJsonObject(part) ? childrenOf(part).reduce((count: number, child) => count + countParts(child), 1) : 0;
}

function isPlainPart(section: TokenizerSection, part: unknown): boolean {
  if (part === undefined || part === null) return true;
  if (!isJsonObject(part)) return false;
  const kind = part["type"];
  if (typeof kind !== "string" || !PLAIN_KINDS[section]!.has(kind) || !isPlainPattern(part["pattern"])) return false;
  const isLong = (text: unknown): boolean => typeof text === "string" && text.length > MOST_CHARACTERS;
  if (TEXTS.some((name) => isLong(part[name]))) return false;
  const areLists = CHILDREN.every((name) => part[name] === undefined || Array.isArray(part[name]));
  return areLists && childrenOf(part).every((child) => isPlainPart(section, child));
}

function isPlainPattern(pattern: unknown): boolean {
  if (pattern === undefined || pattern === null) return true;
  if (!isJsonObject(pattern)) return false;
  const regex = pattern["Regex"];
  if (regex === undefined || regex === null) return typeof pattern["String"] === "string";
  return typeof regex === "string" && KNOWN_PATTERNS.has(regex);
}
