import { afterAll, describe, expect, test } from "vitest";
import { addSame, compile, Graph, scale } from "../graph/index.ts";
import { DEVICE_NAMES, engineFor, readFloats, type Program } from "./index.ts";

const engine = await engineFor("cpu");
afterAll(() => engine.dispose());

/** sum = x + y, double = 2 x. */
async function program(): Promise<Program> {
  const graph = new Graph();
  const [x, y] = ["x", "y"].map((name) => graph.input(name, ["N"]));
  return engine.compile(compile(graph, { sum: addSame(x!, y!), double: scale(x!, 2) }));
}
const vector = (...values: number[]) => ({ data: Float32Array.from(values), dims: [values.length] });

describe("an engine on the CPU", () => {
  test("reads dense tensors and its own, leaves out what the graph doesn't have, and gives what is asked by name", async () => {
    const kept = Float32Array.from([1, 2]);
    const outputs = await (
      await program()
    ).run({
      x: engine.tensor(kept, [2]),
      y: vector(10, 20),
      unknown: vector(5),
    });
    expect(Object.keys(outputs)).toEqual(["sum", "double"]);
    expect(outputs["sum"]!.dims).toEqual([2]);
    expect(outputs["sum"]!.type).toBe("float32");
    expect(await readFloats(outputs, "sum")).toEqual(Float32Array.from([11, 22]));
    expect(await readFloats(outputs, "double")).toEqual(Float32Array.from([2, 4]));
  });

  test("sees what has changed in the array of a tensor", async () => {
    const made = await program();
    const kept = Float32Array.from([1, 2]);
    const x = engine.tensor(kept, [2]);
    await made.run({ x, y: vector(0, 0) });
    kept.set([3, 4]);
    x.refresh();
    expect(await readFloats(await made.run({ x, y: vector(0, 0) }), "double")).toEqual(Float32Array.from([6, 8]));
  });

  test("writes an output in place where a tensor is given for it, and others anew", async () => {
    const place = new Float32Array(2);
    const sum = engine.tensor(place, [2]);
    const outputs = await (await program()).run({ x: vector(1, 2), y: vector(3, 4) }, { sum });
    expect(outputs["sum"]).toBe(sum);
    expect(place).toEqual(Float32Array.from([4, 6]));
    expect(await readFloats(outputs, "double")).toEqual(Float32Array.from([2, 4]));
  });

  test("says in one line what is missing or doesn't fit", async () => {
    const made = await program();
    await expect(made.run({ x: vector(1) })).rejects.toThrow(/^Expected a run to get the input y, got none\.$/);
    await expect(made.run({ x: vector(1, 2), y: vector(1, 2, 3) })).rejects.toThrow(/^The tensor engine failed: /);
    const outputs = await made.run({ x: vector(1), y: vector(1) });
    await expect(readFloats(outputs, "z")).rejects.toThrow(/^Expected a run to give numbers as z, got none\.$/);
  });

  test("refuses a graph that it doesn't know, by an error of the engine", async () => {
    const graph = new Graph();
    const y = graph.emitOne({ operator: "NoSuchOperator", inputs: [graph.input("x", [1])], shape: [1] });
    await expect(engine.compile(compile(graph, { y }))).rejects.toThrow(
      /^The tensor engine refused a graph of 2 nodes/,
    );
  });
});

test("an unknown device is refused by name", async () => {
  expect(DEVICE_NAMES).toEqual(["cpu", "webgpu", "cuda"]);
  for (const name of ["gpu", "toString", ""])
    await expect(engineFor(name)).rejects.toThrow(`Expected \`device\` to be one of cpu, webgpu, cuda, got "${name}".`);
});
