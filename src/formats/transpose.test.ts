import fc from "fast-check";
import { expect, it } from "vitest";
import { transposeInto } from "./transpose.ts";

const size = fc.integer({ min: 1, max: 70 });

it("writes columns as rows", () => {
  const out = new Float32Array(6);
  transposeInto({ values: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 2, columns: 3 }, out);
  expect(out).toEqual(Float32Array.of(1, 4, 2, 5, 3, 6));
});

it("writes some rows of a higher matrix where they belong, and nothing else", () => {
  fc.assert(
    fc.property(size, size, fc.nat(9), fc.nat(9), (rows, columns, before, after) => {
      const height = before + rows + after;
      const values = Float32Array.from({ length: rows * columns }, (_, i) => i + 1);
      const out = new Float32Array(height * columns);
      transposeInto({ values, rows, columns }, out, height, before);
      const expected = Float32Array.from({ length: height * columns }, (_, i) => {
        const [column, row] = [Math.floor(i / height), (i % height) - before];
        return row >= 0 && row < rows ? values[row * columns + column]! : 0;
      });
      expect(out).toEqual(expected);
    }),
  );
});
