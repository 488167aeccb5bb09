import { isJsonObject } from "../host/show-json.ts";

/** Where parts of parts stand in a `tokenizer.json`. */
export const CHILDREN: readonly string[] = ["normalizers", "pretokenizers", "decoders"];

/** The parts of a part, where it has any. */
export function childrenOf(part: Readonly<Record<string, unknown>>): readonly unknown[] {
  return CHILDREN.flatMap((name): readonly unknown[] => (Array.isArray(part[name]) ? part[name] : []));
}

/**
 * How many times longer a part of a tokenizer makes a text at most: one step after the other multiplies. What a step
 * adds only once is left out.
 */
export function textGrowth(part: unknown): number {
  if (!isJsonObject(part)) return 1;
  return childrenOf(part)
    .map(textGrowth)
    .reduce((product, growth) => product * growth, stepGrowth(part));
}

function stepGrowth(part: Readonly<Record<string, unknown>>): number {
  switch (part["type"]) {
    case "Replace":
      return replaceGrowth(part["pattern"], String(part["content"]).length);
    case "ByteLevel":
      // A letter for each byte of a character.
      return 3;
    case "Metaspace":
      return Math.max(...[part["replacement"], part["str_rep"]].map(wordGrowth));
    case "BPEDecoder":
      return wordGrowth(part["suffix"]);
    case "CTC":
      return wordGrowth(part["word_delimiter_token"]);
    default:
      return 1;
  }
}

/** A word that a space takes the place of, or the other way round; an empty one is found beside every character. */
function wordGrowth(word: unknown): number {
  if (typeof word !== "string") return 1;
  return word === "" ? 2 : word.length;
}

/** Nothing is found beside every character; so may what a regular expression finds be. */
function replaceGrowth(pattern: unknown, content: number): number {
  const found = isJsonObject(pattern) ? pattern["String"] : undefined;
  return typeof found === "string" && found !== "" ? Math.max(1, content / found.length) : 1 + content;
}
