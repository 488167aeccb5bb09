import { afterAll, describe, expect, test } from "vitest";
import { engineFor } from "../../src/engine/index.ts";
import { DeviceSampler } from "../../src/policy/device/device-sampler.ts";
import { Sampler } from "../../src/policy/sampling/sampler.ts";
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
const OPTIONS = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 12, slots: 5 };

describe.skipIf(missing !== undefined)(`tokens from a GPU${missing === undefined ? "" : ` (${missing})`}`, async () => {
  const engines = missing === undefined ? [await engineFor("cpu"), await engineFor("webgpu")] : [];
  afterAll(async () => {
    for (const engine of engines) await engine.dispose();
  });

  test.each<[string, TinyModel]>([
    ["tied, one key head, a prime vocabulary", tinyModel({ tiedEmbeddings: true, kvHeads: 1, vocabSize: 397 })],
    ["untied, norms of queries and keys, narrow heads", tinyModel({ qkNorm: true, headDim: 2, attentionBias: true })],
  ])("are the CPU's: %s", async (_name, model) => {
    const reference = await Sampler.create(engines[0]!, model, engineWeights(engines[0]!, model), {});
    const device = await DeviceSampler.create(engines[1]!, model, engineWeights(engines[1]!, model));
    const requests = promptsOf(model.config, 3, 3);
    for (const change of [{}, { greedy: true }, { topK: 3, topP: 0.9, temperature: 1.2 }]) {
      const options = { ...OPTIONS, ...change };
      const expected = await completionsOf(reference, requests, options);
      const found = await completionsOf(device, requests, options);
      expect(withoutLogprobs(found)).toEqual(withoutLogprobs(expected));
      expect(logprobDistance(found, expected)).toBeLessThan(1e-4);
    }
    await device.dispose();
  });
});
