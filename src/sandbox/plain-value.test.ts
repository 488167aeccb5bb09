import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalsJson, isPlainValue, plainOfJson, type PlainValue } from "./plain-value.ts";

describe("what a process sends", () => {
  const deep = (levels: number): PlainValue => (levels === 0 ? null : ["l", [deep(levels - 1)]]);
  test.each<[unknown, boolean]>([
    [["i", "-0xff"], true],
    [["i", "255"], false],
    [["f", "1e-07"], true],
    [["f", "1; DROP"], false],
    [["f", "-inf"], true],
    [["l", [["i", "0x1"], "a", null]], true],
    [["l", [1]], false],
    [["l", "ab"], false],
    [["d", [["a", true]]], true],
    [["d", [["a"]]], false],
    [["b", "0aF"], false],
    [["k", ["a"]], true],
    [["e", [["a", true]]], true],
    [["p", ["f", "1"]], true],
    [["p", []], false],
    [["x", []], false],
    [["__proto__", []], false],
    [undefined, false],
    [{ value: 1 }, false],
    [deep(60), true],
    [deep(70), false],
  ])("%j", (value, plain) => expect(isPlainValue(value)).toBe(plain));
});

describe("a value beside JSON", () => {
  test("every JSON value is plain, and equal to itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = plainOfJson(value, "python");
        expect(equalsJson(plainOfJson(value, "javascript"), value)).toBe(true);
        expect(isPlainValue(plain)).toBe(true);
        expect(equalsJson(plain, value)).toBe(true);
      }),
    );
  });

  test.each<[PlainValue, unknown, boolean]>([
    [
      [
        "t",
        [
          ["i", "0x1"],
          ["i", "0x2"],
        ],
      ],
      [1, 2],
      true,
    ],
    [["f", "2.0"], 2, true],
    [["i", "0x20000000000001"], 2 ** 53, false],
    // Python's True is 1.
    [true, 1, true],
    ["1", 1, false],
    [["f", "nan"], null, false],
    [["d", [[["i", "0x1"], "a"]]], { 1: "a" }, true],
    [["d", [["a", null]]], { a: null, b: null }, false],
    [
      [
        "d",
        [
          ["1", null],
          [["i", "0x1"], null],
        ],
      ],
      { 1: null, 2: null },
      false,
    ],
    [["s", [["i", "0x1"]]], [1], false],
    [["g", [["i", "0x1"]]], [1], false],
    [["l", []], {}, false],
  ])("%j beside %j", (value, expected, same) => expect(equalsJson(value, expected)).toBe(same));
});
