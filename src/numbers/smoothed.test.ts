import { expect, test } from "vitest";
import { smoothed } from "./smoothed.ts";

test("a mean around each value, whose ends don't lag", () => {
  // Window 3: (1+2+6)/3 = 3, (2+6+3)/3 = 11/3; the ends stand alone.
  expect(smoothed([1, 2, 6, 3], 3)).toEqual([1, 3, 11 / 3, 3]);
  // Window 5: the second of five sees one on either side, (0+3+6)/3; the middle sees all, (0+3+6+1+5)/5.
  expect(smoothed([0, 3, 6, 1, 5], 5)).toEqual([0, 3, 3, 4, 5]);
});

test("nulls are left out and stay", () => {
  expect(smoothed([1, null, 3], 3)).toEqual([1, null, 3]);
  expect(smoothed([1, null, 3, 5, 4], 3)).toEqual([1, null, 4, 4, 4]);
});

test("a window that is cut keeps what there is of it", () => {
  // Window 5: (0+3+6)/3, (0+3+6+1)/4, (0+3+6+1+5)/5, (3+6+1+5)/4, (6+1+5)/3
  expect(smoothed([0, 3, 6, 1, 5], 5, "cut")).toEqual([3, 2.5, 3, 3.75, 4]);
});

test("a window of one changes nothing", () => {
  expect(smoothed([2, 4], 1)).toEqual([2, 4]);
  expect(smoothed([], 5)).toEqual([]);
});
