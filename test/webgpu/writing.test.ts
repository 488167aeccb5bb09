import { afterAll, describe, expect, test } from "vitest";
import {
  engineFor,
  quantisedNames,
  quantisedShapes,
  readFloats,
  withQuantisedInputs,
  type TensorData,
} from "../../src/engine/index.ts";
import { compile, exp, Graph, linear } from "../../src/graph/index.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { DeviceCache } from "../../src/policy/device/device-cache.ts";
import { DeviceSampler } from "../../src/policy/device/device-sampler.ts";
import { roundingGraph } from "../../src/policy/device/rounded-weights.ts";
import type { SamplingOptions } from "../../src/policy/sampling/sampling-request.ts";
import { Sampler } from "../../src/policy/sampling/sampler.ts";
import { drawnBy, randomRow } from "./drawn-tokens.ts";
import { useSwiftShader } from "./swiftshader.ts";
import {
  completionsOf,
  engineWeights,
  logprobDistance,
  promptsOf,
  tinyModel,
  withoutLogprobs,
  type TinyModel,
} from "./written-tokens.ts";

const missing = useSwiftShader();
const OPTIONS = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 4, slots: 9 };
/** Numbers from [0, 1) that lie between the bounds of any row with near certainty. */
const UNIFORMS = Array.from({ length: 12 }, (_, i) => (i * 0.618_034 + 0.003) % 1);

describe.skipIf(missing !== undefined)(`tokens from a GPU${missing === undefined ? "" : ` (${missing})`}`, async () => {
  const engines = missing === undefined ? [await engineFor("cpu"), await engineFor("webgpu")] : [];
  afterAll(async () => {
    for (const engine of engines) await engine.dispose();
  });

  test.each<[string, TinyModel, readonly Partial<SamplingOptions>[]]>([
    [
      "tied, one key head, a prime vocabulary",
      tinyModel({ tiedEmbeddings: true, kvHeads: 1, vocabSize: 397 }),
      [{ greedy: true }, {}],
    ],
    [
      "untied, norms of queries and keys, narrow heads",
      tinyModel({ qkNorm: true, headDim: 2, attentionBias: true }),
      [{ topK: 3, topP: 0.9, temperature: 1.2 }],
    ],
  ])("are the CPU's: %s", async (_name, model, changes) => {
    const reference = await Sampler.create(engines[0]!, model, engineWeights(engines[0]!, model), {});
    const device = await DeviceSampler.create(engines[1]!, model, engineWeights(engines[1]!, model));
    // The second prompt's later samples take it over from its first one's slot, and from others.
    const [first, second] = promptsOf(model.config, 3, 8).slice(1);
    const requests = [first!, { ...second!, keys: second!.keys.slice(0, 5) }];
    for (const change of changes) {
      const options = { ...OPTIONS, ...change };
      const expected = await completionsOf(reference, requests, options);
      const found = await completionsOf(device, requests, options);
      expect(withoutLogprobs(found)).toEqual(withoutLogprobs(expected));
      expect(logprobDistance(found, expected)).toBeLessThan(1e-4);
    }
    await device.dispose();
  });

  test.each([8, 4] as const)("come of weights of %i bits that are the CPU's, and of their products", async (bits) => {
    const [inner, outer] = [70, 12];
    const values = Float32Array.from({ length: inner * outer }, (_, i) => (i % outer === 0 ? 0 : Math.sin(i * i)));
    const x = { data: Float32Array.from({ length: 3 * inner }, (_, i) => Math.cos(i)), dims: [3, inner] };
    const graph = new Graph();
    const product = compile(graph, { y: linear(graph.input("x", ["B", inner]), graph.input("w", [inner, outer])) });
    const results: [TensorData, TensorData, Float32Array][] = [];
    for (const engine of engines) {
      const weight = engine.tensor(values, [inner, outer]);
      const shapes = quantisedShapes([inner, outer], bits);
      const [numbers, scales] = [engine.zeros(shapes.numbers, "uint8"), engine.zeros(shapes.scales)];
      expect((await numbers.read()).every((byte) => byte === 0)).toBe(true);
      await (await engine.compile(roundingGraph(weight, bits))).run({ weight }, { numbers, scales });
      const names = quantisedNames("w", bits);
      const program = await engine.compile(withQuantisedInputs(product, new Set(["w"]), bits));
      const outputs = await program.run({ x, [names.numbers]: numbers, [names.scales]: scales });
      results.push([await numbers.read(), await scales.read(), await readFloats(outputs, "y")]);
    }
    const [[numbers, scales, y], [numbersThere, scalesThere, there]] = results as [
      (typeof results)[0],
      (typeof results)[0],
    ];
    expect(numbersThere).toEqual(numbers);
    expect(scalesThere).toEqual(scales);
    there.forEach((value, i) => expect(Math.abs(value - y[i]!)).toBeLessThan(1e-5));
  });

  test.each([49_157, 1024])("are drawn as on the CPU, of %i", async (size) => {
    const rows = UNIFORMS.map((_, i) => randomRow(size, i, i % 3 === 0 ? 1 : 300));
    for (const limits of [undefined, { keep: 50, share: 0.9 }]) {
      const draws = { rows, uniforms: UNIFORMS, ...(limits && { limits }) };
      const [expected, found] = [await drawnBy(engines[0]!, draws), await drawnBy(engines[1]!, draws)];
      found.forEach((row, i) => {
        expect(row[0]).toBe(expected[i]![0]);
        row.forEach((value, column) => expect(Math.abs(value - expected[i]![column]!)).toBeLessThan(1e-5));
      });
    }
  });

  test("of rows that aren't numbers are some, and their probability tells", async () => {
    const rows = [new Float32Array(97).fill(Number.NaN), randomRow(97, 3, 1)];
    for (const limits of [undefined, { keep: 3, share: 0.5 }]) {
      const [damaged, whole] = await drawnBy(engines[1]!, { rows, uniforms: [0.4, 0.4], ...(limits && { limits }) });
      expect(damaged![1]).toBeNaN();
      expect(damaged![0]).toBeLessThan(97);
      expect(whole![1]).toBeCloseTo(rows[1]![whole![0]!]!, 6);
    }
  });

  test("keep their place when slots get more room, and when some go", async () => {
    const config = tinyConfig({ headDim: 8, layers: 1 });
    const cache = new DeviceCache(engines[1]!, config, {});
    cache.open(3, 5);
    const graph = new Graph();
    const values = Float32Array.from({ length: 3 * config.kvHeads * 16 * 8 }, (_, i) => i + 1);
    const dims = [3, config.kvHeads, 16, 8];
    const program = await engines[1]!.compile(compile(graph, { y: exp(graph.input("x", dims)) }));
    await program.run({ x: { data: values.map(Math.log), dims } }, { y: cache.inputs["values.0"]! });
    await cache.reserve(40, 60);
    await cache.keep([2, 0]);
    const kept = cache.inputs["values.0"]!;
    expect(kept.dims).toEqual([2, config.kvHeads, 48, 8]);
    const found = (await kept.read()) as Float32Array;
    [2, 0].forEach((slot, i) => {
      for (let head = 0; head < config.kvHeads; head++) {
        const row = found.slice((i * config.kvHeads + head) * 48 * 8).slice(0, 48 * 8);
        const wanted = values.slice((slot * config.kvHeads + head) * 16 * 8).slice(0, 16 * 8);
        wanted.forEach((value, at) => expect(row[at]! / value).toBeCloseTo(1, 4));
        expect(row.slice(16 * 8).every((value) => value === 0)).toBe(true);
      }
    });
    await cache.dispose();
  });
});
