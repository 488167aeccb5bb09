import { expect, test } from "vitest";
import { clippedPolicyLoss } from "../../src/losses/index.ts";
import { initialAdapter, adapterLayout } from "../../src/model/lora.ts";
import { initialParameters, parameterLayout, parameterViews, type ParameterInfo } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { peakBytes } from "../../src/graph/index.ts";
import { engineFor, readFloats, type DenseTensor } from "../../src/engine/index.ts";
import { RandomStream, randomKey } from "../../src/random.ts";
import { batchInputs } from "../../src/policy/gradients/training-batch.ts";
import { sharedBatches, sharedInputs } from "../../src/policy/gradients/shared-prompts.ts";
import { scoringGraph, trainingGraph, type TrainedModel } from "../../src/policy/gradients/training-graph.ts";
import type { TrainingSequence } from "../../src/records/rollout.ts";

const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
const config = tinyConfig({ layers: 2, tiedEmbeddings: true });
const untied = tinyConfig({ layers: 2, tiedEmbeddings: false, attentionBias: true });
const lora = { rank: 2, alpha: 4, targets: ["q_proj", "down_proj"] as const };

const random = new RandomStream(randomKey(3));
const sequences: TrainingSequence[] = [7, 5, 4].map((length, i) => ({
  promptTokens: [1, 2, 3],
  tokens: Array.from({ length }, () => random.integer(config.vocabSize)),
  weight: 0.1 + 0.05 * i,
  advantage: i - 0.7,
  oldLogprobs: Array.from({ length }, () => -2 - random.next()),
  refLogprobs: Array.from({ length }, () => -2 - random.next()),
}));

function asInputs(flat: Float32Array, layout: readonly ParameterInfo[]): Record<string, DenseTensor> {
  const views = parameterViews(flat, layout);
  return Object.fromEntries(layout.map((info) => [info.name, { data: views.get(info.name)!, dims: info.shape }]));
}

async function outputsOf(
  model: TrainedModel,
  build: (model: TrainedModel) => ReturnType<typeof trainingGraph> = (given) => trainingGraph(given, LOSS),
  inputs: Record<string, DenseTensor> = batchInputs(sequences, model.config, 0.8),
): Promise<Map<string, Float32Array>> {
  const parameters = initialParameters(model.config, randomKey(1));
  const adapter = initialAdapter(model.config, lora, "", randomKey(2));
  // B of zeros would leave A without a gradient.
  const trained = adapter.parameters.map((value, i) => value + Math.sin(i) / 10);
  const spec = build(model);
  const program = await (await engineFor("cpu")).compile(spec);
  const outputs = await program.run({
    ...asInputs(parameters, parameterLayout(model.config)),
    ...(model.lora === undefined ? {} : asInputs(trained, adapterLayout(model.config, lora))),
    ...inputs,
  });
  await program.dispose();
  const found = new Map<string, Float32Array>();
  for (const name of Object.keys(outputs)) found.set(name, await readFloats(outputs, name));
  return found;
}

function expectClose(found: ReadonlyMap<string, Float32Array>, reference: ReadonlyMap<string, Float32Array>): void {
  expect([...found.keys()].sort()).toEqual([...reference.keys()].sort());
  for (const [name, values] of reference) {
    const largest = Math.max(1e-3, ...values.map(Math.abs));
    expect(found.get(name)!.length, name).toBe(values.length);
    values.forEach((value, i) =>
      expect(Math.abs(found.get(name)![i]! - value) / largest, `${name}[${i}]`).toBeLessThan(2e-5),
    );
  }
}

test.each([
  ["tied", { config }],
  ["untied, with biases", { config: untied }],
  ["an adapter", { config, lora }],
] as const)("%s: logits in chunks and layers computed anew give the same loss and gradients", async (_name, model) => {
  const reference = await outputsOf(model);
  for (const change of [
    { chunks: 2 },
    { chunks: 3 },
    { chunks: 16 },
    { recompute: "full" },
    { recompute: "selective" },
    { chunks: 2, recompute: "selective" },
    { chunks: 4, recompute: "full" },
  ] as const)
    expectClose(await outputsOf({ ...model, ...change }), reference);
});

test.each([
  ["tied", { config }],
  ["untied, with biases", { config: untied }],
  ["one head of keys", { config: tinyConfig({ kvHeads: 1 }) }],
  ["an adapter", { config, lora }],
] as const)("%s: attention in blocks gives the same loss and gradients", async (_name, model) => {
  const reference = await outputsOf(model);
  for (const change of [
    { blocks: 1 },
    { blocks: 2 },
    { blocks: 3 },
    { blocks: 2, recompute: "full", chunks: 2 },
  ] as const)
    expectClose(
      await outputsOf({ ...model, ...change }, undefined, batchInputs(sequences, model.config, 0.8, change.blocks)),
      reference,
    );
});

