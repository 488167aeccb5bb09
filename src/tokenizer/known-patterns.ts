const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const CASED = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";
const UPPER = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";
const REST = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const TAIL = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/**
 * Regular expressions of tokenizers that are in use, by their exact text; each takes a time that grows with the text,
 * and
 * not faster than its square. Whoever adds one has looked at it.
 */
export const KNOWN_PATTERNS: ReadonlySet<string> = new Set([
  // GPT-2 (Radford et al. 2019) and OPT.
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  // Llama 3, and cl100k where it is written without possessive signs.
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|${TAIL}`,
  // Qwen2, Qwen2.5, Qwen3.
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|${TAIL}`,
  // o200k, gpt-oss, Llama 4; and Mistral's Tekken, which is o200k without contractions and with single digits.
  `${CASED}${CONTRACTIONS}?|${UPPER}${CONTRACTIONS}?|\\p{N}{1,3}|${REST}`,
  `${CASED}|${UPPER}|\\p{N}|${REST}`,
  // DeepSeek V3 and R1.
  "\\p{N}{1,3}",
  "[一-龥぀-ゟ゠-ヿ]+",
  "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // What `Digits` becomes (`tokenizer.ts`), and short ones that many have.
  "\\p{N}",
  "\\p{N}+",
  "[0-9]",
  "[0-9]+",
  "\\d",
  "\\d+",
  "[0-9][0-9][0-9]",
  "\\s",
  "\\s+",
  " ",
  " +",
  " {2,}",
  "[\\r\\n]",
  "\\n",
  "\\n+",
]);
