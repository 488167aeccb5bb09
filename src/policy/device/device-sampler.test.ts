import { afterAll, describe, expect, test } from "vitest";
import {
  completionsOf,
  engineWeights,
  logprobDistance,
  promptsOf,
  tinyModel,
  withoutLogprobs,
  type TinyModel,
} from "../../../test/webgpu/written-tokens.ts";
import { engineFor } from "../../engine/index.ts";
import { Sampler } from "../sampling/sampler.ts";
import type { SamplingOptions } from "../sampling/sampling-request.ts";
import { DeviceSampler } from "./device-sampler.ts";

const engine = await engineFor("cpu");
afterAll(() => engine.dispose());

const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 20, slots: 5 };

async function samplersOf(model: TinyModel): Promise<{ reference: Sampler; device: DeviceSampler }> {
  const weights = engineWeights(engine, model);
  return {
    reference: await Sampler.create(engine, model, weights, {}),
    device: await DeviceSampler.create(engine, model, weights),
  };
}

describe("writing on a device", () => {
  test.each<[string, TinyModel]>([
    ["as it is", tinyModel()],
    ["tied, one key head", tinyModel({ tiedEmbeddings: true, kvHeads: 1 })],
    ["biases", tinyModel({ attentionBias: true })],
    ["norms of queries and keys", tinyModel({ qkNorm: true, activation: "relu2" })],
    ["heads that the engine doesn't rotate", tinyModel({ headDim: 8, kvHeads: 4 })],
    ["heads narrower than the engine's", tinyModel({ headDim: 2, heads: 2, kvHeads: 1 })],
    ["heads of an odd width", tinyModel({ headDim: 10, qkNorm: true })],
    ["an adapter", tinyModel({}, { rank: 2, alpha: 4, targets: ["q_proj", "v_proj", "down_proj"] })],
    ["stretched positions", tinyModel({ ropeScaling: { kind: "linear", factor: 4 } })],
    ["a prime vocabulary", tinyModel({ vocabSize: 397 })],
    ["a vocabulary of three tokens", tinyModel({ vocabSize: 3 })],
  ])("gives the tokens of the CPU's sampler: %s", async (_name, model) => {
    const { reference, device } = await samplersOf(model);
    const requests = promptsOf(model.config, 6, 4);
    for (const change of [
      {},
      { greedy: true },
      { temperature: 0.6 },
      { topK: 3 },
      { topP: 0.7, temperature: 1.3 },
      { topK: 5, topP: 0.8, slots: 40 },
    ]) {
      const options = { ...OPTIONS, ...change };
      const expected = await completionsOf(reference, requests, options);
      const found = await completionsOf(device, requests, options);
      expect(withoutLogprobs(found)).toEqual(withoutLogprobs(expected));
      expect(logprobDistance(found, expected)).toBeLessThan(1e-4);
    }
  });
});
