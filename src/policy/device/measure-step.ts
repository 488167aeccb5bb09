import type { DenseTensor, Engine } from "../../engine/index.ts";
import { crossEntropyLoss } from "../../losses/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { parameterCount, parameterLayout } from "../../model/parameters.ts";
import { batchInputs } from "../gradients/training-batch.ts";
import { trainingGraph } from "../gradients/training-graph.ts";
import { gradientName } from "../local/trainable-weights.ts";

/** Sequences and tokens of a measured step. */
const SEQUENCES = 4;
const LENGTH = 128;
export const STEP_TOKENS: number = SEQUENCES * LENGTH;
/** Layers that are measured; the others are taken to be as fast. */
const LAYERS = 2;
/** Runs, of which the fastest counts; no more begin after so many seconds. */
const RUNS = 3;
const SECONDS = 5;

/**
 * Seconds of one training step of a model, forward and backward over 4 sequences of 128 tokens: measured on two of its
 * layers with its whole vocabulary, times what the whole model has more of parameters.
 *
 * @param threads of the processor, where the engine is it
 */
export async function secondsOfStep(engine: Engine, config: ModelConfig, threads: number): Promise<number> {
  const cut: ModelConfig = { ...config, layers: Math.min(LAYERS, config.layers) };
  const layout = parameterLayout(cut);
  const program = await engine.compile(trainingGraph({ config: cut, positions: LENGTH + 1 }, crossEntropyLoss), {
    threads,
  });
  const weights = layout.map(({ name, shape, size }) => [name, engine.tensor(numbers(size), shape)] as const);
  const gradients = layout.map(({ name, shape }) => [gradientName(name), engine.zeros(shape)] as const);
  const inputs = { ...Object.fromEntries(weights), ...batch(cut) };
  const outputs = Object.fromEntries(gradients);
  const once = async (): Promise<number> => {
    const began = performance.now();
    await program.run(inputs, outputs);
    return (performance.now() - began) / 1000;
  };
  try {
    // The first run makes shaders and takes memory.
    await once();
    let [best, spent] = [Infinity, 0];
    for (let i = 0; i < RUNS && spent < SECONDS; i++) {
      const seconds = await once();
      best = Math.min(best, seconds);
      spent += seconds;
    }
    return best * (parameterCount(config) / parameterCount(cut));
  } finally {
    for (const [, tensor] of [...weights, ...gradients]) tensor.dispose();
    await program.dispose();
  }
}

/** Small numbers of both signs, without the time that drawing them takes. */
function numbers(size: number): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = ((i * 7919) % 1009) / 25_000 - 0.02;
  return values;
}

function batch(config: ModelConfig): Record<string, DenseTensor> {
  const sequences = Array.from({ length: SEQUENCES }, (_, i) => ({
    promptTokens: [1],
    // One token more than the graph reads: the last is a label only.
    tokens: Array.from({ length: LENGTH }, (_token, t) => (i * 31 + t * 7) % config.vocabSize),
    weight: 1 / STEP_TOKENS,
    advantage: 0,
  }));
  return batchInputs(sequences, config, 1);
}
