import { cpuMilliseconds } from "../../test/contracts/cpu-time.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import { countWordsByLanguage } from "./language-words.ts";

/**
 * Labelled by hand, by reading: the line, the question's language, words in it, words in another. Chinese, Japanese and
 * Thai lines are such that readers agree on their words.
 */
const LINES: readonly (readonly [line: string, language: string, own: number, other: number])[] = [
  ["", "en", 0, 0],
  ["   \n\t ", "zh", 0, 0],
  ["Let us try again.", "en", 4, 0],
  ["Wait, that is wrong", "en", 4, 0],
  ["wait , no , 3 * 4 = 12 yes", "en", 3, 0],
  ["don't stop", "en", 2, 0],
  ["a self-correct step", "en", 4, 0],
  ["I think so", "en", 3, 0],
  ["let x be 5", "en", 2, 0],
  ["so y is larger than z", "en", 4, 0],
  ["café naïve Zürich", "en", 3, 0],
  ["HELLO WORLD", "en", 2, 0],
  ["3 + 4 = 7", "en", 0, 0],
  ["3+4=7", "en", 0, 0],
  ["x^2+2x+1", "en", 0, 0],
  ["a_1 and a_2", "en", 1, 0],
  ["2x equals 10", "en", 1, 0],
  ["$x + y = 3$ holds", "en", 1, 0],
  ["\\(x + y\\) holds", "en", 1, 0],
  ["\\frac{1}{2} is half", "en", 2, 0],
  ["$$\\sum_i x_i$$", "en", 0, 0],
  ["use `print(x)` here", "en", 2, 0],
  ["```\nconst total = sum;\n``` done", "en", 1, 0],
  ["see https://example.com/a/b now", "en", 2, 0],
  ["mail me@example.com now", "en", 2, 0],
  ["<think> yes </think>", "en", 1, 0],
  ["<answer> ( 1 + 2 ) </answer>", "en", 0, 0],
  ["!!! ... ???", "en", 0, 0],
  ["🙂 good 🎉", "en", 1, 0],
  ["٣ ٤ ٥", "en", 0, 0],
  ["１２３", "zh", 0, 0],
  ["Ｈｅｌｌｏ", "en", 1, 0],
  ["错", "zh", 1, 0],
  ["1 + 2 = 3 错 等等 2 * 2 = 4 yes", "zh", 2, 1],
  ["1 + 2 = 3 错 等等 2 * 2 = 4 yes", "en", 1, 2],
  ["5 * 3 = 15 对", "zh", 1, 0],
  ["5 * 3 = 15 yes", "zh", 0, 1],
  ["但是 5 - 3 = 2 no", "zh", 1, 1],
  ["你好", "zh", 1, 0],
  ["你好，世界", "zh", 2, 0],
  ["我们 wait 你们", "zh", 2, 1],
  ["中国 and 美国", "zh", 2, 1],
  ["中国 and 美国", "en", 1, 2],
  ["等于5", "zh", 1, 0],
  ["所以3+4=7", "zh", 1, 0],
  ["所以 3+4=7 。", "zh", 1, 0],
  ["北京、上海", "zh", 2, 0],
  ["hello", "zh", 0, 1],
  ["你好", "en", 0, 1],
  ["你好", "zh-Hant", 1, 0],
  ["こんにちは", "zh", 0, 1],
  ["カタカナ", "ja", 1, 0],
  ["ｶﾀｶﾅ", "ja", 1, 0],
  ["東京", "ja", 1, 0],
  ["東京 Tokyo", "ja", 1, 1],
  ["안녕하세요", "ko", 1, 0],
  ["한국 사람", "ko", 2, 0],
  ["한국 people", "ko", 1, 1],
  ["안녕하세요", "en", 0, 1],
  ["Привет, мир", "ru", 2, 0],
  ["Привет world", "ru", 1, 1],
  ["Привет, мир", "en", 0, 2],
  ["да , 3 + 4 = 7 , нет", "uk", 2, 0],
  ["добро", "sr", 1, 0],
  ["dobro", "sr-Latn", 1, 0],
  ["добро", "sr-Latn", 0, 1],
  ["مرحبا بالعالم", "ar", 2, 0],
  ["سلام دنیا", "fa", 2, 0],
  ["مرحبا hello", "ar", 1, 1],
  ["Καλημέρα κόσμε", "el", 2, 0],
  ["שלום עולם", "he", 2, 0],
  ["नमस्ते दुनिया", "hi", 2, 0],
  ["नमस्ते world", "hi", 1, 1],
  ["สวัสดี", "th", 1, 0],
  ["bonjour le monde", "fr", 3, 0],
  ["il y a", "fr", 3, 0],
  ["el perro y el gato", "es", 5, 0],
];

test.each(LINES)("%j in %s: %i own, %i other", (line, language, own, other) => {
  expect(countWordsByLanguage(line, language)).toEqual({ own, other });
});

test("English and French can't be told apart by their script", () => {
  expect(countWordsByLanguage("bonjour le monde", "en")).toEqual({ own: 3, other: 0 });
});

test.each(["", "not a language", "12", "\u0000"])("%j is no language", (language) => {
  expect(() => countWordsByLanguage("hello", language)).toThrow(OptionError);
});

describe("any text", () => {
  const anyText = fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 80 })
    .map((codes) => String.fromCharCode(...codes));

  test("is counted without throwing", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom("en", "zh", "ja", "ar"), (text, language) => {
        const { own, other } = countWordsByLanguage(text, language);
        return own >= 0 && other >= 0;
      }),
    );
  });

  test("has as many words with a formula behind it", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("wait", "no", "等等", "错", "so", "the"), { maxLength: 12 }), (words) => {
        const text = words.join(" ");
        expect(countWordsByLanguage(`${text} 3+4=7`, "en")).toEqual(countWordsByLanguage(text, "en"));
      }),
    );
  });

  test.each([
    ["letters", "a".repeat(1_000_000)],
    ["words", "no ".repeat(300_000)],
    ["backslashes", "\\(".repeat(300_000)],
    ["angles", "<a".repeat(400_000)],
    ["dollars", "$ ".repeat(400_000)],
    ["ticks", "`".repeat(1_000_000)],
    ["at signs", "a@".repeat(400_000)],
    ["Han", "错".repeat(300_000)],
    ["halves", "\ud800".repeat(500_000)],
  ])("is read in linear time: %s", (_name, text) => {
    expect(cpuMilliseconds(() => void countWordsByLanguage(text, "zh"))).toBeLessThan(8000);
  });
});
