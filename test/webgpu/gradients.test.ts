import { afterAll, describe, expect, test } from "vitest";
import { engineFor, readFloats, type DenseTensor, type Engine } from "../../src/engine/index.ts";
import { clippedPolicyLoss } from "../../src/losses/index.ts";
import type { ModelConfig } from "../../src/model/model-config.ts";
import { initialParameters, parameterLayout, parameterViews } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { batchInputs } from "../../src/policy/gradients/training-batch.ts";
import { trainingGraph } from "../../src/policy/gradients/training-graph.ts";
import { randomKey } from "../../src/random.ts";
import { useSwiftShader } from "./swiftshader.ts";

const missing = useSwiftShader();

describe.skipIf(missing !== undefined)(
  `gradients on a GPU${missing === undefined ? "" : ` (${missing})`}`,
  async () => {
    const engines = missing === undefined ? [await engineFor("cpu"), await engineFor("webgpu")] : [];
    afterAll(async () => {
      for (const engine of engines) await engine.dispose();
    });

    test.each([
      ["tied, one key head", { kvHeads: 1, tiedEmbeddings: true }],
      ["untied, with biases", { tiedEmbeddings: false, attentionBias: true }],
    ])("are the CPU's: %s", async (_name, change) => {
      const config = tinyConfig({ layers: 2, ...change });
      const [reference, found] = [await gradients(engines[0]!, config), await gradients(engines[1]!, config)];
      expect(found.size).toBe(reference.size);
      for (const [name, values] of reference) expect(distance(found.get(name)!, values), name).toBeLessThan(1e-4);
    });
  },
);

async function gradients(engine: Engine, config: ModelConfig): Promise<Map<string, Float32Array>> {
  const loss = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
  const layout = parameterLayout(config);
  const views = parameterViews(initialParameters(config, randomKey(1)), layout);
  const program = await engine.compile(trainingGraph({ config }, loss));
  const weights = Object.fromEntries(layout.map(({ name, shape }) => [name, engine.tensor(views.get(name)!, shape)]));
  const outputs = await program.run({ ...weights, ...inputs(config) });
  const found = new Map<string, Float32Array>();
  for (const name of Object.keys(outputs)) found.set(name, await readFloats(outputs, name));
  return found;
}

function inputs(config: ModelConfig): Record<string, DenseTensor> {
  const sequences = [7, 5, 4].map((length, i) => ({
    promptTokens: [1, 2, 3],
    tokens: Array.from({ length }, (_, t) => (t * 7 + i) % config.vocabSize),
    weight: 0.1 + 0.05 * i,
    advantage: i - 0.7,
    oldLogprobs: Array.from({ length }, (_, t) => -2 - 0.1 * t),
    refLogprobs: Array.from({ length }, () => -2.5),
  }));
  return batchInputs(sequences, config, 0.8);
}

/** The largest difference, by the largest number. */
function distance(found: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0) / (largest || 1);
}
