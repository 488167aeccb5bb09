import { afterAll, describe, expect, test } from "vitest";
import { engineFor } from "../../engine/index.ts";
import { adapterLayout, initialAdapter, type LoraConfig } from "../../model/lora.ts";
import { LORA_TARGETS } from "../../model/lora-targets.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { initialParameters, parameterLayout, parameterViews, type ParameterInfo } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey, splitKey } from "../../random.ts";
import type { Completion } from "../../records/rollout.ts";
import { Sampler } from "../sampling/sampler.ts";
import type { SamplingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import { LoopSampler } from "./loop-sampler.ts";

const engine = await engineFor("cpu");
afterAll(() => engine.dispose());

const OPTIONS: SamplingOptions = { temperature: 1.3, topK: 0, topP: 1, greedy: false, maxNewTokens: 9, slots: 6 };

/** Prompts of several lengths, the shortest of one token. */
const REQUESTS: readonly SamplingRequest[] = [5, 1, 3, 8].map((length, request) => ({
  prompt: Array.from({ length }, (_, i) => (i * 5 + request) % 11),
  keys: Array.from({ length: 3 }, (_, sample) => splitKey(randomKey(3), request, sample)),
}));

/** Weights that make some tokens much likelier than others. */
function weightsOf(config: ModelConfig, lora?: LoraConfig) {
  const tensors = (flat: Float32Array, layout: readonly ParameterInfo[]) => {
    const views = parameterViews(flat, layout);
    return layout.map(({ name, shape }) => [name, engine.tensor(views.get(name)!, shape)] as const);
  };
  const base = initialParameters(config, randomKey(1)).map((value) => (value === 1 ? 1 : value * 12));
  const adapter =
    lora === undefined
      ? []
      : tensors(
          initialAdapter(config, lora, "base", randomKey(2)).parameters.map((value, i) => value + Math.sin(i)),
          adapterLayout(config, lora),
        );
  const layout = parameterLayout(config);
  return {
    weights: Object.fromEntries([...tensors(base, layout), ...adapter]),
    frozen: parameterViews(base, layout),
  };
}

async function sampled(
  sampler: Pick<Sampler, "sample" | "dispose">,
  requests: readonly SamplingRequest[],
  options: SamplingOptions,
): Promise<(readonly Completion[])[]> {
  const groups: (readonly Completion[])[] = [];
  const cut = await sampler.sample(requests, options, { onGroup: (request, group) => (groups[request] = group) });
  expect(cut).toEqual([]);
  await sampler.dispose();
  return groups;
}

describe("a loop writes what the sampler writes", () => {
  const lora = { rank: 2, alpha: 4, targets: LORA_TARGETS };
  test.each<
    [string, Partial<ModelConfig>, { lora?: LoraConfig; isFrozen?: boolean; options?: Partial<SamplingOptions> }]
  >([
    ["a small model", {}, {}],
    ["that ends", { eosTokenIds: [3, 7] }, {}],
    ["with one slot", { eosTokenIds: [3, 7] }, { options: { slots: 1 } }],
    ["with slots for all", { eosTokenIds: [3, 7] }, { options: { slots: 100 } }],
    ["greedily", { tiedEmbeddings: true }, { options: { greedy: true } }],
    ["one key head, biases", { kvHeads: 1, attentionBias: true, eosTokenIds: [4] }, {}],
    ["with norms of heads and constant weights", { qkNorm: true }, { isFrozen: true }],
    ["under an adapter of a constant base", { eosTokenIds: [2], tiedEmbeddings: true }, { lora, isFrozen: true }],
    ["a table of positions that isn't small", { maxPositions: 512, headDim: 16 }, {}],
    ["one token each", {}, { options: { maxNewTokens: 1 } }],
  ])("%s", async (_name, change, { lora: adapter, isFrozen = false, options = {} }) => {
    const config = tinyConfig(change);
    const model = { config, lora: adapter };
    const { weights, frozen } = weightsOf(config, adapter);
    const all = { ...OPTIONS, ...options };
    const expected = await sampled(await Sampler.create(engine, model, weights, {}), REQUESTS, all);
    const loop = await LoopSampler.create(engine, model, weights, isFrozen ? { frozen } : {});
    const found = await sampled(loop, REQUESTS, all);
    const said = (groups: readonly (readonly Completion[])[]) =>
      groups.map((group) => group.map(({ tokens, stop }) => `${tokens.join(" ")} ${stop}`));
    expect(said(found)).toEqual(said(expected));
    found
      .flat()
      .forEach(({ logprobs }, i) =>
        logprobs.forEach((logprob, t) => expect(logprob).toBeCloseTo(expected.flat()[i]!.logprobs[t]!, 4)),
      );
    const texts = new Set(said(expected).flat());
    if (all.greedy !== true && all.maxNewTokens > 1) expect(texts.size).toBeGreaterThan(REQUESTS.length);
  });
});

test("it ends between jobs, and what hasn't begun is empty", async () => {
  const config = tinyConfig();
  const { weights } = weightsOf(config);
  const loop = await LoopSampler.create(engine, { config }, weights, {});
  const told: number[] = [];
  let asked = 0;
  const cut = await loop.sample(
    REQUESTS,
    { ...OPTIONS, slots: 3 },
    {
      onGroup: (request) => told.push(request),
      stopped: () => asked++ >= 2,
    },
  );
  expect(told).toEqual([0, 1]);
  expect(cut.map(({ request }) => request)).toEqual([2, 3]);
  expect(cut[0]!.completions).toEqual(
    Array.from({ length: 3 }, () => ({ tokens: [], logprobs: [], stop: "cancelled" })),
  );
  await loop.dispose();
});

test("what it can't draw is said before", () => {
  expect(LoopSampler.draws(OPTIONS)).toBe(true);
  expect(LoopSampler.draws({ ...OPTIONS, greedy: true, topK: 3 })).toBe(true);
  for (const other of [{ topK: 3 }, { topP: 0.9 }, { likeliest: 1 }])
    expect(LoopSampler.draws({ ...OPTIONS, ...other })).toBe(false);
});
