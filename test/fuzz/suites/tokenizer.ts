import { readFile } from "node:fs/promises";
import { parseJson } from "../../../src/host/parse-json.ts";
import { loadTokenizer, type Tokenizer } from "../../../src/tokenizer/tokenizer.ts";
import { createWordTokenizer } from "../../../src/tokenizer/word-tokenizer.ts";
import { damageBytes } from "../damage-bytes.ts";
import type { RandomStream } from "../../../src/random.ts";
import { damageJson, hostileValue, repeatName, type Json } from "../damage-json.ts";
import type { FuzzSuite } from "../fuzz-suite.ts";

const PARITY = new URL("../../parity/tokenizers/", import.meta.url);
const KINDS = ["gpt2", "smollm", "llama3", "qwen2", "llama2"];
const TEXT = "ab a1 the<eos> <s> \u00e9\u4e2d\n";
/** Each kind is cut down to so many tokens, so that a case takes a millisecond. */
const MOST_TOKENS = 300;

/** Every kind of part that the library knows, whether or not a file of ours has it. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  normalizer: [
    "BertNormalizer",
    "Precompiled",
    "Sequence",
    "Replace",
    "NFC",
    "NFKD",
    "Strip",
    "StripAccents",
    "Lowercase",
    "Prepend",
  ],
  pre_tokenizer: [
    "BertPreTokenizer",
    "Sequence",
    "Whitespace",
    "WhitespaceSplit",
    "Metaspace",
    "ByteLevel",
    "Split",
    "Punctuation",
    "Digits",
    "Replace",
    "FixedLength",
  ],
  decoder: [
    "ByteLevel",
    "WordPiece",
    "Metaspace",
    "BPEDecoder",
    "CTC",
    "Sequence",
    "Replace",
    "Fuse",
    "Strip",
    "ByteFallback",
  ],
  post_processor: ["TemplateProcessing", "ByteLevel", "BertProcessing", "RobertaProcessing", "Sequence"],
};
const FIELDS: readonly string[] = [
  "pattern",
  "content",
  "prepend",
  "replacement",
  "str_rep",
  "prepend_scheme",
  "behavior",
  "invert",
  "length",
  "start",
  "stop",
  "suffix",
  "prefix",
  "pad_token",
  "word_delimiter_token",
  "cleanup",
  "individual_digits",
  "normalizers",
  "pretokenizers",
  "decoders",
  "single",
  "sep",
  "cls",
  "strip_left",
  "add_prefix_space",
  "use_regex",
];
const FITTING: readonly Json[] = [
  "",
  "a",
  " ",
  "\u2581",
  "first",
  "Isolated",
  "Removed",
  "MergedWithNext",
  0,
  1,
  2,
  -1,
  1e9,
  true,
  false,
  { String: "a" },
  { Regex: "a|b" },
  { Regex: "(" },
  { Regex: "" },
  { String: "" },
  { String: "a", Regex: "b" },
  {},
];

/** tokenizer.json and tokenizer_config.json, damaged. */
export async function makeSuite(): Promise<FuzzSuite> {
  const wholes: Record<string, unknown>[] = [createWordTokenizer(["a", "b"], ["<eos>"])];
  for (const kind of KINDS)
    wholes.push(
      cutDown(JSON.parse(await readFile(new URL(`${kind}.json`, PARITY), "utf8")) as Record<string, unknown>),
    );
  const config = {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    bos_token: null,
    eos_token: "<eos>",
    add_bos_token: false,
  };
  return {
    cases: 3000,
    warmUp: 200,
    damage(random, what) {
      const whole = random.pick(wholes);
      const text = JSON.stringify(whole);
      const way = random.integer(8);
      const damage = (): string | Uint8Array => {
        if (way < 5) return JSON.stringify(damageParts(whole, way < 4, random, what));
        if (way === 5) return repeatName(text, random, what);
        return damageBytes(Buffer.from(text), text.length, random, what);
      };
      const damaged = damage();
      const settings = random.next() < 0.2 ? damageJson(config, random, what) : config;
      return Promise.resolve(async () =>
        use(loadTokenizer(parseJson(Buffer.from(damaged), "tokenizer.json"), await Promise.resolve(settings))),
      );
    },
  };
}

function use(tokenizer: Tokenizer): void {
  const ids = tokenizer.encode(TEXT);
  if (!ids.every((id) => Number.isInteger(id) && id >= 0 && id < tokenizer.vocabSize))
    throw new Error(`a text became ${ids.join(" ")}`);
  if (
    typeof tokenizer.decode(ids) !== "string" ||
    typeof tokenizer.decode([0, 1, 2, 1e6], { skipSpecial: true }) !== "string"
  )
    throw new Error("ids became no text");
}

/** The vocabulary is most of a file, so it is left alone as a rule. */
function damageParts(
  json: Record<string, unknown>,
  sparesVocabulary: boolean,
  random: RandomStream,
  what: string[],
): unknown {
  if (!sparesVocabulary) return damageJson(json, random, what);
  if (random.next() < 0.5) return { ...json, ...foreignPart(random, what) };
  const { vocab, merges, ...model } = json["model"] as Record<string, unknown>;
  const damaged = damageJson({ ...json, model }, random, what);
  if (typeof damaged !== "object" || damaged === null) return damaged;
  const { model: rest } = damaged as Record<string, unknown>;
  return typeof rest === "object" ? { ...damaged, model: { ...rest, vocab, merges } } : damaged;
}

/** A part of any kind with fields that fit it or don't. */
function foreignPart(
  random: RandomStream,
  what: string[],
  section: string = random.pick(Object.keys(PARTS)),
): Record<string, Json> {
  const part: Record<string, Json> = { type: random.pick(PARTS[section]!) };
  for (const field of FIELDS)
    if (random.next() < 0.6) part[field] = random.next() < 0.8 ? random.pick(FITTING) : hostileValue(random);
  if (random.next() < 0.3)
    for (const children of ["normalizers", "pretokenizers", "decoders"])
      part[children] = [foreignPart(random, what, section)[section]!];
  what.push(`${section} ${JSON.stringify(part)}`);
  return { [section]: part };
}

function cutDown(json: Record<string, unknown>): Record<string, unknown> {
  const model = json["model"] as {
    readonly vocab: Record<string, number>;
    readonly merges: readonly [string, string][];
  };
  const vocab = Object.fromEntries(Object.entries(model.vocab).filter(([, id]) => id < MOST_TOKENS));
  const merges = model.merges.filter(([left, right]) => left in vocab && right in vocab && left + right in vocab);
  return { ...json, model: { ...model, vocab, merges } };
}
