import { engineFor, readFloats, type Engine } from "../../src/engine/index.ts";
import { clippedPolicyLoss } from "../../src/losses/index.ts";
import type { Recompute } from "../../src/model/decoder.ts";
import { adapterLayout, initialAdapter, type Adapter, type LoraConfig } from "../../src/model/lora.ts";
import { LORA_TARGETS } from "../../src/model/lora-targets.ts";
import type { ModelConfig } from "../../src/model/model-config.ts";
import { initialParameters, parameterLayout, parameterViews } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import { aloneLayout, sharedPromptLayout } from "../../src/policy/gradients/batch-layout.ts";
import { trainingGraph } from "../../src/policy/gradients/training-graph.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { LoopSampler } from "../../src/policy/device/loop-sampler.ts";
import { Sampler } from "../../src/policy/sampling/sampler.ts";
import type { SamplingRequest } from "../../src/policy/sampling/sampling-request.ts";
import { randomKey, RandomStream, splitKey } from "../../src/random.ts";
import type { Completion, TrainingSequence } from "../../src/records/rollout.ts";
import type { Measurement } from "./measurement.ts";

const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
const LORA: LoraConfig = { rank: 4, alpha: 8, targets: LORA_TARGETS };

interface Case {
  readonly name: string;
  readonly config: ModelConfig;
  readonly lora?: LoraConfig;
  readonly recompute?: Recompute;
  readonly chunks?: number;
  /** Completions of one prompt lie in one row. */
  readonly sharesPrompts?: boolean;
}

const ROPE = {
  kind: "llama3",
  factor: 8,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalPositions: 16,
} as const;
const YARN = {
  kind: "yarn",
  factor: 4,
  fastTurns: 32,
  slowTurns: 1,
  truncated: true,
  attentionFactor: 1.14,
  originalPositions: 16,
} as const;

/** Every option of an architecture, and every way in which a training graph is written. */
const CASES: readonly Case[] = [
  of("llama", {}),
  of("llama, tied, one key head, relu", { kvHeads: 1, tiedEmbeddings: true, activation: "relu" }),
  of("llama, relu2, as many key heads", { kvHeads: 4, activation: "relu2" }),
  of("llama3 rope", { ropeScaling: ROPE }),
  of("linear rope", { ropeScaling: { kind: "linear", factor: 2 } }),
  of("yarn rope", { ropeScaling: YARN }),
  of("qwen2, tied, biases", { attentionBias: true, tiedEmbeddings: true }),
  of("qwen2, untied", { attentionBias: true }),
  of("qwen3, norms of heads", { qkNorm: true }),
  of("qwen3, tied", { qkNorm: true, tiedEmbeddings: true }),
  { ...of("lora", {}), lora: LORA },
  { ...of("lora on qwen2, tied", { attentionBias: true, tiedEmbeddings: true }), lora: LORA },
  { ...of("recompute", {}), recompute: "full" },
  { ...of("logits in chunks", { tiedEmbeddings: true }), chunks: 4 },
  { ...of("shared prompts", {}), sharesPrompts: true },
];

function of(name: string, changes: Partial<ModelConfig>): Case {
  const width = { vocabSize: 67, hiddenSize: 32, heads: 4, kvHeads: 2, headDim: 8, ffSize: 48 };
  return { name, config: tinyConfig({ ...width, ...changes }) };
}

/** Gradients of one micro-batch and all else that a training graph gives, on a device and on the CPU. */
export async function* gradientTest(device: string): AsyncGenerator<Measurement> {
  const [reference, tested] = [await engineFor("cpu"), await engineFor(device)];
  for (const each of CASES) {
    const [expected, found] = [await gradients(reference, each), await gradients(tested, each)];
    const distances = [...expected].map(([name, values]) => ({ name, by: distance(found.get(name), values) }));
    const { name, by } = distances.reduce((most, one) => (one.by > most.by ? one : most));
    const empty = [...expected].filter(([key, values]) => key.startsWith("d:") && values.every((value) => value === 0));
    if (empty.length > 0) throw new Error(`Expected gradients of ${each.name}, got only zeros in ${empty[0]![0]}.`);
    yield { name: `${device} self-test gradients ${each.name}`, worst: by, of: name, tensors: expected.size };
  }
}

