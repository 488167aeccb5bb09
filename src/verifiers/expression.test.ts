import { expect, test } from "vitest";
import { parseExpression } from "./expression.ts";

test.each([
  ["14 / 2 + 7", 14, [14, 2, 7]],
  ["14 ÷ 2 + 7", 14, [14, 2, 7]],
  ["3 / 2 * 4", 6, [3, 2, 4]],
  ["( 8 / ( 3 - 8 / 3 ) )", 24, [8, 3, 8, 3]],
  ["7 / 2", 3.5, [7, 2]],
  ["5 / ( 2 - 4 )", -2.5, [5, 2, 4]],
  ["2 x 7", 14, [2, 7]],
  ["2 × 7 – 3", 11, [2, 7, 3]],
  ["2 * 7 = 14", 14, [2, 7]],
  ["2 - 7 = -5.", -5, [2, 7]],
  ["2 * 7.", 14, [2, 7]],
])("%s makes %d of its numbers", (text, value, numbers) => {
  expect(parseExpression(text)).toEqual({ value, numbers });
});

test.each([
  ["2 * 7 = 15", "makes 14, and says 15"],
  ["2 * 7 = 14 = 14", "unreadable at character 12"],
  ["2 / ( 3 - 3 )", "divides by 0"],
  ["2 / 0", "divides by 0"],
  ["999999999 / 7 * 999999999 / 11", "too large"],
  ["2 // 3", "unreadable at character 4"],
  ["2.5 + 1", "unreadable at character 3"],
  ["= 4", "unreadable at character 1"],
  ["2 * 7 =", "ends too early"],
])("%s can't be read: %s", (text, reason) => {
  expect(parseExpression(text)).toBe(reason);
});
