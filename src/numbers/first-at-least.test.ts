import { expect, test } from "vitest";
import { firstAtLeast } from "./first-at-least.ts";

test("the first number that isn't below one, and the end where all are", () => {
  const rising = Uint32Array.of(2, 3, 3, 7);
  expect([1, 2, 3, 4, 7, 8].map((least) => firstAtLeast(rising, least))).toEqual([0, 0, 1, 3, 3, 4]);
  expect(firstAtLeast(rising, 7, 2)).toBe(2);
  expect(firstAtLeast([], 1)).toBe(0);
});
