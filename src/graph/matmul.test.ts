import { afterAll, expect, test } from "vitest";
import { engineFor, readFloats } from "../engine/index.ts";
import { compile } from "./compile.ts";
import { transposedProduct } from "./matmul.ts";
import { Graph } from "./tensor.ts";

const engine = await engineFor("cpu");
afterAll(() => engine.dispose());

const numbers = (size: number, from: number): Float32Array => Float32Array.from({ length: size }, (_, i) => from + i);

/** Sum over k of a[k, i] b[k, j], times two, for each of two matrices. */
function expected(a: Float32Array, b: Float32Array, [k, m, n]: readonly [number, number, number]): number[] {
  return Array.from({ length: 2 * m * n }, (_, at) => {
    const [stack, i, j] = [Math.floor(at / (m * n)), Math.floor(at / n) % m, at % n];
    const terms = Array.from({ length: k }, (_term, t) => a[(stack * k + t) * m + i]! * b[(stack * k + t) * n + j]!);
    return 2 * terms.reduce((sum, term) => sum + term, 0);
  });
}

test.each<[string, [number, number, number], (number | string)[], string]>([
  ["the first is wider", [3, 5, 2], [5, 2], "b"],
  ["the second is wider", [3, 2, 5], [2, 5], "a"],
  ["as wide as the other", [4, 3, 3], [3, 3], "b"],
  ["of a width that isn't known", [3, 2, 5], ["T", 5], "b"],
])("A transposed times B turns the narrower around: %s", async (_name, [k, m, n], [left, right], turned) => {
  const graph = new Graph();
  const [a, b] = [graph.input("a", [2, k, left!]), graph.input("b", [2, k, right!])];
  const product = transposedProduct(a, b, 2);
  expect(product.shape).toEqual([2, left, right]);
  const spec = compile(graph, { product });
  expect(spec.nodes.find(({ operator }) => operator === "FusedMatMul")!.inputs[0]).toBe(turned);
  const program = await engine.compile(spec, {});
  const [first, second] = [numbers(2 * k * m, 1), numbers(2 * k * n, -4)];
  const inputs = { a: { data: first, dims: [2, k, m] }, b: { data: second, dims: [2, k, n] } };
  const found = await readFloats(await program.run(inputs), "product");
  expect([...found]).toEqual(expected(first, second, [k, m, n]));
  await program.dispose();
});
