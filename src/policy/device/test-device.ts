import { DEFAULT_DEVICE, engineFor, type DenseTensor, type Engine } from "../../engine/index.ts";
import { clippedPolicyLoss } from "../../losses/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { initialParameters, parameterLayout, parameterViews } from "../../model/parameters.ts";
import { randomKey } from "../../random.ts";
import { batchInputs } from "../gradients/training-batch.ts";
import { trainingGraph } from "../gradients/training-graph.ts";
import { compareEngines, findWrongOperator } from "./compare-engines.ts";

/** How far a device may be from the CPU, relative to the largest number of what is compared. */
export const TOLERANCE = 1e-4;

/** What a device computed, beside the CPU. */
export interface DeviceTest {
  readonly worstError: number;
  /** What is wrong: an operator, or an output where none is alone; null where all is right. */
  readonly wrong: string | null;
  readonly seconds: number;
}

/**
 * Whether a device computes a model as the CPU does: the gradients of one small micro-batch, by a small model of the
 * same kind.
 *
 * @throws EngineError where the device isn't there
 */
export async function testDevice(device: string, config: ModelConfig): Promise<DeviceTest> {
  const [reference, engine] = [await engineFor(DEFAULT_DEVICE), await engineFor(device)];
  try {
    return await testEngine(reference, engine, config);
  } finally {
    await reference.dispose();
    await engine.dispose();
  }
}

/** The same of an engine beside another. */
export async function testEngine(reference: Engine, engine: Engine, config: ModelConfig): Promise<DeviceTest> {
  const began = performance.now();
  const small = smallModel(config);
  const graph = trainingGraph({ config: small }, LOSS);
  const inputs = { ...weightsOf(small), ...microBatch(small) };
  const { worstError, output } = await compareEngines(reference, engine, graph, inputs);
  const isRight = worstError <= TOLERANCE;
  const operator = isRight ? null : await findWrongOperator(reference, engine, graph, { inputs, tolerance: TOLERANCE });
  return { worstError, wrong: isRight ? null : (operator ?? output), seconds: (performance.now() - began) / 1000 };
}

/** With every part that a policy's loss can have. */
const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });

/** A model that computes the same in little: all that decides which operators there are stays. */
function smallModel(config: ModelConfig): ModelConfig {
  const { scalarHead: _head, ...decoder } = config;
  const perKeyHead = config.heads / config.kvHeads;
  const kvHeads = perKeyHead === 1 ? 4 : Math.min(config.kvHeads, 2);
  return {
    ...decoder,
    vocabSize: 160,
    hiddenSize: 64,
    layers: 2,
    heads: 4,
    kvHeads,
    headDim: 16,
    ffSize: 96,
    maxPositions: 64,
  };
}

function weightsOf(config: ModelConfig): Record<string, DenseTensor> {
  const layout = parameterLayout(config);
  const views = parameterViews(initialParameters(config, randomKey(1)), layout);
  return Object.fromEntries(layout.map(({ name, shape }) => [name, { data: views.get(name)!, dims: shape }]));
}

/** Three completions of different lengths, with advantages of both signs. */
function microBatch(config: ModelConfig): Record<string, DenseTensor> {
  const sequences = [9, 6, 4].map((length, i) => ({
    promptTokens: [1, 2, 3],
    tokens: Array.from({ length }, (_, t) => (t * 7 + i * 31) % config.vocabSize),
    weight: 0.1 + 0.05 * i,
    advantage: i - 0.7,
    oldLogprobs: Array.from({ length }, (_, t) => -5 - 0.1 * t),
    refLogprobs: Array.from({ length }, () => -5.2),
  }));
  return batchInputs(sequences, config, 0.8);
}
