import { expect, test } from "vitest";
import { applyLineEdits } from "./line-edit.ts";

const SOURCE = "def f ( a ) :\n  if a < 1 :\n    return 0\n  return 0\n  return a";

test("a line is put differently and keeps its indentation", () => {
  expect(applyLineEdits(SOURCE, "if  a < 1 : =>   if a > 1 :")).toEqual({
    text: "def f ( a ) :\n  if a > 1 :\n    return 0\n  return 0\n  return a",
  });
  expect(applyLineEdits(SOURCE, "return a => return 2\nif a < 1 : => if a :")).toEqual({
    text: "def f ( a ) :\n  if a :\n    return 0\n  return 0\n  return 2",
  });
});

test("a line can be named by its place", () => {
  expect(applyLineEdits(SOURCE, "L3 => return 1")).toEqual({
    text: "def f ( a ) :\n  if a < 1 :\n    return 0\n  return 1\n  return a",
  });
});

test.each([
  ["L5 => return 1", 'no line is "L5"'],
  ["L4 => return a", "the edit changes nothing"],
  ["", "there is no edit"],
  ["return a", "expected one => in the edit, got 0"],
  ["return a => b => c", "expected one => in the edit, got 2"],
  ["return a =>", "a side of the edit is empty"],
  ["=> return a", "a side of the edit is empty"],
  ["return a => return a", "the edit changes nothing"],
  ["return 0 => return 1", '2 lines are "return 0"'],
  ["return 5 => return 1", 'no line is "return 5"'],
  ["return => return 1", 'no line is "return"'],
  [`return a => ${"x".repeat(20_000)}`, "the edit is longer than 20000 characters"],
])("%s: %s", (answer, wrong) => {
  expect(applyLineEdits(SOURCE, answer)).toEqual({ wrong });
});
