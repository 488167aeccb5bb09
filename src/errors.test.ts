import { cpuMilliseconds } from "../test/contracts/cpu-time.ts";
import { describe, expect, test } from "vitest";
import { show } from "./errors.ts";

const nested = (levels: number): unknown => {
  let value: unknown = [];
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
};
const thrower = (): never => {
  throw new Error("no");
};
const cycle: Record<string, unknown> = {};
cycle["itself"] = [cycle];

describe("show", () => {
  test.each<[unknown, string]>([
    ["text", '"text"'],
    ["a\u001b[2J\u202e\u2028b", '"a\\u001b[2J??b"'],
    [7, "7"],
    [Number.NaN, "NaN"],
    [-0, "0"],
    [null, "null"],
    [undefined, "undefined"],
    [5n, "5"],
    [[5n, 1], '["5",1]'],
    [Symbol("s"), "Symbol(s)"],
    [{ a: [1, { b: null }] }, '{"a":[1,{"b":null}]}'],
    [{ toString: () => "lie", toJSON: () => "lie" }, "{}"],
    [JSON.parse('{"__proto__": {"a": 1}}'), '{"__proto__":{"a":1}}'],
    [
      {
        get a() {
          return thrower();
        },
      },
      "something that can't be shown",
    ],
    [new Proxy({}, { ownKeys: thrower }), "something that can't be shown"],
    [new Proxy([], { get: thrower }), "something that can't be shown"],
    [new Proxy(() => 1, { get: thrower, getPrototypeOf: thrower }), "something that can't be shown"],
  ])("gives %# as it should be", (value, text) => expect(show(value)).toBe(text));

  test.each<[string, unknown]>([
    ["a million levels", nested(1e6)],
    ["a cycle", cycle],
    ["a long text", "x".repeat(1e8)],
    ["a long text within", [{ a: "\u0000".repeat(1e7) }]],
    ["a long name", { ["x".repeat(1e7)]: 1 }],
    ["a long list", Array.from({ length: 1e6 }, () => [])],
    ["many fields", Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [i, {}]))],
    ["a list that lies about its length", new Proxy([], { get: (_, name) => (name === "length" ? 2 ** 31 : 1) })],
    [
      "a proxy of itself",
      new Proxy(
        {},
        {
          get: (_, __, self) => self as unknown,
          ownKeys: () => ["a"],
          getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
        },
      ),
    ],
  ])("bounds %s", (_, value) => {
    let text = "";
    expect(cpuMilliseconds(() => void (text = show(value)))).toBeLessThan(500);
    expect(text.length).toBeLessThanOrEqual(120);
    expect(text.length).toBeGreaterThan(10);
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u001f]/);
  });
});
