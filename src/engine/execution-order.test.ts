import { expect, test } from "vitest";
import { executionOrder } from "./execution-order.ts";
import type { NodeSpec } from "./model-proto.ts";

const node = (operator: string, inputs: string[], output: string): NodeSpec => ({
  operator,
  domain: "",
  inputs,
  outputs: [output],
  attributes: {},
});
const output = (name: string) => ({ name, type: "float32", shape: [1] }) as const;

test("what nobody reads comes last, in reverse, and the names of the outputs after it", () => {
  const nodes = [
    node("Exp", ["x"], "a"),
    node("Neg", ["a"], "first end"),
    node("Exp", ["a"], "b"),
    node("Neg", ["b"], "second end"),
    node("Identity", ["first end"], "p"),
    node("Identity", ["second end"], "q"),
  ];
  expect(
    executionOrder({ nodes, inputs: [], outputs: [output("p"), output("q")] }).map(({ outputs }) => outputs[0]),
  ).toEqual(["a", "b", "second end", "first end", "p", "q"]);
});

test("what widens and transposes a weight comes first, in its order", () => {
  const nodes = [
    node("Cast", ["w"], "wide"),
    node("MatMul", ["x", "wide"], "y"),
    node("Cast", ["y"], "z"),
    node("Cast", ["w"], "wide again"),
    node("Transpose", ["wide again"], "turned"),
    node("MatMul", ["z", "turned"], "end"),
  ];
  const inputs = [output("x"), { name: "w", type: "float16", shape: [1, 1] } as const];
  const order = executionOrder({ nodes, inputs, outputs: [output("end")] });
  expect(order.map(({ outputs }) => outputs[0])).toEqual(["wide", "wide again", "turned", "y", "z", "end"]);
});

test("every node comes after those that it reads, and none is lost", () => {
  const nodes = [
    node("Exp", ["x"], "a"),
    node("Identity", ["a"], "out"),
    node("Neg", ["out"], "b"),
    node("Identity", ["b"], "end"),
  ];
  expect(
    executionOrder({ nodes, inputs: [], outputs: [output("out"), output("end")] }).map(({ outputs }) => outputs[0]),
  ).toEqual(["a", "out", "b", "end"]);
});
