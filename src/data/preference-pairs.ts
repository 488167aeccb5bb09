import { OptionError, show } from "../errors.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { RandomStream, splitKey, type RandomKey } from "../random.ts";
import { diskError } from "../host/disk-error.ts";
import { byteLines } from "../host/byte-lines.ts";

/** Two completions of one prompt, the first liked better. */
export interface PreferencePair {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}

/** A completion with how much it is liked. */
export interface RatedCompletion {
  readonly prompt: string;
  readonly text: string;
  /** From 0 to 1. */
  readonly rating: number;
}

export interface PairOptions {
  /** Pairs whose ratings differ by less are left out: R1 keeps gaps over 1 of 10 (arXiv:2501.12948, Methods). */
  readonly gap: number;
  readonly perPrompt: number;
  readonly key: RandomKey;
}

/** Preference pairs from rated completions, chosen at random among those that differ enough. By prompt. */
export function makePairs(
  byPrompt: readonly (readonly RatedCompletion[])[],
  { gap, perPrompt, key }: PairOptions,
): PreferencePair[] {
  return byPrompt.flatMap((rated, place) => {
    const pairs = rated.flatMap((better) =>
      rated.flatMap((worse) =>
        better.rating - worse.rating >= gap && better.text !== worse.text
          ? [{ prompt: better.prompt, chosen: better.text, rejected: worse.text }]
          : [],
      ),
    );
    return new RandomStream(splitKey(key, "pairs", place)).shuffle(pairs).slice(0, perPrompt);
  });
}

/**
 * As many pairs whose chosen side is the longer as the other way round; the rest is left out, so that length tells
 * nothing.
 */
export function balanceLengths(pairs: readonly PreferencePair[]): PreferencePair[] {
  const words = (text: string): number => text.split(/\s+/).length;
  const sides = { longer: [] as PreferencePair[], shorter: [] as PreferencePair[], equal: [] as PreferencePair[] };
  const sideOf = ({ chosen, rejected }: PreferencePair): keyof typeof sides => {
    const more = words(chosen) - words(rejected);
    if (more === 0) return "equal";
    return more > 0 ? "longer" : "shorter";
  };
  for (const pair of pairs) sides[sideOf(pair)].push(pair);
  const most = Math.min(sides.longer.length, sides.shorter.length);
  return [...sides.longer.slice(0, most), ...sides.shorter.slice(0, most), ...sides.equal];
}

/** Share of pairs whose chosen side has more words, among those that differ in length; null where none does. */
export function longerChosenShare(pairs: readonly PreferencePair[]): number | null {
  const words = (text: string): number => text.split(/\s+/).length;
  const differing = pairs.filter(({ chosen, rejected }) => words(chosen) !== words(rejected));
  return differing.length === 0
    ? null
    : differing.filter(({ chosen, rejected }) => words(chosen) > words(rejected)).length / differing.length;
}

/** Bytes of a line, and characters of all pairs. */
const LONGEST_LINE = 10_000_000;
const MOST_CHARACTERS = 2 ** 28;

/**
 * Reads the pairs of a .jsonl file.
 *
 * @throws OptionError where there is none, or it can't be used; RunError where it can't be read
 */
export async function readPairs(path: string): Promise<PreferencePair[]> {
  const pairs: PreferencePair[] = [];
  let characters = 0;
  try {
    for await (const { text, number } of byteLines(path, LONGEST_LINE)) {
      if (text === null)
        throw new OptionError(
          `Expected line ${number} of ${show(path)} to be UTF-8, got other bytes; save the file as UTF-8.`,
        );
      characters += text.length;
      if (characters > MOST_CHARACTERS)
        throw new OptionError(
          `Expected ${show(path)} to hold at most ${MOST_CHARACTERS} characters, got more; take a part of it.`,
        );
      if (text.trim() !== "") pairs.push(parsePair(text, `line ${number} of ${path}`));
    }
  } catch (error) {
    throw diskError("read", path, error);
  }
  return someOf(pairs, path);
}

/** Reads pairs of a .jsonl text. @throws OptionError naming the line and what is missing, or an empty side */
export function parsePairs(text: string, where: string): PreferencePair[] {
  return someOf(
    text.split("\n").flatMap((line, i) => (line.trim() === "" ? [] : [parsePair(line, `line ${i + 1} of ${where}`)])),
    where,
  );
}

function someOf(pairs: PreferencePair[], where: string): PreferencePair[] {
  if (pairs.length === 0) throw new OptionError(`Expected preference pairs in ${where}, got none.`);
  return pairs;
}

function parsePair(line: string, where: string): PreferencePair {
  const json = foreignJson(line);
  if (json.expected !== undefined)
    throw new OptionError(`Expected ${where} to be ${json.expected}, got ${json.got ?? show(line)}.`);
  const value = json.value as Partial<Record<keyof PreferencePair, unknown>> | null;
  const side = (name: keyof PreferencePair): string => {
    const found = value?.[name];
    if (typeof found !== "string" || found.trim() === "")
      throw new OptionError(
        `Expected ${where} to have a text as \`${name}\`, got ${show(found)}; a pair needs a prompt and two sides.`,
      );
    return found;
  };
  return { prompt: side("prompt"), chosen: side("chosen"), rejected: side("rejected") };
}
