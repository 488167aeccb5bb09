import { expect, test } from "vitest";
import { sparkline } from "./sparkline.ts";

test.each([
  [[0, 1, 2, 3, 4, 5, 6, 7], 10, true, "▁▂▃▄▅▆▇█"],
  [[0, 1, 2, 3, 4, 5, 6, 7], 10, false, "_.-~=+*#"],
  [[0.24, 0.82], 10, true, "▁█"],
  [[5, 5, 5], 10, true, "▁▁▁"],
  // Pieces (0, 0), (1, 1), (2, 2): means 0, 1, 2; 1 is half way, level 4 of 0..7.
  [[0, 0, 1, 1, 2, 2], 3, true, "▁▅█"],
  [[0, Number.NaN, 1], 10, true, "▁█"],
  [[], 10, true, ""],
  [[1, 2, 3], 0, true, ""],
])("sparkline(%j, %d, %s)", (values, width, unicode, expected) => {
  expect(sparkline(values, { width, unicode })).toBe(expected);
});
