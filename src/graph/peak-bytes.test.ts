import { expect, test } from "vitest";
import { ShapeError } from "../errors.ts";
import { compile } from "./compile.ts";
import { addSame, exp, multiply } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { linear } from "./matmul.ts";
import { peakBytes } from "./peak-bytes.ts";
import { Graph } from "./tensor.ts";

test("what is still read stays, what nobody reads is written over or freed", () => {
  const graph = new Graph();
  const x = graph.input("x", ["B", 4]);
  // a: 2 * 4 * 4 = 32 bytes. b: 32 more, as a is read again. c is written over b.
  const a = exp(x);
  const b = multiply(a, x);
  const c = addSame(b, a);
  expect(peakBytes(compile(graph, { c }), { B: 2 })).toBe(64);
  // Without the second reader b is written over a.
  expect(peakBytes(compile(graph, { b }), { B: 2 })).toBe(32);
});

test("a product needs its factor and its result; a view needs nothing", () => {
  const graph = new Graph();
  const x = graph.input("x", ["B", "T", 4]);
  const w = graph.input("w", [4, 8]);
  const flat = reshape(exp(x), [-1, 4], ["B*T", 4]);
  // 6 rows: 96 bytes of exp, seen flat, and 192 of the product.
  expect(peakBytes(compile(graph, { y: linear(flat, w) }), { B: 2, T: 3 })).toBe(96 + 192);
});

test("refuses a dimension without a size", () => {
  const graph = new Graph();
  const y = exp(graph.input("x", ["B", 4]));
  expect(() => peakBytes(compile(graph, { y }), { T: 2 })).toThrow(ShapeError);
});
