/** The thread of a speed measurement: what the engine reaches on one core while the others do the same. */
import { compile, Graph, linear } from "../graph/index.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { initialParameters, parameterLayout, parameterViews } from "../model/parameters.ts";
import { createSession, inputTensor, type InputTensor, type Session } from "../engine/index.ts";
import { randomKey } from "../random.ts";
import { batchInputs } from "../policy/gradients/training-batch.ts";
import { crossEntropyGraph } from "../policy/gradients/training-graph.ts";

export interface BenchInit {
  readonly seconds: number;
}

export interface BenchCalls {
  /** GFLOP/s of square matrix products in float32, both factors fed as inputs. */
  matmul(size: number): Promise<number>;
  /** Seconds of a forward and backward pass over sequences of one length. */
  training(config: ModelConfig, sequences: number, length: number): Promise<number>;
}

export default function start({ seconds }: BenchInit): BenchCalls {
  return {
    matmul: async (size) => {
      const graph = new Graph();
      const product = linear(graph.input("a", [size, size]), graph.input("b", [size, size]));
      const session = await createSession(compile(graph, { product }));
      const factor = (): InputTensor => inputTensor(new Float32Array(size * size).fill(0.01), [size, size]);
      const time = await secondsByRun(session, { a: factor(), b: factor() }, seconds);
      await session.release();
      return (2 * size ** 3) / time / 1e9;
    },
    training: async (config, sequences, length) => {
      const layout = parameterLayout(config);
      const views = parameterViews(initialParameters(config, randomKey(1)), layout);
      const weights = Object.fromEntries(
        layout.map((info) => [info.name, inputTensor(views.get(info.name)!, info.shape)]),
      );
      const session = await createSession(crossEntropyGraph({ config }));
      // One token more than the graph reads: the last is a label only.
      const batch = Array.from({ length: sequences }, (_, i) => ({
        promptTokens: [1],
        tokens: Array.from({ length }, (_token, t) => (i * 31 + t * 7) % config.vocabSize),
        weight: 1,
        advantage: 0,
      }));
      const { advantages: _a, oldLogprobs: _o, refLogprobs: _r, ...inputs } = batchInputs(batch, config, 1);
      const time = await secondsByRun(session, { ...weights, ...inputs }, seconds);
      await session.release();
      return time;
    },
  };
}

/** The median time of a run, after two that touch the memory. */
async function secondsByRun(
  session: Session,
  inputs: Readonly<Record<string, InputTensor>>,
  seconds: number,
): Promise<number> {
  for (let i = 0; i < 2; i++) await session.run(inputs);
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < 3 || performance.now() < end) {
    const started = performance.now();
    await session.run(inputs);
    times.push((performance.now() - started) / 1000);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
