import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StopTexts } from "./stop-texts.ts";

function shown(pieces: readonly string[], stops: readonly string[]): string[] {
  const text = new StopTexts(stops);
  return [...pieces.map((piece) => text.push(piece)), text.end()];
}

describe("stop texts", () => {
  test("what may begin one is held back, and shown when it didn't", () => {
    expect(shown(["a\n", "\nb", " E", "ND"], ["\n\n\n", "END!"])).toEqual(["a", "\n\nb", " ", "", "END"]);
  });

  test("the first one ends the text before it, and nothing comes after", () => {
    expect(shown(["one tw", "o three", " four"], ["three", "two"])).toEqual(["one ", "", "", ""]);
    expect(shown(["STOP", "x"], ["STOP"])).toEqual(["", "", ""]);
  });

  test("one that begins within another that fails", () => {
    expect(shown(["a", "a", "b"], ["aab"]).join("")).toBe("");
    expect(shown(["a", "a", "a", "b"], ["aab"]).join("")).toBe("a");
  });

  test("however a text is cut, it ends before the first place of any", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "é", "🙂"), maxLength: 30 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é"), minLength: 1, maxLength: 4 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(letters, stops, fc.array(fc.nat(3)), (text, given, cuts) => {
        const pieces: string[] = [];
        let at = 0;
        for (const cut of cuts) pieces.push(text.slice(at, (at += cut)));
        pieces.push(text.slice(at));
        const places = given.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
        expect(shown(pieces, given).join("")).toBe(text.slice(0, places.length > 0 ? Math.min(...places) : undefined));
      }),
      { numRuns: 500 },
    );
  });
});
