import { isJsonObject } from "../../host/show-json.ts";

/** How a byte-level tokenizer cuts text before it merges pairs, as parts of a `tokenizer.json`. */
export interface ByteLevelCut {
  readonly pre_tokenizer: object;
  readonly normalizer?: object;
  readonly ignore_merges?: boolean;
}

/** The pre-tokenizer or decoder that turns bytes to letters. */
export const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };

/** Words with up to `digits` digits in a row, as Llama 3 and Qwen2 cut them. */
const cutLike = (digits: string): Record<string, unknown> => ({
  type: "Sequence",
  pretokenizers: [
    {
      type: "Split",
      pattern: {
        Regex: `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
      },
      behavior: "Isolated",
      invert: false,
    },
    { ...BYTE_LEVEL, use_regex: false },
  ],
});

const GPT2: ByteLevelCut = { pre_tokenizer: { ...BYTE_LEVEL, use_regex: true } };
const LLAMA3: ByteLevelCut = { pre_tokenizer: cutLike("{1,3}"), ignore_merges: true };
const QWEN2: ByteLevelCut = { pre_tokenizer: cutLike(""), normalizer: { type: "NFC" } };
const SMOLLM: ByteLevelCut = {
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      { type: "Digits", individual_digits: true },
      { ...BYTE_LEVEL, use_regex: true },
    ],
  },
};

/** By llama.cpp's name, `tokenizer.ggml.pre`. */
export const BYTE_LEVEL_CUTS: Readonly<Record<string, ByteLevelCut>> = {
  "gpt-2": GPT2,
  "llama-bpe": LLAMA3,
  llama3: LLAMA3,
  qwen2: QWEN2,
  "deepseek-r1-qwen": QWEN2,
  smollm: SMOLLM,
};

/**
 * llama.cpp's name for the way in which a tokenizer cuts text; undefined where it has none. llama.cpp composes no
 * characters, so a file that doesn't either may have the name of one that does.
 *
 * @param json a `tokenizer.json`
 */
export function byteLevelCutName(json: Readonly<Record<string, unknown>>): string | undefined {
  const model = json["model"];
  const ignoreMerges = isJsonObject(model) && model["ignore_merges"] === true;
  const [splits, normalizers] = [
    parts(json["pre_tokenizer"], "pretokenizers"),
    parts(json["normalizer"], "normalizers"),
  ];
  const names = Object.keys(BYTE_LEVEL_CUTS).filter((name) => {
    const { pre_tokenizer, ignore_merges = false } = BYTE_LEVEL_CUTS[name]!;
    return splits === parts(pre_tokenizer, "pretokenizers") && ignoreMerges === ignore_merges;
  });
  return (
    names.find((name) => normalizers === parts(BYTE_LEVEL_CUTS[name]!.normalizer, "normalizers")) ??
    (normalizers === "[]" ? names[0] : undefined)
  );
}

/** The steps of a sequence, or the only step, as text that is equal where they do the same. */
function parts(value: unknown, name: "pretokenizers" | "normalizers"): string {
  const steps = (part: unknown): unknown[] => {
    if (isJsonObject(part) && Array.isArray(part[name])) return part[name].flatMap(steps);
    return part === null || part === undefined ? [] : [plain(part)];
  };
  return JSON.stringify(steps(value));
}

/** A step with its defaults written out, in one order and without what doesn't change the tokens. */
function plain(step: unknown): unknown {
  if (!isJsonObject(step)) return step;
  const defaults = step["type"] === "ByteLevel" ? { add_prefix_space: true, use_regex: true } : {};
  return Object.entries({ ...defaults, ...step })
    .filter(([option]) => option !== "trim_offsets")
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
