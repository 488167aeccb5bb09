import { expect, test } from "vitest";
import { tinyConfig } from "../../model/tiny-config.ts";
import { furtherDecks, LONG_FROM } from "./deck-sizes.ts";

/** 192 numbers a position, as the shipped base has. */
const config = tinyConfig({ vocabSize: 81, layers: 3, heads: 4, kvHeads: 1, headDim: 32 });

test("a small model's longer sequences are written fewer at once, so that their keys and values stay cached", () => {
  const decks = furtherDecks(config, 128, 14);
  expect(decks).toEqual([
    { from: 48, slots: 128 },
    { from: 128, slots: 64 },
    { from: 272, slots: 32 },
    { from: 544, slots: 16 },
  ]);
  decks.slice(1).forEach(({ from }, i) => expect(from * decks[i]!.slots * 192 * 4).toBeLessThanOrEqual(13 * 2 ** 20));
});

test("every deck begins behind the one before, whatever the prompts' length", () => {
  for (const longest of [1, 47, 48, 300, 2000]) {
    const places = furtherDecks(config, 1000, longest).map(({ from }) => from);
    expect(places[0]).toBe(longest < LONG_FROM ? LONG_FROM : longest + LONG_FROM);
    expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
  }
});

test("few slots, or weights that fill the cache by themselves: two decks", () => {
  expect(furtherDecks(config, 16, 14)).toHaveLength(1);
  expect(furtherDecks({ ...config, vocabSize: 100_000 }, 256, 14)).toEqual([{ from: 48, slots: 256 }]);
});
