import { afterAll, describe, expect, test } from "vitest";
import {
  completionsOf,
  engineWeights,
  joinedWeights,
  logprobDistance,
  promptsOf,
  tinyModel,
  withoutLogprobs,
  type TinyModel,
} from "../../../test/webgpu/written-tokens.ts";
import {
  ELEMENT_TYPES,
  engineFor,
  QUANTISED_BLOCK,
  quantisedShapes,
  quantiseWeight,
  readFloats,
  type QuantisedBits,
} from "../../engine/index.ts";
import { compile, Graph } from "../../graph/index.ts";
import { toFloat16 } from "../../numbers/float16.ts";
import { RandomStream, randomKey } from "../../random.ts";
import { isRoundedWeight, PRECISION_BITS, type RoundedPrecision } from "../sampling/rollout-precision.ts";
import { Sampler } from "../sampling/sampler.ts";
import type { SamplingOptions } from "../sampling/sampling-request.ts";
import { heldBase } from "./base-precision.ts";
import { DeviceSampler, type DeviceSamplerOptions } from "./device-sampler.ts";
import { emitNode } from "./emit-node.ts";
import { roundingGraph } from "./rounded-weights.ts";

const engine = await engineFor("cpu");
afterAll(() => engine.dispose());

const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 20, slots: 5 };
const LORA = { rank: 2, alpha: 4, targets: ["k_proj", "up_proj", "o_proj"] } as const;

/** Numbers of unlike size, with blocks of zeros, and some where two are farthest from 0. */
function weightOf(inner: number, outer: number): Float32Array {
  const random = new RandomStream(randomKey(inner * outer));
  const weight = Float32Array.from({ length: inner * outer }, (_, i) => random.normal() * (1 + (i % 5)));
  for (let row = 0; row < inner; row++) {
    weight[row * outer] = 0;
    weight[row * outer + 1] = (row % 7) - 3;
    weight[row * outer + 2] = 3 - (row % 7);
  }
  return weight;
}

/** The float32 numbers that are nearest in 16 bits. */
async function halved(values: Float32Array): Promise<{ halves: Uint16Array; widened: Float32Array }> {
  const halves = toFloat16(values)!;
  const graph = new Graph();
  const x = graph.input("x", [values.length], "float16");
  const y = emitNode("Cast", [x], { shape: x.shape, attributes: { to: ELEMENT_TYPES.float32 } });
  const program = await engine.compile(compile(graph, { y }));
  const outputs = await program.run({ x: { data: halves, dims: [values.length] } });
  return { halves, widened: await readFloats(outputs, "y") };
}

describe.each([8, 4] as const)("a graph rounds to %i bits as the host does", (bits) => {
  test.each([
    [64, 5],
    [70, 33],
    [8, 12],
  ])("%i x %i", async (inner, outer) => {
    const values = weightOf(inner, outer);
    const { halves, widened } = await halved(values);
    for (const [data, wanted] of [
      [values, values],
      [halves, widened],
    ] as const) {
      const weight = engine.tensor(data, [inner, outer]);
      const program = await engine.compile(roundingGraph(weight, bits));
      const shapes = quantisedShapes([inner, outer], bits);
      const [numbers, scales] = [engine.zeros(shapes.numbers, "uint8"), engine.zeros(shapes.scales)];
      await program.run({ weight }, { numbers, scales });
      const expected = quantiseWeight(wanted, [inner, outer], bits);
      expect(numbers.type).toBe("uint8");
      expect(await numbers.read()).toEqual(expected.numbers);
      expect(await scales.read()).toEqual(expected.scales);
    }
  });
});

/** The CPU's sampler in float32, writing with the weights as they are now, rounded in blocks as a device does it. */
function referenceOf(model: TinyModel, precision: RoundedPrecision): Promise<Sampler> {
  const base = [...model.weights].filter(([name]) => !name.includes("lora_"));
  const frozen = new Map(
    base.map(([name, { data, shape }]) => [
      name,
      isRoundedWeight(name) ? inBlocks(data, shape as [number, number], PRECISION_BITS[precision]) : data,
    ]),
  );
  return Sampler.create(engine, model, engineWeights(engine, model), { frozen });
}

