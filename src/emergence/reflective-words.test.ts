import { expect, test } from "vitest";
import { PAPER_REFLECTIVE_WORDS, reflectionRate, reflectiveWordCounter } from "./reflective-words.ts";

test("the paper names ten", () => {
  expect([...PAPER_REFLECTIVE_WORDS].sort()).toEqual([
    "but",
    "check",
    "error",
    "evaluate",
    "however",
    "mistake",
    "retry",
    "verify",
    "wait",
    "wrong",
  ]);
});

test.each([
  ["Wait, wait. WAIT!", 3],
  ["However, that is wrong; check it, but verify.", 5],
  ["a mistake? retry: the error... evaluate", 4],
  ["waiter, button, mistakes, checked, errors, awaits, rebut", 0],
  ["début buté", 0],
  ["wait_2 but3", 0],
  ["<think>wait</think>", 1],
  ["error-prone, but-but", 3],
  ["", 0],
])("%j holds %i of the paper's", (text, count) => {
  expect(reflectiveWordCounter(PAPER_REFLECTIVE_WORDS)(text)).toBe(count);
});

test("words of a task may be of any kind", () => {
  expect(reflectiveWordCounter(["hmm", "no ,", "hmm no", ""])("hmm no hmm , no , xno ,")).toBe(3);
  expect(reflectiveWordCounter(["c++", "(a|b)"])("c++ ccc (a|b) a")).toBe(2);
  expect(reflectiveWordCounter(["été"])("ÉTÉ, été étés")).toBe(2);
  expect(reflectiveWordCounter([])("wait")).toBe(0);
});

test("the rate is per thousand tokens", () => {
  expect(reflectionRate(3, 400)).toBe(7.5);
  expect(reflectionRate(0, 0)).toBe(0);
});