/** Three updates and some draws by whole policies, on a device and on the CPU. */
export async function* policyTest(device: string): AsyncGenerator<Measurement> {
  for (const each of CASES.filter(({ name }) => /^(llama, tied|qwen2, tied|qwen3, norms|lora)/.test(name))) {
    const [expected, found] = [await policyResults("cpu", each), await policyResults(device, each)];
    const differing = expected.tokens.filter((token, i) => token !== found.tokens[i]).length;
    const distances = Object.fromEntries(
      (["firstMoment", "secondMoment", "parameters", "logprobs", "scores"] as const).map((part) => [
        part,
        distance(found[part], expected[part]),
      ]),
    );
    // A wrong draw is a difference of 1.
    const worst = Math.max(...Object.values(distances), differing > 0 ? 1 : 0);
    yield {
      name: `${device} self-test policy ${each.name}`,
      worst,
      ...distances,
      tokens: expected.tokens.length,
      otherTokens: differing,
    };
  }
}

/** What the loop of CUDA writes beside what the sampler writes step by step, on the same device. */
export async function* loopTest(device: string): AsyncGenerator<Measurement> {
  const engine = await engineFor(device);
  for (const each of CASES.filter(({ name }) => /^(llama, tied|qwen2, tied|qwen3, norms|lora$)/.test(name))) {
    const { config, lora } = each;
    const layout = parameterLayout(config);
    const frozen = parameterViews(initialParameters(config, randomKey(1)), layout);
    const adapted = lora === undefined ? [] : adapterLayout(config, lora);
    const change = lora === undefined ? frozen : parameterViews(changed(config, lora).parameters, adapted);
    const weights = Object.fromEntries([
      ...layout.map(({ name, shape }) => [name, engine.tensor(frozen.get(name)!, shape)] as const),
      ...adapted.map(({ name, shape }) => [name, engine.tensor(change.get(name)!, shape)] as const),
    ]);
    const model = { config, lora, positions: 24 };
    const expected = await written(await Sampler.create(engine, model, weights, { frozen }), config);
    const found = await written(await LoopSampler.create(engine, model, weights, { frozen }), config);
    let [logprobs, tokens, otherTokens] = [0, 0, 0];
    expected.forEach((completion, i) => {
      tokens += completion.tokens.length;
      const same = completion.tokens.findIndex((token, t) => token !== found[i]!.tokens[t]);
      // Where a token is another, what comes after it is too.
      if (same >= 0) otherTokens++;
      completion.logprobs.slice(0, same < 0 ? undefined : same).forEach((value, t) => {
        logprobs = Math.max(logprobs, Math.abs(value - found[i]!.logprobs[t]!));
      });
    });
    // A completion that went another way counts whole, against how many there are.
    const apart = otherTokens / expected.length;
    yield {
      name: `${device} self-test loop ${each.name}`,
      worst: Math.max(logprobs, apart),
      logprobs,
      tokens,
      otherTokens,
    };
  }
}

async function written(sampler: Pick<Sampler, "sample" | "dispose">, config: ModelConfig): Promise<Completion[]> {
  const groups: (readonly Completion[])[] = [];
  await sampler.sample(requestsOf(config, 6), DRAWN, { onGroup: (request, group) => (groups[request] = group) });
  await sampler.dispose();
  return groups.flat();
}

async function gradients(engine: Engine, tested: Case): Promise<Map<string, Float32Array>> {
  const { config, lora, sharesPrompts = false } = tested;
  const layout = parameterLayout(config);
  const weights = parameterViews(initialParameters(config, randomKey(1)), layout);
  const adapted = lora === undefined ? [] : adapterLayout(config, lora);
  const change = lora === undefined ? new Map() : parameterViews(changed(config, lora).parameters, adapted);
  const mask = sharesPrompts ? sharedPromptLayout.mask : aloneLayout.mask;
  const program = await engine.compile(trainingGraph(tested, LOSS, mask));
  const fed = Object.fromEntries([
    ...layout.map(({ name, shape }) => [name, engine.tensor(weights.get(name)!, shape)] as const),
    ...adapted.map(({ name, shape }) => [name, engine.tensor(change.get(name)!, shape)] as const),
  ]);
  const sequences = examples(config, sharesPrompts);
  const rows = sharesPrompts ? [sequences.slice(0, 2), sequences.slice(2)] : sequences.map((sequence) => [sequence]);
  const inputs = (sharesPrompts ? sharedPromptLayout : aloneLayout).inputs(rows, config, 0.8);
  const outputs = await program.run({ ...fed, ...inputs });
  const found = new Map<string, Float32Array>();
  for (const name of Object.keys(outputs)) found.set(name, await readFloats(outputs, name));
  return found;
}

