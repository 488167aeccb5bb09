import fc from "fast-check";
import { expect, test } from "vitest";
import { linearScale, roundTicks } from "./axis.ts";

test("ticks are round and enclose the range", () => {
  expect(roundTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(roundTicks(3, 47)).toEqual([0, 10, 20, 30, 40, 50]);
  expect(roundTicks(-0.013, 0.004)).toEqual([-0.015, -0.01, -0.005, 0, 0.005]);
  expect(roundTicks(7, 7)).toEqual([7]);
});

test("ticks of any range are few, in order, and enclose it", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e5, max: 1e5, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.integer({ min: 1, max: 12 }),
      (low, width, count) => {
        const ticks = roundTicks(low, low + width, count);
        expect(ticks.length).toBeLessThanOrEqual(count + 2);
        const slack = 1e-6 * Math.max(1, Math.abs(low), width);
        expect(ticks[0]).toBeLessThanOrEqual(low + slack);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(low + width - slack);
        expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
      },
    ),
  );
});

test("a scale is a straight line, also downwards and of one value", () => {
  const down = linearScale([0, 10], [100, 0]);
  expect([0, 5, 10].map(down)).toEqual([100, 50, 0]);
  expect(linearScale([4, 4], [20, 80])(4)).toBe(20);
});
