import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeMarkup } from "./escape-markup.ts";

test.each([
  [`<a href="x" id='y'>&amp;</a>`, "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;"],
  ["line\n\ttab, ünïcödé, 漢字, 😀", "line\n\ttab, ünïcödé, 漢字, 😀"],
  ["\u0000\u001b\ufffe", "\ufffd\ufffd\ufffd"],
  ["\ud83d alone, \ude00 alone", "\ufffd alone, \ufffd alone"],
])("escapeMarkup(%j)", (text, expected) => {
  expect(escapeMarkup(text)).toBe(expected);
});

test("no text leaves its element or its attribute", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeMarkup(text)).not.toMatch(/[<>"'\u0000]|&(?!amp;|lt;|gt;|quot;|#39;)/);
    }),
  );
});