interface PolicyResults {
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly parameters: Float32Array;
  readonly logprobs: Float32Array;
  readonly scores: Float32Array;
  readonly tokens: readonly number[];
}

async function policyResults(device: string, { config, lora }: Case): Promise<PolicyResults> {
  const model = {
    config,
    parameters: initialParameters(config, randomKey(1)),
    ...(lora === undefined ? {} : { adapter: changed(config, lora) }),
  };
  const policy = await startLocalPolicy(model, { device, workers: 1, tokenBudget: 24, positions: 24 });
  try {
    for (let step = 0; step < 3; step++)
      await policy.update(examples(config, false), LOSS, { learningRate: 1e-4, clipNorm: 1, temperature: 0.8 });
    const scores = await policy.score("policy", examples(config, false), 0.8);
    const completions = await draw(policy, 6);
    const { parameters, moments } = await policy.state();
    return {
      firstMoment: moments.firstMoment.slice(),
      secondMoment: moments.secondMoment.slice(),
      parameters: parameters.slice(),
      logprobs: Float32Array.from(completions.flatMap(({ logprobs }) => logprobs)),
      scores: Float32Array.from(scores.flatMap((values) => [...values])),
      tokens: completions.flatMap(({ tokens }) => tokens),
    };
  } finally {
    await policy.stop();
  }
}

const DRAWN = { temperature: 0.9, topK: 0, topP: 1, greedy: false, maxNewTokens: 10, slots: 5 };

/** Prompts of several lengths, two completions of each. */
function requestsOf({ vocabSize }: ModelConfig, prompts: number): SamplingRequest[] {
  return Array.from({ length: prompts }, (_, i) => ({
    prompt: Array.from({ length: 2 + i }, (_token, t) => (t * 5 + i) % vocabSize),
    keys: [0, 1].map((sample) => splitKey(randomKey(7), i, sample)),
  }));
}

async function draw(policy: Policy, prompts: number): Promise<Completion[]> {
  return (await collectGroups(policy.sample(requestsOf(policy.config, prompts), DRAWN))).flat();
}

/** An adapter that changes something: its second factor isn't zero. */
function changed(config: ModelConfig, lora: LoraConfig): Adapter {
  const adapter = initialAdapter(config, lora, "base", randomKey(2));
  const stream = new RandomStream(randomKey(4));
  for (const { name, offset, size } of adapterLayout(config, lora))
    if (name.includes("lora_B"))
      for (let i = offset; i < offset + size; i++) adapter.parameters[i] = 0.05 * stream.normal();
  return adapter;
}

function examples({ vocabSize }: ModelConfig, sharesPrompts: boolean): TrainingSequence[] {
  return [7, 5, 4, 6].map((length, i) => ({
    promptTokens: sharesPrompts ? [1, 2, 3 + (i >> 1)] : [1, 2, 3].slice(0, 1 + (i % 3)),
    tokens: Array.from({ length }, (_, t) => (t * 7 + i) % vocabSize),
    weight: 0.1 + 0.05 * i,
    advantage: i - 0.7,
    oldLogprobs: Array.from({ length }, (_, t) => -4 - 0.1 * t),
    refLogprobs: Array.from({ length }, () => -4.5),
  }));
}

/** The largest difference over the largest number; 1 where there is nothing to compare with. */
export function distance(found: Float32Array | undefined, expected: Float32Array): number {
  if (found === undefined || found.length !== expected.length) return 1;
  let [most, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const by = Math.abs(expected[i]! - found[i]!);
    // What isn't a number is never less.
    if (!(by <= most)) most = by;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return most / (largest || 1);
}