/** What a weight [inner, outer] is once it was rounded in blocks. */
function inBlocks(weight: Float32Array, [inner, outer]: readonly [number, number], bits: QuantisedBits): Float32Array {
  const { numbers, scales } = quantiseWeight(weight, [inner, outer], bits);
  const blocks = Math.ceil(inner / QUANTISED_BLOCK);
  return weight.map((_, i) => {
    const [row, column] = [Math.floor(i / outer), i % outer];
    const block = column * blocks + Math.floor(row / QUANTISED_BLOCK);
    const bit = (block * QUANTISED_BLOCK + (row % QUANTISED_BLOCK)) * bits;
    const whole = (numbers[bit >> 3]! >> (bit & 7)) & (2 ** bits - 1);
    return (whole - 2 ** (bits - 1)) * scales[block]!;
  });
}

/** The largest difference in a log-probability of the same tokens. */
async function distanceOf(model: TinyModel, device: DeviceSampler, precision: RoundedPrecision): Promise<number> {
  const requests = promptsOf(model.config, 5, 3);
  const reference = await referenceOf(model, precision);
  let most = 0;
  for (const change of [{}, { greedy: true }, { topK: 5, topP: 0.8, slots: 40 }]) {
    const expected = await completionsOf(reference, requests, { ...OPTIONS, ...change });
    const found = await completionsOf(device, requests, { ...OPTIONS, ...change, precision });
    expect(withoutLogprobs(found)).toEqual(withoutLogprobs(expected));
    most = Math.max(most, logprobDistance(found, expected));
  }
  await reference.dispose();
  return most;
}

describe.each(["int8", "int4"] as const)("writing on a device in %s", (precision) => {
  test.each<[string, TinyModel, DeviceSamplerOptions & { readonly joined?: boolean }]>([
    ["tied, one key head", tinyModel({ tiedEmbeddings: true, kvHeads: 1, vocabSize: 397 }), {}],
    ["projections joined, biases", tinyModel({ attentionBias: true }), { joined: true }],
    ["an adapter", tinyModel({}, LORA), {}],
    [
      "a merged adapter, projections joined",
      tinyModel({ vocabSize: 397 }, LORA),
      { mergesAdapter: true, joined: true },
    ],
  ])("gives what the CPU gives: %s", async (_name, model, { joined = false, ...options }) => {
    const own = engineWeights(engine, model);
    const weights = joined ? { ...own, ...joinedWeights(engine, model) } : own;
    const device = await DeviceSampler.create(engine, { ...model, joined }, weights, options);
    const requests = promptsOf(model.config, 5, 3);
    const exact = await completionsOf(device, requests, OPTIONS);
    expect(await distanceOf(model, device, precision)).toBeLessThan(1e-4);
    const rounded = await completionsOf(device, requests, { ...OPTIONS, precision });
    expect(rounded).not.toEqual(exact);
    // What is written in full afterwards is what it was.
    expect(await completionsOf(device, requests, OPTIONS)).toEqual(exact);
    await device.dispose();
  });

  test.each<[string, TinyModel, RegExp]>([
    ["all weights", tinyModel({ vocabSize: 397 }), /down_proj/],
    ["an adapter", tinyModel({ vocabSize: 397 }, LORA), /lora_B/],
  ])("reads what is trained as it is at each call: %s", async (_name, model, trained) => {
    const device = await DeviceSampler.create(engine, model, engineWeights(engine, model));
    const before = await distanceOf(model, device, precision);
    for (const [name, { data }] of model.weights) if (trained.test(name)) data.reverse();
    expect(Math.max(before, await distanceOf(model, device, precision))).toBeLessThan(1e-4);
    await device.dispose();
  });

  test("rounds a base that is held in 16 bits", async () => {
    const model = tinyModel({ vocabSize: 397 }, LORA);
    const held = heldBase(model.config, "float16");
    const weights = engineWeights(engine, model);
    const nearest = new Map(model.weights);
    for (const { name, shape, parts, type } of held.layout) {
      const numbers = parts.map((part) => model.weights.get(part.name)!.data);
      weights[name] = engine.tensor(held.numbers(name, numbers), shape);
      if (type === "float32") continue;
      for (const part of parts) {
        const { data, shape: own } = model.weights.get(part.name)!;
        nearest.set(part.name, { data: (await halved(data)).widened, shape: own });
      }
    }
    const options = { rewritten: held.graph };
    const device = await DeviceSampler.create(engine, { ...model, joined: true }, weights, options);
    expect(await distanceOf({ ...model, weights: nearest }, device, precision)).toBeLessThan(1e-4);
    await device.dispose();
  });
});
