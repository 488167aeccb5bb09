import fc from "fast-check";
import { expect, test } from "vitest";
import { packRows } from "./packing.ts";

test("the longest first, each into the fullest row that holds it", () => {
  // 7 opens a row (3 left), 5 another (5 left), 3 fits the first exactly, 4 goes to the second, 2 to a third.
  expect(packRows([3, 7, 4, 5, 2], 10)).toEqual([[1, 0], [3, 2], [4]]);
});

test("every sequence once, no row too long, at most one row half empty", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }), (lengths) => {
      const rows = packRows(lengths, 50);
      const sums = rows.map((row) => row.reduce((sum, i) => sum + lengths[i]!, 0));
      expect(rows.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
      expect(Math.max(0, ...sums)).toBeLessThanOrEqual(50);
      expect(sums.filter((sum) => sum <= 25).length).toBeLessThanOrEqual(1);
    }),
  );
});
