import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalQuestion, questionId, questionKey } from "./normal-question.ts";

describe("one question in several dresses", () => {
  test.each([
    ["What is 1,000 + 3.50?", "  what IS 1000+3.5 "],
    ["What's 2 + 2 ?", "Whats 2+2"],
    ["“How many?” – he asked…", '"how many" - HE asked'],
    ["7 × 8 − 2 ÷ 1", "7*8-2/1"],
    ["Pay $5.00 now!", "pay 5 now"],
    ["1\u202f000\u00a0000 people", "1,000,000 people"],
    ["x = .5", "x=0.50"],
    ["1, 2, 3: sort", "1,2,3 sort"],
    ["２＋２は？", "2+2は"],
    ["一共多少？", "一共 多少。"],
    ["What is 1 000 000 + 2?", "what is 1000000+2"],
    ["What is 1_000 + 2{,}000?", "what is 1000+2,000"],
    ["Q: What is 2 + 2?", "question 7: what is 2+2"],
    ["**What** is \\(3 \\times 4\\)?", "What is $3 × 4$?"],
    ["What is 3 x 4 \\, ?", "what is 3x4"],
    ["\\dfrac{1}{2} \\div 2 costs \\$5", "\\frac{1}{2}÷2 costs $5"],
    ["\ufeffWhat is a\u200bb\u00ad?", "what is ab"],
    ["DIE STRASSE", "die Straße"],
    ["ΣΑΣ", "σας"],
    ["İstanbul", "istanbul"],
    ["٣ + ४", "3+4"],
    ["x² + ½", "x^2 + 1/2"],
    ["«Well-known» 「数」", "well known 数"],
    ["5 km", "5km"],
  ])("%j and %j", (left, right) => {
    expect(normalQuestion(left)).toBe(normalQuestion(right));
    expect(questionId(left)).toBe(questionId(right));
  });
});

describe("several questions", () => {
  test.each([
    ["2 + 2", "2 - 2"],
    ["2 * 2", "2 / 2"],
    ["12 3", "123"],
    ["0011 in words", "11 in words"],
    ["3.5", "35"],
    ["1,23", "123"],
    ["What is 5!", "What is 5"],
    ["f'(x)", "f(x)"],
    ["2 (3 + 4)", "2 3 + 4"],
    ["to get her", "together"],
    ["100", "1000"],
    ["x²", "x2"],
    ["1½", "11/2"],
    ["1 100 3 make 9", "1100 3 make 9"],
    ["2 ** 3 ** 4", "2 3 4"],
    ["x-y", "x y"],
    ["0x10", "0*10"],
    ["1.5.0", "1.5"],
    ["111,222,333,444,555,666,777,888,999,111,222", "111222333444555666777888999111222"],
  ])("%j and %j", (left, right) => {
    expect(normalQuestion(left)).not.toBe(normalQuestion(right));
  });
});

test("is its own normal form, without upper case, double spaces and ends", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.double().map(String)), (text) => {
      const normal = normalQuestion(text);
      expect(normal).not.toMatch(/^ | $| {2}|[A-Z]/);
      expect(normalQuestion(` ${text.toUpperCase().toLowerCase()}\n`)).toBe(normalQuestion(text.toUpperCase()));
    }),
  );
});

test("the id is the key in hexadecimal digits", () => {
  const { high, low } = questionKey("What is 2 + 2?");
  expect(questionId("what is 2+2")).toBe([high, low].map((half) => half.toString(16).padStart(8, "0")).join(""));
  expect(questionId("")).toMatch(/^[0-9a-f]{16}$/);
});
