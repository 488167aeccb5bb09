import { expect, test } from "vitest";
import { sum, sumOf } from "./sum.ts";

test("sums by hand, in the order of the numbers", () => {
  expect(sum([1, 2, 6])).toBe(9);
  expect(sum([])).toBe(0);
  // 1e16 + 1 is rounded to 1e16, so that the order is seen.
  expect(sum([1e16, 1, -1e16])).toBe(0);
  expect(sum([1e16, -1e16, 1])).toBe(1);
  expect(sumOf(["a", "bcd"], ({ length }) => length)).toBe(4);
});
