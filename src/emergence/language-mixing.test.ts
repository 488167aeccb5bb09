import { expect, test } from "vitest";
import { measureLanguageMixing } from "./language-mixing.ts";

test("words of other languages over all words, and thinkings with any", () => {
  const samples = [
    { thinking: "错 等等 yes", language: "zh" },
    { thinking: "no wait but yes", language: "en" },
    { thinking: "1 + 1 = 2", language: "en" },
    { thinking: "bonjour", language: undefined },
  ];
  // 1 of 7 words; 1 of the 2 thinkings that have words and a language.
  expect(measureLanguageMixing(samples)).toEqual({ mixing: 1 / 7, mixedShare: 0.5, samples: 4, words: 7 });
});

test("nothing to measure", () => {
  expect(measureLanguageMixing([{ thinking: "hello", language: undefined }])).toEqual({
    mixing: null,
    mixedShare: null,
    samples: 1,
    words: 0,
  });
});
