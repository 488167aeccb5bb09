import { expect, test } from "vitest";
import { changesByToken } from "./token-changes.ts";

test("by token, the most moved first", () => {
  const scored = [
    { token: "no", before: -1, after: -0.5 },
    { token: "wait", before: -1, after: -4 },
    { token: "no", before: -2, after: -3.5 },
    { token: "yes", before: -0.25, after: 0 },
  ];
  expect(changesByToken(scored)).toEqual([
    { token: "wait", count: 1, change: -3, size: 3 },
    // (0.5 - 1.5) / 2 and (0.5 + 1.5) / 2
    { token: "no", count: 2, change: -0.5, size: 1 },
    { token: "yes", count: 1, change: 0.25, size: 0.25 },
  ]);
});

test("nothing was scored", () => {
  expect(changesByToken([])).toEqual([]);
});
