import { expect, test } from "vitest";
import { clippedPolicyLoss } from "../../src/losses/index.ts";
import { adapterLayout, initialAdapter, type LoraConfig } from "../../src/model/lora.ts";
import type { ModelConfig } from "../../src/model/model-config.ts";
import { initialParameters, parameterLayout, parameterViews, type ParameterInfo } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { engineFor, readFloats, type DenseTensor } from "../../src/engine/index.ts";
import { layoutBatches, prefixedLayout, sharedPromptLayout } from "../../src/policy/gradients/batch-layout.ts";
import { batchInputs } from "../../src/policy/gradients/training-batch.ts";
import { trainingGraph, type TrainedModel } from "../../src/policy/gradients/training-graph.ts";
import { RandomStream, randomKey } from "../../src/random.ts";
import type { TrainingSequence } from "../../src/records/rollout.ts";

const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
const VOCABULARY = 30;
const PREFIX = 24;
const lora = { rank: 2, alpha: 4, targets: ["q_proj", "k_proj", "v_proj", "down_proj"] } as const;

const random = new RandomStream(randomKey(3));
const opening = Array.from({ length: PREFIX }, () => random.integer(VOCABULARY));
/** The rest of each prompt; one begins where another ends, and one is a single token. */
const RESTS = [[5, 6, 7], [8, 6], [9]];

/** Three prompts that begin alike, three, two and two completions of them, in mixed order. */
const sequences = sequencesOf(RESTS);
/** One prompt is how the two others begin, to its last token. */
const nested = sequencesOf([[5], [5, 6, 7], [5, 6]]);

function sequencesOf(rests: readonly (readonly number[])[]): readonly TrainingSequence[] {
  return [0, 1, 0, 2, 1, 0, 2].map((prompt, i) => {
    const length = 3 + ((i * 5) % 4);
    return {
      promptTokens: [...opening, ...rests[prompt]!],
      tokens: Array.from({ length }, () => random.integer(VOCABULARY)),
      weight: 0.1 + 0.05 * i,
      advantage: i - 2.7,
      oldLogprobs: Array.from({ length }, () => -2 - random.next()),
      refLogprobs: Array.from({ length }, () => -2 - random.next()),
    };
  });
}

const shape = { vocabSize: VOCABULARY, layers: 2 };
const MODELS: readonly (readonly [string, TrainedModel])[] = [
  ["one key head", { config: tinyConfig({ ...shape, heads: 2, kvHeads: 1 }) }],
  ["grouped queries", { config: tinyConfig({ ...shape, heads: 4, kvHeads: 2, tiedEmbeddings: true }) }],
  ["as many key heads, biases", { config: tinyConfig({ ...shape, heads: 2, kvHeads: 2, attentionBias: true }) }],
  ["norms of each head", { config: tinyConfig({ ...shape, heads: 4, kvHeads: 2, qkNorm: true }) }],
  [
    "layers computed anew under an adapter",
    { config: tinyConfig({ ...shape, heads: 2, kvHeads: 1 }), lora, recompute: "full" },
  ],
  ["an adapter", { config: tinyConfig({ ...shape, heads: 4, kvHeads: 2 }), lora }],
  ["queries in blocks", { config: tinyConfig({ ...shape, heads: 4, kvHeads: 2 }), blocks: 4 }],
  ["one block", { config: tinyConfig({ ...shape, heads: 2, kvHeads: 1 }), blocks: 1 }],
  [
    "layers computed anew, in blocks",
    { config: tinyConfig({ ...shape, heads: 4, kvHeads: 2 }), recompute: "full", chunks: 2, blocks: 2 },
  ],
];

function asInputs(flat: Float32Array, layout: readonly ParameterInfo[]): Record<string, DenseTensor> {
  const views = parameterViews(flat, layout);
  return Object.fromEntries(layout.map((info) => [info.name, { data: views.get(info.name)!, dims: info.shape }]));
}

function weightsOf(config: ModelConfig, adapted: LoraConfig | undefined): Record<string, DenseTensor> {
  const weights = asInputs(initialParameters(config, randomKey(1)), parameterLayout(config));
  if (adapted === undefined) return weights;
  // B of zeros would leave A without a gradient.
  const trained = initialAdapter(config, adapted, "", randomKey(2)).parameters.map(
    (value, i) => value + Math.sin(i) / 10,
  );
  return { ...weights, ...asInputs(trained, adapterLayout(config, adapted)) };
}

