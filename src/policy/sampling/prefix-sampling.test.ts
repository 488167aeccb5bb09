import { afterAll, describe, expect, test } from "vitest";
import {
  completionsOf,
  engineWeights,
  logprobDistance,
  tinyModel,
  withoutLogprobs,
  type TinyModel,
} from "../../../test/webgpu/written-tokens.ts";
import { engineFor } from "../../engine/index.ts";
import type { Completion } from "../../records/rollout.ts";
import { randomKey, splitKey } from "../../random.ts";
import { jobSizeFor } from "./sampling-job.ts";
import { Sampler } from "./sampler.ts";
import type { SamplerOptions } from "./sampler-programs.ts";
import type { SamplingOptions, SamplingRequest } from "./sampling-request.ts";

const engine = await engineFor("cpu");
afterAll(() => engine.dispose());

const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 70, slots: 5 };
const PREFIX = 20;

/** Prompts that begin alike, of different lengths; one is a single token longer than what all begin with. */
function requestsOf({ config }: TinyModel): SamplingRequest[] {
  const opening = Array.from({ length: PREFIX }, (_, i) => 2 + ((i * 7) % (config.vocabSize - 2)));
  return [3, 1, 5, 2].map((rest, prompt) => ({
    prompt: [...opening, ...Array.from({ length: rest }, (_, i) => 2 + ((prompt + i * 3) % (config.vocabSize - 2)))],
    keys: Array.from({ length: 3 }, (_, sample) => splitKey(randomKey(5), prompt, sample)),
  }));
}

/** Each sample in a call of its own: nothing is shared. */
async function writtenAlone(sampler: Sampler, requests: readonly SamplingRequest[], options: SamplingOptions) {
  const all: Completion[][] = [];
  for (const { prompt, keys } of requests) {
    const group: Completion[] = [];
    for (const key of keys) group.push((await completionsOf(sampler, [{ prompt, keys: [key] }], options))[0]![0]!);
    all.push(group);
  }
  return all;
}

describe("prompts that begin alike", () => {
  test.each<[string, TinyModel, SamplerOptions]>([
    ["grouped queries", tinyModel(), {}],
    ["one key head, tied", tinyModel({ tiedEmbeddings: true, kvHeads: 1 }), {}],
    ["as many key heads, biases", tinyModel({ kvHeads: 4, attentionBias: true }), {}],
    ["norms of queries and keys", tinyModel({ qkNorm: true }), {}],
    [
      "an adapter, memory given back",
      tinyModel({}, { rank: 2, alpha: 4, targets: ["q_proj", "v_proj"] }),
      { lean: true },
    ],
    ["stretched positions", tinyModel({ ropeScaling: { kind: "linear", factor: 4 } }), {}],
  ])("have the tokens of prompts that are read whole: %s", async (_name, model, how) => {
    const sampler = await Sampler.create(engine, { ...model, positions: 128 }, engineWeights(engine, model), how);
    const requests = requestsOf(model);
    expect(jobSizeFor(model.config, requests).prefix).toBe(PREFIX);
    for (const change of [{}, { greedy: true }, { temperature: 0.6, topK: 3, slots: 40 }]) {
      const options = { ...OPTIONS, ...change };
      const found = await completionsOf(sampler, requests, options);
      const expected = await writtenAlone(sampler, requests, options);
      expect(withoutLogprobs(found)).toEqual(withoutLogprobs(expected));
      expect(logprobDistance(found, expected)).toBeLessThan(1e-5);
      expect(await completionsOf(sampler, requests, options)).toEqual(found);
    }
    await sampler.dispose();
  });

  test.each<[string, (opening: readonly number[]) => number[][], number]>([
    ["one is how all others begin", (opening) => [[...opening], [...opening, 3], [...opening, 4, 5]], PREFIX - 1],
    ["one prompt alone, with a group", (opening) => [[...opening]], PREFIX - 1],
    ["the same twice", (opening) => [[...opening], [...opening]], PREFIX - 1],
  ])("%s", async (_name, prompts, prefix) => {
    const model = tinyModel();
    const sampler = await Sampler.create(engine, { ...model, positions: 128 }, engineWeights(engine, model), {});
    const opening = requestsOf(model)[0]!.prompt.slice(0, PREFIX);
    const requests = prompts(opening).map((prompt, i) => ({
      prompt,
      keys: Array.from({ length: 7 }, (_, sample) => splitKey(randomKey(6), i, sample)),
    }));
    expect(jobSizeFor(model.config, requests).prefix).toBe(prefix);
    const found = await completionsOf(sampler, requests, OPTIONS);
    const expected = await writtenAlone(sampler, requests, OPTIONS);
    expect(withoutLogprobs(found)).toEqual(withoutLogprobs(expected));
    expect(logprobDistance(found, expected)).toBeLessThan(1e-5);
    await sampler.dispose();
  });

  test("are read whole where little is common, or nothing is shared", () => {
    const { config } = tinyModel();
    const sizeOf = (some: readonly SamplingRequest[]) => jobSizeFor(config, some);
    const requests = requestsOf(tinyModel());
    const cut = (length: number) => requests.map((request) => ({ ...request, prompt: request.prompt.slice(length) }));
    expect(sizeOf(cut(PREFIX - 16)).prefix).toBe(16);
    expect(sizeOf(cut(PREFIX - 15)).prefix).toBe(0);
    expect(sizeOf([{ ...requests[0]!, keys: requests[0]!.keys.slice(0, 1) }]).prefix).toBe(0);
    expect(sizeOf([]).prefix).toBe(0);
  });
});
