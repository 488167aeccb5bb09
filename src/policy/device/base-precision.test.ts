import { afterAll, beforeAll, expect, test } from "vitest";
import {
  engineFor,
  forWebGpu,
  readFloats,
  type Engine,
  type EngineTensor,
  type ModelSpec,
} from "../../engine/index.ts";
import { clippedPolicyLoss } from "../../losses/index.ts";
import { adapterLayout, initialAdapter } from "../../model/lora.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { joinedLayout } from "../../model/joined-weights.ts";
import { initialParameters, parameterViews, type ParameterInfo } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey, RandomStream } from "../../random.ts";
import { batchInputs } from "../gradients/training-batch.ts";
import { scoringGraph, trainingGraph, type TrainedModel } from "../gradients/training-graph.ts";
import { shareState } from "../local/shared-state.ts";
import { stepGraph } from "../sampling/sampling-graphs.ts";
import { checkBasePrecision, heldBase } from "./base-precision.ts";
import { DeviceWeights } from "./device-weights.ts";

let engine: Engine;
beforeAll(async () => (engine = await engineFor("cpu")));
afterAll(() => engine.dispose());

const lora = { rank: 4, alpha: 8, targets: ["q_proj", "v_proj", "down_proj"] } as const;
const loss = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 });
const sequences = [6, 5].map((length, i) => ({
  promptTokens: [1, 2, 3],
  tokens: Array.from({ length }, (_, t) => (t * 7 + i) % 11),
  weight: 0.1 + 0.05 * i,
  advantage: i - 0.4,
  oldLogprobs: Array.from({ length }, () => -3),
}));

function modelOf(change: Partial<ModelConfig>, more: Partial<TrainedModel>) {
  const config = tinyConfig({ layers: 2, ...change });
  const adapter = initialAdapter(config, lora, "", randomKey(2));
  // B of an adapter that has learnt something isn't zero, so that A gets a gradient too.
  const random = new RandomStream(randomKey(3));
  for (let i = 0; i < adapter.parameters.length; i++) adapter.parameters[i] = random.normal() * 0.1;
  return {
    ...more,
    joined: true,
    config,
    lora,
    base: initialParameters(config, randomKey(1)),
    adapter: adapter.parameters,
  };
}
type Model = ReturnType<typeof modelOf>;

/** The same numbers, rounded to those that 16 bits can hold. */
function roundedMatrices({ config, base }: Model): Float32Array {
  const rounded = base.slice();
  const held = heldBase(config, "float16");
  for (const { name, type, parts, shape } of held.layout) {
    if (type === "float32") continue;
    const halves = held.numbers(name, partsOf(base, parts)) as Uint16Array;
    const width = shape.at(-1)!;
    let from = 0;
    for (const { offset, size, shape: own } of parts) {
      for (let i = 0; i < size; i++) {
        const [row, column] = [Math.floor(i / own.at(-1)!), i % own.at(-1)!];
        rounded[offset + i] = numberOf(halves[row * width + from + column]!);
      }
      from += own.at(-1)!;
    }
  }
  return rounded;
}

function partsOf(flat: Float32Array, parts: readonly ParameterInfo[]): Float32Array[] {
  return parts.map(({ offset, size }) => flat.slice(offset, offset + size));
}

