import { compile, Graph, type Tensor } from "../../src/graph/index.ts";
import { engineFor, readFloats } from "../../src/engine/index.ts";

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
  const program = await (await engineFor("cpu")).compile(model);
  try {
    const results = await program.run(
      Object.fromEntries(
        Object.entries(inputs).map(([name, values]) => [
          name,
          { data: Float32Array.from(values), dims: [values.length] },
        ]),
      ),
    );
    const found: Record<string, number[]> = {};
    for (const name of Object.keys(outputs)) found[name] = Array.from(await readFloats(results, name));
    return found;
  } finally {
    await program.dispose();
  }
}