test.each([
  ["tied", { config }],
  ["untied, with biases", { config: untied }],
  ["an adapter", { config, lora }],
] as const)("%s: what lies between products is computed anew to the same bits", async (_name, model) => {
  const selective = { ...model, recompute: "selective" } as const;
  const kept = await outputsOf(model);
  const anew = await outputsOf(selective);
  expect([...anew.keys()]).toEqual([...kept.keys()]);
  for (const [name, values] of kept) expect(anew.get(name), name).toEqual(values);
  const products = ({ nodes }: ReturnType<typeof trainingGraph>): number =>
    nodes.filter(({ operator }) => operator.endsWith("MatMul")).length;
  // An adapter's narrow product before its wide one is made again, in each layer.
  const again = "lora" in model ? model.config.layers : 0;
  expect(products(trainingGraph(selective, LOSS)) - products(trainingGraph(model, LOSS))).toBe(again);
});

test("what lies between a wide layer's products takes more than a fifth of its memory", () => {
  const wide = tinyConfig({ layers: 12, hiddenSize: 64, ffSize: 170, heads: 4, kvHeads: 2, headDim: 16 });
  const sizes = { B: 4, T: 64, G: 2, N: 128, n: 128, rows: 256 };
  const taken = (recompute?: "selective" | "full"): number =>
    peakBytes(trainingGraph({ config: wide, recompute }, LOSS), sizes);
  expect(taken("selective") / taken()).toBeLessThan(0.8);
  expect(taken("full")).toBeLessThan(taken("selective"));
});

test("a block reads no more keys than it needs", () => {
  // Nine positions in three blocks of three: scores of 3 x 3, 3 x 6 and 3 x 9.
  const spec = trainingGraph({ config, blocks: 3 }, LOSS);
  const softmaxes = spec.nodes.filter(({ operator }) => operator === "Softmax");
  const shapes = softmaxes.map(({ outputs }) => spec.shapes.get(outputs[0]!)!.shape.slice(2));
  expect(shapes.slice(0, 3)).toEqual([
    ["b*G", "b"],
    ["b*G", "b+b"],
    ["b*G", "T"],
  ]);
});

test("scores in chunks are the same scores", async () => {
  expectClose(await outputsOf({ config, chunks: 3 }, scoringGraph), await outputsOf({ config }, scoringGraph));
});

/** Two prompts of twenty tokens, three completions of the first and two of the second, in mixed order. */
const groups: readonly TrainingSequence[] = [0, 1, 0, 1, 0].map((prompt, i) => ({
  ...sequences[i % 3]!,
  promptTokens: Array.from({ length: 20 }, (_, t) => (prompt * 5 + t * 3) % config.vocabSize),
  weight: 0.1 + 0.02 * i,
  advantage: i - 2.2,
}));

test.each([
  ["one row a prompt", 512, undefined],
  ["one row a prompt, attention in blocks", 512, 4],
  ["rows that are cut", 31, undefined],
  ["rows that are cut, attention in blocks", 31, 3],
  ["every row alone", 40, undefined],
])("completions that share their prompt give the same loss and gradients: %s", async (_name, budget, blocks) => {
  const reference = await outputsOf(
    { config },
    (model) => trainingGraph(model, LOSS),
    batchInputs(groups, config, 0.8),
  );
  const batches = sharedBatches(groups, budget)!;
  expect(batches.flat(2).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  const total = new Map<string, Float32Array>();
  for (const rows of batches) {
    for (const row of rows) expect(new Set(row.map((i) => groups[i]!.promptTokens[0])).size).toBe(1);
    const found = await outputsOf(
      { config, blocks },
      (model) => trainingGraph(model, LOSS, "by row"),
      sharedInputs(
        rows.map((row) => row.map((i) => groups[i]!)),
        config,
        0.8,
      ),
    );
    for (const [name, values] of found)
      if (name === "loss" || name.startsWith("d:"))
        total.set(
          name,
          values.map((value, i) => value + (total.get(name)?.[i] ?? 0)),
        );
    const order = rows.flat();
    let at = 0;
    for (const i of order) {
      const start = groups.slice(0, i).reduce((sum, { tokens }) => sum + tokens.length, 0);
      groups[i]!.tokens.forEach((_token, t) =>
        expect(found.get("logprobs")![at++]!).toBeCloseTo(reference.get("logprobs")![start + t]!, 4),
      );
    }
  }
  for (const name of ["logprobs", "entropy", "kl", "clipped"]) reference.delete(name);
  expectClose(total, reference as Map<string, Float32Array>);
});

test("prompts are shared only where that saves much", () => {
  expect(sharedBatches(sequences, 512)).toBeNull();
  expect(
    sharedBatches(
      groups.map((sequence, i) => ({ ...sequence, promptTokens: [i, ...sequence.promptTokens] })),
      512,
    ),
  ).toBeNull();
});