/** By the definition of binary16. */
function numberOf(half: number): number {
  const sign = half >> 15 === 1 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** All outputs of a training graph. */
async function trained(
  model: Model,
  base: Float32Array,
  precision: "float32" | "float16",
  written: (graph: ModelSpec) => ModelSpec = (graph) => graph,
) {
  const { config } = model;
  const held = heldBase(config, precision);
  const program = await engine.compile(written(held.graph(trainingGraph(model, loss))));
  const inputs: Record<string, EngineTensor> = {};
  for (const { name, parts, shape } of held.layout)
    inputs[name] = engine.tensor(held.numbers(name, partsOf(base, parts)), shape);
  const layout = adapterLayout(config, lora);
  const views = parameterViews(model.adapter, layout);
  for (const { name, shape } of layout) inputs[name] = engine.tensor(views.get(name)!, shape);
  const outputs = await program.run({ ...inputs, ...batchInputs(sequences, config, 0.8) });
  const numbers = new Map<string, Float32Array>();
  for (const name of Object.keys(outputs)) numbers.set(name, await readFloats(outputs, name));
  return numbers;
}

test.each([
  ["tied", { tiedEmbeddings: true }, {}],
  ["untied, with biases", { tiedEmbeddings: false, attentionBias: true }, {}],
  ["logits in chunks", { tiedEmbeddings: true }, { chunks: 4 }],
  ["layers computed anew", { tiedEmbeddings: true, qkNorm: true }, { recompute: "full", chunks: 2 }],
] as const)("a base held in halves gives the gradients of its rounded numbers: %s", async (_name, change, more) => {
  const model = modelOf(change, more);
  const expected = await trained(model, roundedMatrices(model), "float32");
  const found = await trained(model, model.base, "float16");
  const exact = await trained(model, model.base, "float32");
  expect([...found.keys()]).toEqual([...expected.keys()]);
  // As WebGPU would compute it, where what is widened and transposed is transposed first.
  const written = await trained(model, model.base, "float16", forWebGpu);
  let fromExact = 0;
  for (const [name, values] of expected) {
    expect(distance(found.get(name)!, values), name).toBeLessThan(1e-5);
    expect(distance(written.get(name)!, values), name).toBeLessThan(1e-5);
    fromExact = Math.max(fromExact, distance(found.get(name)!, exact.get(name)!));
  }
  expect(fromExact).toBeGreaterThan(1e-5);
});

test("what reads a weight widens it for itself, just before", () => {
  const config = tinyConfig({ layers: 2, tiedEmbeddings: true });
  const held = heldBase(config, "float16");
  const halves = new Set(held.layout.filter(({ type }) => type === "float16").map(({ name }) => name));
  for (const graph of [
    trainingGraph({ config, lora, chunks: 4, joined: true }, loss),
    scoringGraph({ config, lora, joined: true }),
    stepGraph({ config, lora, joined: true }),
  ]) {
    const { nodes, inputs } = held.graph(graph);
    expect(inputs.filter(({ type }) => type === "float16").map(({ name }) => name)).toEqual(
      graph.inputs.filter(({ name }) => halves.has(name)).map(({ name }) => name),
    );
    const read = nodes.map((node) => node.inputs.some((name) => halves.has(name)));
    const readers = graph.nodes.filter((node) => node.inputs.some((name) => halves.has(name)));
    expect(read.filter(Boolean)).toHaveLength(readers.length);
    nodes.forEach((node, i) => {
      if (!read[i]) return;
      const [cast, reader] = node.operator === "Gather" ? [nodes[i + 1]!, undefined] : [node, nodes[i + 1]!];
      expect(cast.operator).toBe("Cast");
      const others = nodes.filter(({ inputs: own }) => own.includes(cast.outputs[0]!));
      if (reader !== undefined) expect(others).toEqual([reader]);
    });
  }
});

test("a device's weights take the base one by one, and give the graph that reads them", async () => {
  const model = modelOf({ tiedEmbeddings: true }, {});
  const { config, base, adapter } = model;
  const init = { device: "cpu", config, adapted: { lora }, shared: shareState(adapter, 1), index: 0, optimizer: {} };
  const weights = await DeviceWeights.create(engine, { ...init, basePrecision: "float16" });
  for (const { name, parts } of joinedLayout(config)) await weights.placeBase(name, partsOf(base, parts));
  const program = await engine.compile(weights.adding.graph(weights.graph(trainingGraph(model, loss))));
  await weights.clearGradients();
  const inputs = { ...weights.inputs, ...weights.adding.inputs, ...batchInputs(sequences, config, 0.8) };
  const outputs = await program.run(inputs, weights.adding.outputs);
  const expected = await trained(model, base, "float16");
  for (const [name, values] of expected)
    expect(distance(await readFloats(outputs, name), values), name).toBeLessThan(1e-5);
});

test("a number that 16 bits can't hold is told with its weight's name", () => {
  const held = heldBase(tinyConfig(), "float16");
  const [matrix, norm] = ["model.layers.0.mlp.down_proj.weight", "model.norm.weight"] as const;
  expect(() => held.numbers(matrix, [Float32Array.of(1, 65_504)])).not.toThrow();
  for (const number of [65_520, -70_000, Number.NaN])
    expect(() => held.numbers(matrix, [Float32Array.of(1, number)])).toThrow(
      `Expected the numbers of ${matrix} to fit 16 bits (to 65,504), got larger ones; use \`basePrecision: "float32"\`.`,
    );
  expect(held.numbers(norm, [Float32Array.of(70_000)])).toEqual(Float32Array.of(70_000));
});

test("half precision is for adapters on a device of their own", () => {
  checkBasePrecision({ basePrecision: "float32", lora: 0, device: "cpu" });
  checkBasePrecision({ basePrecision: "float16", lora: 8, device: "webgpu" });
  expect(() => checkBasePrecision({ basePrecision: "float16", lora: 0, device: "webgpu" })).toThrow(/`lora` 0;/);
  expect(() => checkBasePrecision({ basePrecision: "float16", lora: 8, device: "cpu" })).toThrow(/`device` "cpu";/);
  expect(() => checkBasePrecision({ basePrecision: "float16", lora: 8, device: "cuda" })).toThrow(/`device` "cuda";/);
});

/** The largest difference, by the largest number. */
function distance(found: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0) / (largest || 1);
}
