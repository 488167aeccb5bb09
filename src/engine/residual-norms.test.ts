import { expect, test } from "vitest";
import { addBias, addSame, compile, Graph, rmsNorm, type Tensor } from "../graph/index.ts";
import type { ModelSpec } from "./index.ts";
import { engineFor, readFloats } from "./index.ts";
import { withResidualNorms } from "./residual-norms.ts";

function graphOf(build: (x: Tensor, y: Tensor, gain: Tensor, bias: Tensor) => Record<string, Tensor>): ModelSpec {
  const graph = new Graph();
  const rows = ["B", "T", 6];
  const [x, y] = [graph.input("x", rows), graph.input("y", rows)];
  return compile(graph, build(x, y, graph.input("gain", [6]), graph.input("bias", [6])));
}

const noise = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + seed));

const operators = (model: ModelSpec): string[] =>
  model.nodes.map(({ operator }) => operator).filter((operator) => operator !== "Identity");

test("a sum and its norm become one node, which gives what both gave", async () => {
  const model = graphOf((x, y, gain) => {
    const sum = addSame(x, y);
    return { normed: rmsNorm(sum, gain, 1e-6), further: addSame(sum, x) };
  });
  const fused = withResidualNorms(model);
  expect(operators(fused).toSorted()).toEqual(["Add", "SkipSimplifiedLayerNormalization"]);
  const engine = await engineFor("cpu");
  const inputs = {
    x: { data: noise(36, 1), dims: [2, 3, 6] },
    y: { data: noise(36, 2), dims: [2, 3, 6] },
    gain: { data: noise(6, 3), dims: [6] },
  };
  const [expected, found] = [
    await (await engine.compile(model)).run(inputs),
    await (await engine.compile(fused)).run(inputs),
  ];
  for (const name of ["normed", "further"]) {
    const wanted = await readFloats(expected, name);
    (await readFloats(found, name)).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
  }
  await engine.dispose();
});

test("what is spread over rows, and what isn't a sum, stays", () => {
  const model = graphOf((x, _y, gain, bias) => ({
    a: rmsNorm(addBias(x, bias), gain, 1e-6),
    b: rmsNorm(x, gain, 1e-6),
  }));
  expect(withResidualNorms(model)).toEqual(model);
});

test("a norm whose gain is made behind the sum stays", () => {
  const model = graphOf((x, y, gain, bias) => {
    const sum = addSame(x, y);
    return { a: rmsNorm(sum, addSame(gain, bias), 1e-6) };
  });
  expect(withResidualNorms(model)).toEqual(model);
});
