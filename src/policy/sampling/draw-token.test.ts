import fc from "fast-check";
import { expect, test } from "vitest";
import { drawToken, type DrawOptions } from "./draw-token.ts";

/** Top-k and top-p as they are defined, with all tokens in order. */
function drawnFromAll(row: Float32Array, uniform: number, { topK, topP }: DrawOptions): number {
  const order = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
  const kept: number[] = [];
  let mass = 0;
  for (const token of order) {
    if ((topK > 0 && kept.length >= topK) || (kept.length > 0 && mass >= topP)) break;
    kept.push(token);
    mass += row[token]!;
  }
  let left = uniform * mass;
  return kept.find((token) => (left -= row[token]!) < 0) ?? kept[0]!;
}

test("leaving out unlikely tokens first changes no draw", () => {
  const logits = fc.array(fc.double({ min: -14, max: 2, noNaN: true }), { minLength: 1, maxLength: 80 });
  const options = fc.record({
    topK: fc.integer({ min: 0, max: 90 }),
    topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(
      logits,
      options,
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      (values, { topK, topP }, uniform) => {
        const total = values.reduce((sum, value) => sum + Math.exp(value), 0);
        const row = Float32Array.from(values, (value) => Math.exp(value) / total);
        fc.pre(topK > 0 || topP < 1);
        expect(drawToken(row, 0, row.length, uniform, { topK, topP, greedy: false })).toBe(
          drawnFromAll(row, uniform, { topK, topP, greedy: false }),
        );
      },
    ),
    { numRuns: 3000 },
  );
});

test("worked by hand: 0.5, 0.3 and 0.2, of which 0.8 keep the first two", () => {
  const row = new Float32Array([0.2, 0.5, 0.3]);
  const draw = (uniform: number): number => drawToken(row, 0, 3, uniform, { topK: 0, topP: 0.75, greedy: false });
  // 0.8 of mass: below 0.5 / 0.8 = 0.625 the first, above it the second.
  expect([draw(0), draw(0.62), draw(0.63), draw(0.99)]).toEqual([1, 1, 2, 2]);
});
