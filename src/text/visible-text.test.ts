import { expect, test } from "vitest";
import { visibleParts } from "./visible-text.ts";

test("controls get their pictures, what is invisible or changes the direction its number", () => {
  expect(visibleParts("a\u001b[0m\u202eb\u007f")).toEqual([
    { text: "a" },
    { control: "␛", name: "escape, U+001B" },
    { text: "[0m" },
    { control: "U+202E", name: "right-to-left override, U+202E" },
    { text: "b" },
    { control: "␡", name: "character U+007F" },
  ]);
});

test("line feeds, tabs, letters of every script and whole characters beyond 16 bits stay", () => {
  const text = "line\n\tשלום 日本 é 😀";
  expect(visibleParts(text)).toEqual([{ text }]);
  expect(visibleParts("\ud83d")).toEqual([{ control: "U+D83D", name: "character U+D83D" }]);
});

test("every control and format character is named", () => {
  const passed: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (
      /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/u.test(character) &&
      !"\n\t".includes(character) &&
      visibleParts(character).some((part) => "text" in part)
    )
      passed.push(code.toString(16));
  }
  expect(passed).toEqual([]);
});
