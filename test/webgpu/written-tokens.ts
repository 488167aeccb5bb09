import type { Engine, EngineTensor } from "../../src/engine/index.ts";
import { joinedLayout } from "../../src/model/joined-weights.ts";
import { adapterLayout, initialAdapter, type LoraConfig } from "../../src/model/lora.ts";
import type { ModelConfig } from "../../src/model/model-config.ts";
import { initialParameters, parameterLayout, parameterViews } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { RandomStream, randomKey, splitKey } from "../../src/random.ts";
import type { Completion } from "../../src/records/rollout.ts";
import type { SampledModel } from "../../src/policy/sampling/sampling-graphs.ts";
import type { Sampler } from "../../src/policy/sampling/sampler.ts";
import type { SamplingOptions, SamplingRequest } from "../../src/policy/sampling/sampling-request.ts";
import { joinedTensor } from "./joined-tensors.ts";

/** A model of which many tokens are likely, with biases and norms that matter. */
export interface TinyModel extends SampledModel {
  readonly weights: ReadonlyMap<string, { readonly data: Float32Array; readonly shape: readonly number[] }>;
}

export function tinyModel(changes: Partial<ModelConfig> = {}, lora?: LoraConfig): TinyModel {
  const config = tinyConfig({ headDim: 16, maxPositions: 60, eosTokenIds: [0], ...changes });
  const layout = parameterLayout(config);
  const views = parameterViews(initialParameters(config, randomKey(3)), layout);
  const stream = new RandomStream(randomKey(4));
  const weights = new Map<string, { data: Float32Array; shape: readonly number[] }>();
  for (const { name, shape } of layout) {
    const data = views.get(name)!;
    // Tied embeddings are small at the start: the tokens would all be equally likely.
    if (name.startsWith("model.embed")) for (let i = 0; i < data.length; i++) data[i]! *= 40;
    if (shape.length === 1) for (let i = 0; i < data.length; i++) data[i]! += 0.3 * stream.normal();
    weights.set(name, { data, shape });
  }
  if (lora === undefined) return { config, weights };
  const adapter = initialAdapter(config, lora, "base", randomKey(5));
  const parts = parameterViews(adapter.parameters, adapterLayout(config, lora));
  for (const { name, shape } of adapterLayout(config, lora)) {
    const data = parts.get(name)!.map((value) => value + 0.3 * stream.normal());
    weights.set(name, { data, shape });
  }
  return { config, lora, weights };
}

export function engineWeights(engine: Engine, model: TinyModel): Record<string, EngineTensor> {
  return Object.fromEntries(Array.from(model.weights, ([name, { data, shape }]) => [name, engine.tensor(data, shape)]));
}

/** The same weights as `joinedLayout` has them. */
export function joinedWeights(engine: Engine, { config, weights }: TinyModel): Record<string, EngineTensor> {
  const joined = joinedLayout(config).map((weight) => joinedTensor(weight, (part) => weights.get(part)!.data));
  return Object.fromEntries(joined.map(({ name, data, dims }) => [name, engine.tensor(data, dims)]));
}

/** Prompts of different lengths, the first of one token, with so many samples each. */
export function promptsOf(config: ModelConfig, prompts: number, samples: number): SamplingRequest[] {
  return Array.from({ length: prompts }, (_, i) => ({
    prompt: Array.from({ length: 1 + ((i * 3) % 8) }, (_token, t) => 1 + ((i * 5 + t * 3) % (config.vocabSize - 1))),
    keys: Array.from({ length: samples }, (_key, sample) => splitKey(randomKey(9), i, sample)),
  }));
}

/** The completions of all requests, in their order. */
export async function completionsOf(
  sampler: Pick<Sampler, "sample">,
  requests: readonly SamplingRequest[],
  options: SamplingOptions,
): Promise<(readonly Completion[])[]> {
  const told: (readonly Completion[])[] = [];
  const cut = await sampler.sample(requests, options, {
    onGroup: (request, completions) => (told[request] = completions),
  });
  for (const { request, completions } of cut) told[request] = completions;
  return told;
}

/** The largest difference of two lists of completions in a log-probability; their tokens are to be compared apart. */
export function logprobDistance(a: readonly (readonly Completion[])[], b: readonly (readonly Completion[])[]): number {
  const [left, right] = [a, b].map((groups) => groups.flat().flatMap(({ logprobs }) => logprobs)) as [
    number[],
    number[],
  ];
  return left.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0);
}

/** What a test compares exactly. */
export function withoutLogprobs(groups: readonly (readonly Completion[])[]): unknown {
  return groups.map((group) => group.map(({ tokens, stop }) => ({ tokens, stop })));
}
