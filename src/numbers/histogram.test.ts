import fc from "fast-check";
import { expect, test } from "vitest";
import { histogram, histogramEdges } from "./histogram.ts";

test("counts between equal edges, the highest value in the last bin", () => {
  const values = [0, 1, 2, 3, 4, 4];
  const edges = histogramEdges(values, 4);
  expect(edges).toEqual([0, 1, 2, 3, 4]);
  expect(histogram(values, edges).counts).toEqual([1, 1, 1, 3]);
  expect(histogram([-1, 9, NaN], edges).counts).toEqual([0, 0, 0, 0]);
});

test("of equal values one bin, of nothing none", () => {
  expect(histogramEdges([2, 2], 20)).toEqual([1.5, 2.5]);
  expect(histogram([2, 2], [1.5, 2.5]).counts).toEqual([2]);
  expect(histogramEdges([NaN], 20)).toEqual([]);
  expect(histogram([1], []).counts).toEqual([]);
});

test("every finite value is counted once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
      fc.integer({ min: 1, max: 40 }),
      (v, bins) => {
        const { counts } = histogram(v, histogramEdges(v, bins));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(v.length);
      },
    ),
  );
});
