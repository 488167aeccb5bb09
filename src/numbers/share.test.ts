import { expect, test } from "vitest";
import { share, shareOf } from "./share.ts";

test("a share and its binomial error by hand", () => {
  // p = 0.25 of 12: sqrt(0.25 * 0.75 / 12) = sqrt(1 / 64) = 0.125
  expect(share(3, 12)).toEqual({ value: 0.25, error: 0.125 });
  expect(share(0, 0)).toBeNull();
});

test("the share of items that something holds of", () => {
  expect(shareOf([1, 2, 3, 4], (value) => value > 1)).toBe(0.75);
  expect(shareOf([], () => true)).toBe(0);
});
