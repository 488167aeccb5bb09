import { TokenizerError } from "../errors.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";
import { childrenOf, textGrowth } from "./text-growth.ts";
import type { TokenizerJson } from "./word-tokenizer.ts";

interface Field {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const MOST_PATTERN_LENGTH = 4096;
/** How many times longer the replacements of a section may make a text. */
const MOST_GROWTH = 2 ** 16;

const isText = (value: unknown): boolean => typeof value === "string";
const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const TEXT: Field = { expected: "a text", fits: isText };
const FLAG: Field = {
  expected: "true, false or absent",
  fits: (value) => isAbsent(value) || typeof value === "boolean",
};
const MAYBE_TEXT: Field = { expected: "a text or absent", fits: (value) => isAbsent(value) || isText(value) };
const NOTHING: Field = {
  expected: "absent, as the library does without it",
  fits: (value) => isAbsent(value) || value === "" || value === 0,
};
const COUNT: Field = {
  expected: "an integer from 0 to 1000",
  fits: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1000,
};
const PATTERN: Field = {
  expected: `an object with \`String\`, or \`Regex\` of at most ${MOST_PATTERN_LENGTH} characters`,
  fits: (value) =>
    isJsonObject(value) &&
    [value["String"], value["Regex"]].filter(isText).length === 1 &&
    String(value["Regex"]).length <= MOST_PATTERN_LENGTH,
};
const MERGES: Field = {
  expected: "an array of pairs",
  fits: (value) =>
    Array.isArray(value) &&
    (value.every((merge) => isText(merge) && /^[^ ]+ [^ ]+$/.test(merge as string)) ||
      value.every((merge) => Array.isArray(merge) && merge.length === 2 && merge.every(isText))),
};

/**
 * Fields by kind: those that the library believes without a look, and would loop, fail later or write `undefined` on.
 */
const KINDS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Field>>>>>> = {
  normalizer: {
    Prepend: { prepend: TEXT },
    Replace: { pattern: PATTERN, content: TEXT },
    Strip: { strip_left: FLAG, strip_right: FLAG },
  },
  pre_tokenizer: {
    ByteLevel: { add_prefix_space: FLAG, use_regex: FLAG },
    Digits: { individual_digits: FLAG },
    FixedLength: {
      length: { expected: "an integer from 1 to 1000", fits: (value) => COUNT.fits(value) && value !== 0 },
    },
    Metaspace: { replacement: MAYBE_TEXT, str_rep: MAYBE_TEXT, prepend_scheme: MAYBE_TEXT },
    Replace: { pattern: PATTERN, content: TEXT },
    Split: {
      pattern: PATTERN,
      invert: FLAG,
      behavior: {
        expected: "Isolated or Removed",
        fits: (value) => isText(value) && /^(isolated|removed)$/i.test(value as string),
      },
    },
  },
  decoder: {
    BPEDecoder: { suffix: MAYBE_TEXT },
    CTC: { pad_token: MAYBE_TEXT, word_delimiter_token: MAYBE_TEXT, cleanup: FLAG },
    Metaspace: { replacement: MAYBE_TEXT },
    Replace: { pattern: PATTERN, content: TEXT },
    Strip: { content: TEXT, start: COUNT, stop: COUNT },
    WordPiece: { prefix: MAYBE_TEXT, cleanup: FLAG },
  },
  model: {
    BPE: {
      merges: MERGES,
      fuse_unk: FLAG,
      byte_fallback: FLAG,
      ignore_merges: FLAG,
      continuing_subword_prefix: NOTHING,
      end_of_word_suffix: MAYBE_TEXT,
      dropout: NOTHING,
    },
    WordPiece: { unk_token: TEXT, continuing_subword_prefix: TEXT },
  },
};

/**
 * Checks the parts of a `tokenizer.json`; kinds that are unknown are left to the library.
 *
 * @throws TokenizerError naming the field
 */
export function checkTokenizerParts(json: TokenizerJson): void {
  for (const section of Object.keys(KINDS)) {
    checkPart(section, json[section] ?? null);
    const growth = textGrowth(json[section]);
    if (growth > MOST_GROWTH)
      throw new TokenizerError(
        `Expected \`${section}\` in tokenizer.json to make a text at most ${MOST_GROWTH} times longer, got replacements that make it ${growth.toPrecision(2)} times; use another model's.`,
      );
  }
}

function checkPart(section: string, part: unknown): void {
  if (part === null) return;
  if (!isJsonObject(part))
    throw new TokenizerError(
      `Expected \`${section}\` in tokenizer.json to be an object or null, got ${showJson(part)}; copy it again.`,
    );
  const kind = part["type"];
  const kinds = KINDS[section]!;
  const fields = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind]! : {};
  for (const [name, { expected, fits }] of Object.entries(fields)) {
    if (!fits(part[name]))
      throw new TokenizerError(
        `Expected \`${name}\` of ${String(kind)} in tokenizer.json to be ${expected}, got ${showJson(part[name])}; copy it again, or use another model's.`,
      );
  }
  for (const child of childrenOf(part)) checkPart(section, child);
}
