import { afterAll, beforeAll, expect, test } from "vitest";
import { unevenMatrix } from "../../test/contracts/uneven-matrix.ts";
import { engineFor } from "./devices.ts";
import type { Engine } from "./engine.ts";
import { inWholeColumns, type FarthestWhole, type WholeColumns } from "./whole-columns.ts";

let engine: Engine;
beforeAll(async () => (engine = await engineFor("cpu")));
afterAll(() => engine.dispose());

const [INNER, OUTER] = [70, 33];

async function rounded(weight: Float32Array, farthest: FarthestWhole, threads = 1): Promise<WholeColumns> {
  const weights = new Map([["w", { values: weight, shape: [INNER, OUTER] as const, turned: false }]]);
  return (await inWholeColumns(engine, weights, farthest, { threads })).get("w")!;
}

test.each([127, 63] as const)("columns reach %i, and no number moves by more than half a step", async (farthest) => {
  const weight = unevenMatrix(INNER, OUTER);
  const { numbers, scales } = await rounded(weight, farthest);
  weight.forEach((value, i) => {
    const step = scales[i % OUTER]!;
    expect(Math.abs(numbers[i]! * step - value)).toBeLessThanOrEqual(0.5 * step * (1 + 1e-4));
  });
  for (let column = 0; column < OUTER; column++)
    expect(Math.max(...numbers.filter((_, i) => i % OUTER === column).map(Math.abs))).toBe(farthest);
});

test("one that lies turned, and one by several threads, are rounded to the same", async () => {
  const weight = unevenMatrix(INNER, OUTER);
  const plain = await rounded(weight, 127);
  const turned = Float32Array.from(weight, (_, i) => weight[(i % INNER) * OUTER + Math.floor(i / INNER)]!);
  const both = await inWholeColumns(
    engine,
    new Map([
      ["as it is", { values: weight, shape: [INNER, OUTER], turned: false }],
      ["turned", { values: turned, shape: [OUTER, INNER], turned: true }],
    ]),
    127,
  );
  expect(both.get("as it is")).toEqual(plain);
  expect(both.get("turned")).toEqual(plain);
  expect(await rounded(weight, 127, 3)).toEqual(plain);
});

test("a column of zeros stays one", async () => {
  const weight = unevenMatrix(INNER, OUTER).map((value, i) => (i % OUTER === 4 ? 0 : value));
  const { numbers, scales } = await rounded(weight, 127);
  expect(numbers.filter((_, i) => i % OUTER === 4).every((number) => number === 0)).toBe(true);
  expect(scales.every((scale) => Number.isFinite(scale) && scale > 0)).toBe(true);
});
