import { afterAll, beforeAll, expect, test } from "vitest";
import { RandomStream, randomKey } from "../random.ts";
import { engineFor } from "./devices.ts";
import type { Engine } from "./engine.ts";
import type { ModelSpec } from "./model-proto.ts";
import { QUANTISED_BLOCK, quantiseWeight, withQuantisedProducts, type QuantisedBits } from "./quantised-products.ts";
import { readFloats } from "./read-floats.ts";

let engine: Engine;
beforeAll(async () => (engine = await engineFor("cpu")));
afterAll(() => engine.dispose());

/** A weight [inner, outer] of numbers of unlike size. */
function weightOf(inner: number, outer: number): Float32Array {
  const random = new RandomStream(randomKey(inner * outer));
  return Float32Array.from({ length: inner * outer }, (_, i) => random.normal() * (1 + (i % 5)));
}

/** y = x w, w an input. */
function product(inner: number, outer: number): ModelSpec {
  return {
    nodes: [{ operator: "MatMul", domain: "", inputs: ["x", "w"], outputs: ["y"], attributes: {} }],
    constants: [],
    inputs: [
      { name: "x", type: "float32", shape: ["B", inner] },
      { name: "w", type: "float32", shape: [inner, outer] },
    ],
    outputs: [{ name: "y", type: "float32", shape: ["B", outer] }],
    shapes: new Map(),
  };
}

/** The weight that the few bits stand for, [inner, outer], as ContribOperators.md says. */
function meant(numbers: Uint8Array, scales: Float32Array, inner: number, bits: QuantisedBits): Float32Array {
  const blocks = Math.ceil(inner / QUANTISED_BLOCK);
  const outer = scales.length / blocks;
  return Float32Array.from({ length: inner * outer }, (_, i) => {
    const [row, column] = [Math.floor(i / outer), i % outer];
    const block = column * blocks + Math.floor(row / QUANTISED_BLOCK);
    const bit = (row % QUANTISED_BLOCK) * bits;
    const byte = numbers[(block * QUANTISED_BLOCK * bits) / 8 + Math.floor(bit / 8)]!;
    return (((byte >> (bit % 8)) & (2 ** bits - 1)) - 2 ** (bits - 1)) * scales[block]!;
  });
}

test.each([
  [96, 40, 8],
  [96, 40, 4],
  [70, 33, 8],
  [70, 33, 4],
  [8, 12, 4],
] as const)(
  "the product of a weight of %i x %i in %i bits is that of the rounded weight",
  async (inner, outer, bits) => {
    const weight = weightOf(inner, outer);
    const quantised = quantiseWeight(weight, [inner, outer], bits);
    const rounded = meant(quantised.numbers, quantised.scales, inner, bits);
    const graph = withQuantisedProducts(product(inner, outer), new Map([["w", quantised]]), bits);
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
    const program = await engine.compile(graph);
    for (const rows of [1, 3, 40]) {
      const x = Float32Array.from({ length: rows * inner }, (_, i) => Math.cos(i));
      const found = await readFloats(await program.run({ x: { data: x, dims: [rows, inner] } }), "y");
      const expected = Float32Array.from({ length: rows * outer }, (_, i) => {
        const [row, column] = [Math.floor(i / outer), i % outer];
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += x[row * inner + k]! * rounded[k * outer + column]!;
        return sum;
      });
      const largest = Math.max(...expected.map(Math.abs));
      expect(Math.max(...expected.map((value, i) => Math.abs(value - found[i]!))) / largest).toBeLessThan(1e-5);
    }
  },
);

test.each([8, 4] as const)("%i bits round to half a step of the block, and keep its largest number", (bits) => {
  const [inner, outer] = [80, 7];
  const weight = weightOf(inner, outer);
  const { numbers, scales } = quantiseWeight(weight, [inner, outer], bits);
  const rounded = meant(numbers, scales, inner, bits);
  for (let column = 0; column < outer; column++) {
    for (let block = 0; block * QUANTISED_BLOCK < inner; block++) {
      const rows = Array.from({ length: QUANTISED_BLOCK }, (_, i) => block * QUANTISED_BLOCK + i).filter(
        (row) => row < inner,
      );
      const at = (row: number): number => row * outer + column;
      const largest = Math.max(...rows.map((row) => Math.abs(weight[at(row)]!)));
      const step = largest / 2 ** (bits - 1);
      for (const row of rows) {
        // A number at the other end of the range has one step less.
        const end = Math.abs(weight[at(row)]!) > largest - step ? 1 : 0.5;
        expect(Math.abs(rounded[at(row)]! - weight[at(row)]!)).toBeLessThanOrEqual(end * step * (1 + 1e-5));
      }
      const farthest = rows.find((row) => Math.abs(weight[at(row)]!) === largest)!;
      expect(rounded[at(farthest)]! / weight[at(farthest)]!).toBeCloseTo(1, 6);
    }
  }
});

test("zeros stay zeros, and a product with another weight stays as it is", () => {
  const { numbers, scales } = quantiseWeight(new Float32Array(64), [32, 2], 4);
  expect([...meant(numbers, scales, 32, 4)].every((value) => value === 0)).toBe(true);
  const graph = product(32, 2);
  expect(withQuantisedProducts(graph, new Map(), 4)).toEqual(graph);
});
