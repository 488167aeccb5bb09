import { expect, test } from "vitest";
import { backward, compile, Graph, multiply, sumAll, type Tensor } from "../../src/graph/index.ts";
import { createSession, inputTensor, type InputTensor } from "../../src/engine/index.ts";
import { randomKey, RandomStream, splitKey } from "../../src/random.ts";

/** Inputs of an operator under test: those that are differentiated by, and fixed ones of other types. */
export interface GradientCase {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly fixed?: Readonly<Record<string, InputTensor>>;
  /** Where the inputs are drawn from; away from 0 for operators with a corner there. */
  readonly draw?: (random: RandomStream) => number;
  readonly build: (tensors: Readonly<Record<string, Tensor>>, graph: Graph) => Tensor;
}

const STEP = 1 / 64;

/**
 * The contract of every operator: its gradient rule gives what central differences of its forward pass give, for a
 * weighted sum of its outputs, at every element of every input. Single precision allows about 1e-3.
 */
export function gradientContract(
  name: string,
  { inputs, fixed = {}, draw = (random) => random.normal(), build }: GradientCase,
): void {
  test(`${name}: the gradient is that of finite differences`, async () => {
    const graph = new Graph();
    const tensors = Object.fromEntries(Object.entries(inputs).map(([key, shape]) => [key, graph.input(key, shape)]));
    for (const [key, value] of Object.entries(fixed))
      tensors[key] = graph.input(key, value.dims, value.type as "int64" | "float32");
    const output = build(tensors, graph);
    const weights = graph.input("outputWeights", output.shape);
    const loss = sumAll(multiply(output, weights));
    const names = Object.keys(inputs);
    const gradients = backward(
      loss,
      names.map((key) => tensors[key]!),
    );
    const session = await createSession(
      compile(graph, { loss, output, ...Object.fromEntries(names.map((key, i) => [`d:${key}`, gradients[i]!])) }),
    );

    const random = new RandomStream(splitKey(randomKey(7), name));
    const data = Object.fromEntries(
      names.map((key) => [
        key,
        Float32Array.from({ length: inputs[key]!.reduce((product, size) => product * size, 1) }, () => draw(random)),
      ]),
    );
    const outputSize = (output.shape as number[]).reduce((product, size) => product * size, 1);
    const outputWeights = inputTensor(
      Float32Array.from({ length: outputSize }, () => random.normal()),
      output.shape as number[],
    );
    const run = () =>
      session.run({
        ...fixed,
        ...Object.fromEntries(names.map((key) => [key, inputTensor(data[key]!, inputs[key]!)])),
        outputWeights,
      });
    const analytic = await run();
    for (const key of names) {
      const rule = (analytic[`d:${key}`]!.data as Float32Array).slice();
      const values = data[key]!;
      for (let i = 0; i < values.length; i++) {
        const kept = values[i]!;
        values[i] = kept + STEP;
        const above = ((await run())["loss"]!.data as Float32Array)[0]!;
        values[i] = kept - STEP;
        const below = ((await run())["loss"]!.data as Float32Array)[0]!;
        values[i] = kept;
        const difference = (above - below) / (2 * STEP);
        expect(
          Math.abs(rule[i]! - difference),
          `${key}[${i}]: rule ${rule[i]}, differences ${difference}`,
        ).toBeLessThan(4e-3 * Math.max(1, Math.abs(difference)));
      }
    }
  });
}