async function outputsOf(
  model: TrainedModel,
  mask: Parameters<typeof trainingGraph>[2],
  inputs: Record<string, DenseTensor>,
): Promise<Map<string, Float32Array>> {
  const program = await (await engineFor("cpu")).compile(trainingGraph({ ...model, positions: 512 }, LOSS, mask));
  const outputs = await program.run({ ...weightsOf(model.config, model.lora), ...inputs });
  await program.dispose();
  const found = new Map<string, Float32Array>();
  for (const name of Object.keys(outputs)) found.set(name, await readFloats(outputs, name));
  return found;
}

/** The loss and the gradients of all sequences, and their log-probabilities in order. */
async function prefixed(
  model: TrainedModel,
  sequences: readonly TrainingSequence[],
  batches: readonly number[][][],
): Promise<Map<string, Float32Array>> {
  const total = new Map<string, Float32Array>();
  const logprobs: Float32Array[] = [];
  for (const rows of batches) {
    const chosen = rows.map((row) => row.map((i) => sequences[i]!));
    const found = await outputsOf(model, prefixedLayout.mask, prefixedLayout.inputs(chosen, model.config, 0.8));
    for (const [name, values] of found)
      if (name === "loss" || name.startsWith("d:"))
        total.set(
          name,
          values.map((value, i) => value + (total.get(name)?.[i] ?? 0)),
        );
    let at = 0;
    for (const i of rows.flat()) logprobs[i] = found.get("logprobs")!.slice(at, (at += sequences[i]!.tokens.length));
  }
  return total.set("logprobs", Float32Array.from(logprobs.flatMap((values) => [...values])));
}

/** Within 1e-5 of the largest number of each. */
function expectClose(found: ReadonlyMap<string, Float32Array>, reference: ReadonlyMap<string, Float32Array>): void {
  expect([...found.keys()].sort()).toEqual([...reference.keys()].sort());
  for (const [name, values] of reference) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest, name).toBeGreaterThan(0);
    const off = values.reduce((most, value, i) => Math.max(most, Math.abs(value - found.get(name)![i]!)), 0);
    expect(off / largest, name).toBeLessThan(1e-5);
  }
}

/** All in one micro-batch, and in several. */
async function expectExact(model: TrainedModel, given: readonly TrainingSequence[]): Promise<void> {
  const inputs = batchInputs(given, model.config, 0.8);
  const reference = await outputsOf({ ...model, blocks: undefined }, "common", inputs);
  for (const name of ["entropy", "kl", "clipped"]) reference.delete(name);
  for (const budget of [512, 56]) {
    const batches = prefixedLayout.batches(given, budget)!;
    expect(batches.flat(2).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(batches.length > 1).toBe(budget === 56);
    expectClose(await prefixed(model, given, batches), reference);
  }
}

test.each(MODELS)("a common beginning computed once gives the same loss and gradients: %s", (_name, model) =>
  expectExact(model, sequences),
);

test("so does one that is all of a prompt but its last token", () => expectExact(MODELS[1]![1], nested));

test("a micro-batch counts the beginning once, and so holds more", () => {
  const positions = (layout: typeof prefixedLayout, rows: readonly (readonly number[])[]): number => {
    const chosen = rows.map((row) => row.map((i) => sequences[i]!));
    return layout.inputs(chosen, MODELS[0]![1].config, 1)["tokens"]!.data.length;
  };
  const [apart, shared] = [prefixedLayout, sharedPromptLayout].map((layout) => layout.batches(sequences, 80)!);
  expect(apart!.length).toBeLessThan(shared!.length);
  for (const rows of apart!) expect(positions(prefixedLayout, rows)).toBeLessThanOrEqual(80);
  expect(layoutBatches(sequences, { ofSamples: true, packing: false, tokenBudget: 80 }).layout).toBe(prefixedLayout);
});

test("a beginning stays where it is if few tokens are common, or little is saved", () => {
  const cut = (length: number) =>
    sequences.map((sequence) => ({ ...sequence, promptTokens: sequence.promptTokens.slice(PREFIX - length) }));
  expect(prefixedLayout.batches(cut(15), 512)).toBeNull();
  expect(prefixedLayout.batches(cut(16), 512)).not.toBeNull();
  // One prompt alone: its group has it once already.
  expect(prefixedLayout.batches([sequences[0]!, sequences[2]!, sequences[5]!], 512)).toBeNull();
  const long = sequences.map((sequence, i) => ({
    ...sequence,
    promptTokens: [...sequence.promptTokens.slice(0, 16), ...new Array<number>(300).fill(i), 1],
  }));
  expect(prefixedLayout.batches(long, 512)).toBeNull();
});
