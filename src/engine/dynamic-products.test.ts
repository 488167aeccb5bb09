import { afterAll, beforeAll, expect, test } from "vitest";
import { unevenMatrix } from "../../test/contracts/uneven-matrix.ts";
import { engineFor } from "./devices.ts";
import { farthestWhole, withDynamicProducts } from "./dynamic-products.ts";
import type { Engine, Program } from "./engine.ts";
import type { ModelSpec } from "./model-proto.ts";
import { readFloats } from "./read-floats.ts";
import { inWholeColumns } from "./whole-columns.ts";

let engine: Engine;
beforeAll(async () => (engine = await engineFor("cpu")));
afterAll(() => engine.dispose());

const [INNER, OUTER] = [70, 33];

/** y = x w, with w as it lies or turned. */
function product(isTurned: boolean): ModelSpec {
  const attributes = isTurned ? { transA: 0, transB: 1, alpha: { float: 1 } } : {};
  const [operator, domain] = isTurned ? ["FusedMatMul", "com.microsoft"] : ["MatMul", ""];
  return {
    nodes: [{ operator: operator!, domain: domain!, inputs: ["x", "w"], outputs: ["y"], attributes }],
    constants: [],
    inputs: [
      { name: "x", type: "float32", shape: ["B", INNER] },
      { name: "w", type: "float32", shape: isTurned ? [OUTER, INNER] : [INNER, OUTER] },
    ],
    outputs: [{ name: "y", type: "float32", shape: ["B", OUTER] }],
    shapes: new Map(),
  };
}

test.each([
  [127, false],
  [127, true],
  [63, false],
] as const)("products are those of the rounded weight, up to %i, turned: %s", async (wanted, isTurned) => {
  // One without VNNI cuts what is farther, which is why no weight is rounded so far there.
  const farthest = wanted === 127 ? await farthestWhole(engine) : wanted;
  const weights = new Map([
    ["w", { values: unevenMatrix(INNER, OUTER), shape: [INNER, OUTER] as const, turned: false }],
  ]);
  const rounded = await inWholeColumns(engine, weights, farthest);
  const columns = rounded.get("w")!;
  const graph = withDynamicProducts(product(isTurned), rounded);
  expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  const program = await engine.compile(graph);
  for (const rows of [1, 3, 40]) {
    // One channel is 300 times the others: in 8 bits alone these would keep a bit.
    const x = Float32Array.from({ length: rows * INNER }, (_, i) => Math.cos(i) * (i % INNER === 7 ? 300 : 1));
    const found = await readFloats(await program.run({ x: { data: x, dims: [rows, INNER] } }), "y");
    const plain = Float32Array.from({ length: rows * OUTER }, (_, i) => {
      const [row, column] = [Math.floor(i / OUTER), i % OUTER];
      let sum = 0;
      for (let k = 0; k < INNER; k++) sum += x[row * INNER + k]! * columns.numbers[k * OUTER + column]!;
      return sum * columns.scales[column]!;
    });
    // A step of 16 bits, 600 / 2^16, half of it in each of INNER numbers at random.
    const bound = (i: number): number => (0.01 / 2) * Math.sqrt(INNER) * columns.scales[i % OUTER]! * farthest;
    plain.forEach((value, i) => expect(Math.abs(found[i]! - value)).toBeLessThan(bound(i)));
  }
});

test("a product with another weight stays as it is", () => {
  expect(withDynamicProducts(product(false), new Map())).toEqual(product(false));
});

test("where the processor cuts sums of two products at 16 bits, numbers are half as far", async () => {
  expect([63, 127]).toContain(await farthestWhole(engine));
  const giving = (sum: number): Engine =>
    ({
      compile: async () =>
        ({
          run: async () => ({ y: engine.tensor(new Float32Array(64).fill(sum), [1, 64]) }),
          dispose: async () => {},
        }) as unknown as Program,
    }) as unknown as Engine;
  expect(await farthestWhole(giving(64 * 255 * 127))).toBe(127);
  expect(await farthestWhole(giving(32 * 32767))).toBe(63);
});
