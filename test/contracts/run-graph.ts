import { compile, Graph, type Tensor } from "../../src/graph/index.ts";
import { createSession, inputTensor } from "../../src/engine/index.ts";

/**
 * Computes a few tensors of a graph through the engine: inputs by name as vectors, results as plain numbers.
 *
 * @param build takes the inputs' tensors, each [n]; gives what is to be computed by name
 */
export async function runGraph(
  inputs: Readonly<Record<string, readonly number[]>>,
  build: (tensors: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
): Promise<Record<string, number[]>> {
  const graph = new Graph();
  const outputs = build(
    Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, graph.input(name, [values.length])])),
  );
  const model = compile(graph, outputs);
  const session = await createSession(model);
  try {
    const used = model.inputs.map(({ name }) => name);
    const results = await session.run(
      Object.fromEntries(
        used.map((name) => [name, inputTensor(Float32Array.from(inputs[name]!), [inputs[name]!.length])]),
      ),
    );
    return Object.fromEntries(
      Object.keys(outputs).map((name) => [name, Array.from(results[name]!.data as Float32Array)]),
    );
  } finally {
    await session.release();
  }
}
