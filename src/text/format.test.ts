import { describe, expect, test } from "vitest";
import {
  columns,
  duration,
  fileSize,
  indented,
  megabytes,
  percent,
  percentOf,
  percentWithError,
  shortCount,
} from "./format.ts";

describe("numbers in plain words", () => {
  test.each([
    [0.8211, "82.1 %"],
    [0, "0.0 %"],
    [1, "100.0 %"],
    [null, "-"],
    [Number.NaN, "-"],
  ])("percent(%s)", (share, expected) => expect(percent(share)).toBe(expected));

  test("a part of a whole", () => expect([percentOf(1, 8), percentOf(0, 0)]).toEqual(["12.5 %", "-"]));

  test("a share with its error", () => expect(percentWithError(0.8211, 0.0191)).toBe("82.1 % ± 1.9"));

  test.each([
    [0, "0"],
    [812.4, "812"],
    [999.6, "1.0k"],
    [9_840, "9.8k"],
    [45_120, "45k"],
    [1_230_000, "1.2M"],
    [2e9, "2.0G"],
  ])("shortCount(%s)", (count, expected) => expect(shortCount(count)).toBe(expected));

  test.each([
    [0.42, "0.4 s"],
    [9.97, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min"],
    [220, "3 min 40 s"],
    [7_500, "2 h 5 min"],
    [7_200, "2 h"],
    [-1, "-"],
    [Number.POSITIVE_INFINITY, "-"],
  ])("duration(%s)", (seconds, expected) => expect(duration(seconds)).toBe(expected));

  test.each([
    [420.4, "420 MB"],
    [1_500, "1.5 GB"],
  ])("megabytes(%s)", (size, expected) => expect(megabytes(size)).toBe(expected));

  test.each([
    [12, "12 bytes"],
    [20_317, "20 kB"],
    [999_600, "1.0 MB"],
    [13_900_000, "14 MB"],
  ])("fileSize(%s)", (bytes, expected) => expect(fileSize(bytes)).toBe(expected));
});

describe("layout", () => {
  test("columns to the left and to the right", () => {
    expect(
      columns(
        [
          ["a", "1", "x"],
          ["bbb", "22", ""],
        ],
        [1],
      ),
    ).toEqual(["a     1  x", "bbb  22"]);
  });

  test("no spaces at the end of empty lines", () => expect(indented("a\n\nb")).toBe("  a\n\n  b"));
});
