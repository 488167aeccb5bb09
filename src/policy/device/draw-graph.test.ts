import { afterAll, describe, expect, test } from "vitest";
import { drawnBy, randomRow } from "../../../test/webgpu/drawn-tokens.ts";
import { engineFor } from "../../engine/index.ts";
import { drawToken, likeliestTokens, WHOLE_DISTRIBUTION } from "../sampling/draw-token.ts";
import { blocksOf, rankedTokens, TAKE_LIKELIEST, toldTokens } from "./draw-graph.ts";

const engine = await engineFor("cpu");
afterAll(() => engine.dispose());

/** Numbers from [0, 1) that lie between the bounds of any row with near certainty. */
const UNIFORMS = Array.from({ length: 40 }, (_, i) => (i * 0.618_034 + 0.003) % 1);

describe("a token drawn in the graph", () => {
  test.each([1, 2, 3, 11, 16, 97, 397, 1024, 4099])("is drawToken's, of %i tokens", async (size) => {
    const rows = UNIFORMS.map((_, i) => randomRow(size, i, 1 + 3 * (i % 4)));
    const drawn = await drawnBy(engine, { rows, uniforms: UNIFORMS });
    rows.forEach((row, i) => {
      const token = drawToken(row, 0, size, UNIFORMS[i]!, WHOLE_DISTRIBUTION);
      expect([...drawn[i]!]).toEqual([token, row[token]]);
    });
  });

  test("falls on every token as often as it is likely", async () => {
    const row = randomRow(23, 1, 2);
    const uniforms = Array.from({ length: 5000 }, (_, i) => (i + 0.5) / 5000);
    const drawn = await drawnBy(engine, { rows: uniforms.map(() => row), uniforms });
    row.forEach((share, token) => {
      const count = drawn.filter(([found]) => found === token).length;
      expect(Math.abs(count / 5000 - share)).toBeLessThan(1 / 2500);
    });
  });

  test.each([7, 16, 97])("is the spike, wherever it stands among %i, and never one that can't be", async (size) => {
    const rows = Array.from({ length: size }, (_, at) =>
      Float32Array.from({ length: size }, (_one, i) => (i === at ? 1 : 0)),
    );
    for (const uniform of [0, 0.5, 1 - 2 ** -24, TAKE_LIKELIEST]) {
      const drawn = await drawnBy(engine, { rows, uniforms: rows.map(() => uniform) });
      expect(drawn.map(([token]) => token)).toEqual([...rows.keys()]);
      expect(drawn.every(([, probability]) => probability === 1)).toBe(true);
    }
  });

  test("is the likeliest where the row adds up to less than the number; of equal ones the first", async () => {
    const short = Float32Array.of(0.2, 0.1, 0.3, 0.3, 0.05);
    const drawn = await drawnBy(engine, { rows: [short, short, short], uniforms: [0.949, 0.96, TAKE_LIKELIEST] });
    expect(drawn.map(([token]) => token)).toEqual([4, 2, 2]);
  });

  test("of rows that aren't numbers is some token", async () => {
    const rows = [new Float32Array(97).fill(Number.NaN), randomRow(97, 3, 1)];
    for (const limits of [undefined, { keep: 3, share: 0.5 }]) {
      const drawn = await drawnBy(engine, { rows, uniforms: [0.4, 0.4], ...(limits && { limits }) });
      expect(drawn[0]![1]).toBeNaN();
      expect(drawn[0]![0]).toBeGreaterThanOrEqual(0);
      expect(drawn[0]![0]).toBeLessThan(97);
      expect(drawn[1]![1]).toBe(rows[1]![drawn[1]![0]!]);
    }
  });
});

describe("a token drawn from the likeliest", () => {
  test.each([
    [11, 3, 1],
    [11, 0, 0.6],
    [11, 4, 0.6],
    [11, 50, 1],
    [397, 20, 0.95],
    [4099, 0, 0.9],
    [4099, 256, 1],
  ])("is drawToken's: %i tokens, top-k %i, top-p %f", async (size, topK, topP) => {
    const rows = UNIFORMS.map((_, i) => randomRow(size, i, size > 1000 ? 400 : 6));
    const limits = { keep: topK === 0 ? size + 1 : Math.min(topK, size), share: topP };
    const drawn = await drawnBy(engine, { rows, uniforms: UNIFORMS, limits });
    rows.forEach((row, i) => {
      const token = drawToken(row, 0, size, UNIFORMS[i]!, { topK, topP, greedy: false });
      expect(Array.from(drawn[i]!.subarray(0, 2))).toEqual([token, row[token]]);
    });
  });

  test("tells the likeliest, and what share of the row was sorted", async () => {
    const rows = [randomRow(4099, 1, 3), randomRow(4099, 2, 50)];
    const drawn = await drawnBy(engine, { rows, uniforms: [0.2, 0.7], limits: { keep: 4100, share: 1 } });
    const told = toldTokens(4099);
    rows.forEach((row, i) => {
      const expected = likeliestTokens(row, 0, 4099, rankedTokens(4099));
      const share = expected.reduce((sum, { token }) => sum + row[token]!, 0);
      expect(Math.abs(drawn[i]![2]! - share)).toBeLessThan(1e-5);
      expect(Array.from(drawn[i]!.subarray(3, 3 + told))).toEqual(expected.slice(0, told).map(({ token }) => token));
      expect(Array.from(drawn[i]!.subarray(3 + told))).toEqual(expected.slice(0, told).map(({ token }) => row[token]));
      // Without limits the draw goes through all tokens in their order.
      expect(drawn[i]![0]).toBe(drawToken(row, 0, 4099, [0.2, 0.7][i]!, WHOLE_DISTRIBUTION));
    });
  });
});

test.each([1, 2, 11, 97, 397, 49_152, 49_157, 128_256, 151_936])(
  "blocks of %i tokens hold all, and none is empty",
  (size) => {
    const { length, blocks } = blocksOf(size);
    expect(length * blocks).toBeGreaterThanOrEqual(size);
    expect(length * (blocks - 1)).toBeLessThan(size);
    expect(Math.max(length, blocks)).toBeLessThan(5 * Math.ceil(Math.sqrt(size)));
  },
);
