import fc from "fast-check";
import { expect, test } from "vitest";
import { textSegments } from "./text-segments.ts";

test("cuts at spans and at tokens", () => {
  expect(textSegments("no wait yes", [{ from: 3, to: 7, kind: "reflection" }], ["no ", "wai", "t yes"])).toEqual([
    { text: "no ", kind: null, token: 0 },
    { text: "wai", kind: "reflection", token: 1 },
    { text: "t", kind: "reflection", token: 2 },
    { text: " yes", kind: null, token: 2 },
  ]);
});

test("a text without tokens, and one that goes on after them", () => {
  expect(textSegments("abc", [], null)).toEqual([{ text: "abc", kind: null, token: null }]);
  expect(textSegments("abc", [], ["a"])).toEqual([
    { text: "a", kind: null, token: 0 },
    { text: "bc", kind: null, token: null },
  ]);
  expect(textSegments("", [{ from: 0, to: 4, kind: "answer" }], ["x"])).toEqual([]);
});

test("the segments are the text, whatever the spans and pieces are", () => {
  const span = fc
    .tuple(fc.nat(20), fc.nat(20))
    .map(([from, length]) => ({ from, to: from + length, kind: "answer" as const }));
  fc.assert(
    fc.property(
      fc.string({ maxLength: 20 }),
      fc.array(span, { maxLength: 4 }),
      fc.array(fc.string({ maxLength: 4 }), { maxLength: 8 }),
      (text, spans, pieces) => {
        const ordered = spans
          .sort((a, b) => a.from - b.from)
          .filter(({ from }, i, all) => i === 0 || from >= (all[i - 1] as (typeof all)[number]).to);
        const segments = textSegments(text, ordered, pieces);
        expect(segments.map((segment) => segment.text).join("")).toBe(text);
        expect(segments.every((segment) => segment.text !== "")).toBe(true);
      },
    ),
  );
});
