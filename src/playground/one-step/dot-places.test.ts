import { expect, test } from "vitest";
import { dotPlaces } from "./dot-places.ts";

const x = (reward: number): number => 40 + 280 * reward;

test("equal rewards stand on each other", () => {
  const { dots, radius } = dotPlaces([1, 0, null, 1], x, 150);
  expect(radius).toBe(10);
  expect(dots).toEqual([
    { sample: 0, value: 1, x: 320, y: 139 },
    { sample: 1, value: 0, x: 40, y: 139 },
    { sample: 3, value: 1, x: 320, y: 119 },
  ]);
});

test("a tall stack has smaller dots", () => {
  const { dots, radius } = dotPlaces(
    Array.from({ length: 32 }, () => 0),
    x,
    150,
  );
  expect(radius).toBe(2);
  expect(Math.min(...dots.map(({ y }) => y))).toBeGreaterThanOrEqual(0);
});
