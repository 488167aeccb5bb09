import { OptionError, show } from "../errors.ts";

/** Words of a text by the language that they are written in. */
export interface WordCount {
  /** In the language asked for. */
  readonly own: number;
  /** In any other. */
  readonly other: number;
}

/**
 * What is no prose: code, LaTeX, tags, addresses. Every alternative is bounded by its line or by its own length, so the
 * time is linear.
 */
const NOT_PROSE =
  /```[^`]*(?:```|$)|`[^`\n]*`|\$\$[^$]*\$\$|\$[^$\n]*\$|\\\([^\n]{0,400}?\\\)|\\\[[^\n]{0,400}?\\\]|\\[A-Za-z]+|<\/?[A-Za-z][^<>\n]{0,60}>|\b(?:https?:\/\/|www\.)[^\s]{1,400}|\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}/gu;
/** A run of characters without white space that calculates or names something: `3+4=7`, `x^2`, `2x`, `a_1`. */
const FORMULA = /[=+*^_\\<>|]|\p{N}|\p{L}\/\p{L}\b/u;
/** Characters that the segmenter gets at once. */
const LONGEST_PIECE = 500;
/** Single letters that are words; any other stands for a quantity. */
const ONE_LETTER_WORDS: Readonly<Record<string, string>> = {
  en: "aio",
  es: "aeouy",
  fr: "aày",
  it: "aeèio",
  pt: "aeoàé",
  pl: "aiouwz",
  cs: "aikosuvz",
};

/**
 * Counts the words of a text that are written in the script of a language, and those that aren't. Digits, formulas,
 * single letters that stand for quantities, LaTeX, code, tags, addresses and punctuation are no words. Words are cut by
 * Intl.Segmenter. Two languages of one script (English and French) can't be told apart by it.
 *
 * @param language a BCP 47 tag such as `en`, `zh` or `sr-Latn`
 * @throws OptionError for what is no language tag
 */
export function countWordsByLanguage(text: string, language: string): WordCount {
  const { script, segmenter, oneLetterWords } = readerOf(language);
  let own = 0;
  let other = 0;
  // The digits of a Chinese sentence touch its words, so a formula is cut out of what it touches, not the whole of it.
  for (const chunk of text.replace(NOT_PROSE, " ").split(/[\s\p{Ps}\p{Pe}，。；：、！？]+/u)) {
    for (const piece of isFormula(chunk)
      ? (chunk.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu) ?? [])
      : [chunk]) {
      for (const part of slices(piece))
        for (const { segment, isWordLike } of segmenter.segment(part)) {
          if (isWordLike !== true || !/\p{L}/u.test(segment)) continue;
          if (/^\p{Script=Latin}$/u.test(segment) && !oneLetterWords.includes(segment.toLowerCase())) continue;
          if (script.test(segment)) own++;
          else other++;
        }
    }
  }
  return { own, other };
}

/** The segmenter's time grows faster than the text, so a text without a space is read in slices; no word is as long. */
function slices(text: string): string[] {
  return text.length <= LONGEST_PIECE ? [text] : (text.match(/[\s\S]{1,500}/gu) ?? []);
}

function isFormula(chunk: string): boolean {
  return FORMULA.test(chunk);
}

interface Reader {
  /** Holds for words of the language. */
  readonly script: RegExp;
  readonly segmenter: Intl.Segmenter;
  readonly oneLetterWords: string;
}

/** Languages that are written in several scripts at once. */
const SCRIPTS: Readonly<Record<string, string>> = {
  Jpan: "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー々",
  Kore: "\\p{Script=Hangul}\\p{Script=Han}",
  Hans: "\\p{Script=Han}",
  Hant: "\\p{Script=Han}",
};
const readers = new Map<string, Reader>();

function readerOf(language: string): Reader {
  const known = readers.get(language);
  if (known !== undefined) return known;
  let reader: Reader;
  try {
    const locale = new Intl.Locale(language).maximize();
    const name = locale.script ?? "Latn";
    reader = {
      script: new RegExp(`^[${SCRIPTS[name] ?? `\\p{Script=${name}}`}]`, "u"),
      segmenter: new Intl.Segmenter(locale, { granularity: "word" }),
      oneLetterWords: ONE_LETTER_WORDS[locale.language] ?? ONE_LETTER_WORDS["en"]!,
    };
  } catch {
    throw new OptionError(`Expected \`language\` to be a language tag such as en or zh, got ${show(language)}.`);
  }
  readers.set(language, reader);
  return reader;
}
