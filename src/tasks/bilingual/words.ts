import type { RandomStream } from "../../random.ts";

export type Language = "en" | "zh";

/**
 * The words of a trace in English and in Chinese: verdicts, remarks, the question's verb, and those of general prompts.
 */
export const WORD_PAIRS: readonly (readonly [en: string, zh: string])[] = [
  ["yes", "对"],
  ["no", "错"],
  ["wait", "等等"],
  ["hmm", "嗯"],
  ["but", "但是"],
  ["make", "得"],
  ["sort", "排序"],
  ["sure", "好的"],
];

export const CHINESE_WORDS: readonly string[] = WORD_PAIRS.map(([, zh]) => zh);

const TO_CHINESE: ReadonlyMap<string, string> = new Map(WORD_PAIRS);
const TO_ENGLISH: ReadonlyMap<string, string> = new Map(WORD_PAIRS.map(([en, zh]) => [zh, en]));

/** A word in a language; what has no translation (numbers, signs, tags) stays as it is. */
export function translateWord(word: string, language: Language): string {
  return (language === "zh" ? TO_CHINESE : TO_ENGLISH).get(word) ?? word;
}

/** Every word of a text in one language. */
export function translate(text: string, language: Language): string {
  return text
    .split(" ")
    .map((word) => translateWord(word, language))
    .join(" ");
}

/**
 * Chance that a text is written in the other language than its question, and that any one word of it is not in the
 * text's.
 */
export const OTHER_LANGUAGE = 0.25;
export const OTHER_WORD = 0.15;

/** A text as somebody writes it who mixes two languages. */
export function mixLanguages(text: string, question: Language, random: RandomStream): string {
  const main = random.next() < OTHER_LANGUAGE ? otherLanguage(question) : question;
  return text
    .split(" ")
    .map((word) =>
      TO_CHINESE.has(word) || TO_ENGLISH.has(word)
        ? translateWord(word, random.next() < OTHER_WORD ? otherLanguage(main) : main)
        : word,
    )
    .join(" ");
}

function otherLanguage(language: Language): Language {
  return language === "en" ? "zh" : "en";
}
