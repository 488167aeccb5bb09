import { readdirSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { engineFor, readFloats, type DenseTensor, type Engine } from "../../src/engine/index.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { clippedPolicyLoss, crossEntropyLoss } from "../../src/losses/index.ts";
import { joinedLayout } from "../../src/model/joined-weights.ts";
import { adapterLayout, initialAdapter } from "../../src/model/lora.ts";
import { initialParameters, parameterLayout, parameterViews } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import type { PolicyModel } from "../../src/policy/policy.ts";
import { batchInputs } from "../../src/policy/gradients/training-batch.ts";
import { sharedInputs } from "../../src/policy/gradients/shared-prompts.ts";
import { trainingGraph, type TrainedModel } from "../../src/policy/gradients/training-graph.ts";
import { randomKey } from "../../src/random.ts";
import type { TrainingSequence } from "../../src/records/rollout.ts";
import { joinedTensor, type NamedTensor } from "./joined-tensors.ts";
import { useSwiftShader } from "./swiftshader.ts";

const missing = useSwiftShader();
const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
const FIXTURES = new URL("../parity/fixtures/", import.meta.url).pathname;

/** Those that differ from others in nothing but their tables of positions only where all are asked for. */
const MODELS =
  process.env["AHA_ALL_DEVICES"] === undefined
    ? ["llama", "llama-mqa-tied-relu", "llama-llama3-rope-untied", "qwen2", "qwen2-untied", "qwen3-tied"]
    : readdirSync(FIXTURES);

const config = tinyConfig({ tiedEmbeddings: true });
const plain: PolicyModel = { config, parameters: initialParameters(config, randomKey(1)) };
const lora = { rank: 2, alpha: 4, targets: ["q_proj", "v_proj", "up_proj", "down_proj"] as const };
const fresh = initialAdapter(config, lora, "", randomKey(2));
// B of zeros would leave A without a gradient.
const adapter = { ...fresh, parameters: fresh.parameters.map((value, i) => value + Math.sin(i) / 10) };

interface Variant {
  readonly model?: Partial<TrainedModel>;
  readonly loss?: typeof LOSS;
  readonly byRow?: boolean;
}

const VARIANTS: readonly (readonly [string, PolicyModel, Variant])[] = [
  ["weights by themselves", plain, { model: { joined: false } }],
  ["an adapter", { ...plain, adapter }, {}],
  ["an adapter, layers computed anew", { ...plain, adapter }, { model: { recompute: "full" } }],
  ["logits in chunks, layers computed anew", plain, { model: { chunks: 3, recompute: "full" } }],
  ["completions that share their prompt", plain, { byRow: true }],
  ["cross-entropy", plain, { loss: crossEntropyLoss }],
];

describe.skipIf(missing !== undefined)(
  `gradients on a GPU${missing === undefined ? "" : ` (${missing})`}`,
  async () => {
    const engines = missing === undefined ? [await engineFor("cpu"), await engineFor("webgpu")] : [];
    afterAll(async () => {
      for (const engine of engines) await engine.dispose();
    });

    test.each(MODELS)("are the CPU's: %s", async (name) => {
      const [cpu, gpu] = engines as [Engine, Engine];
      const model = await loadCheckpoint(FIXTURES + name);
      expectClose(await gradients(gpu, model), await gradients(cpu, model));
    });

    test.each(VARIANTS)("are the CPU's: %s", async (_name, model, variant) => {
      const [cpu, gpu] = engines as [Engine, Engine];
      expectClose(await gradients(gpu, model, variant), await gradients(cpu, model, variant));
    });
  },
);

/** The loss, what it measures, and the gradients of a micro-batch, by name. */
async function gradients(
  engine: Engine,
  { config: shape, parameters, adapter: trained }: PolicyModel,
  { model = {}, loss = LOSS, byRow = false }: Variant = {},
): Promise<Map<string, Float32Array>> {
  const written = { config: shape, lora: trained?.lora, joined: true, ...model };
  const views = parameterViews(parameters, parameterLayout(shape));
  const base = written.joined
    ? joinedLayout(shape).map((weight) => joinedTensor(weight, (part) => views.get(part)!))
    : separate(views, shape);
  const weights = Object.fromEntries(base.map(({ name, ...tensor }) => [name, tensor]));
  const program = await engine.compile(trainingGraph(written, loss, byRow ? "by row" : "common"));
  const sequences = sequencesFor(shape.vocabSize);
  const inputs = byRow ? sharedInputs([sequences.slice(0, 2), sequences.slice(2)], shape, 0.8) : undefined;
  const outputs = await program.run({
    ...weights,
    ...(trained === undefined ? {} : adapterTensors(trained, shape)),
    ...(inputs ?? batchInputs(sequences, shape, 0.8)),
  });
  const found = new Map<string, Float32Array>();
  for (const name of Object.keys(outputs)) found.set(name, await readFloats(outputs, name));
  await program.dispose();
  return found;
}

function separate(views: ReadonlyMap<string, Float32Array>, shape: PolicyModel["config"]): NamedTensor[] {
  return parameterLayout(shape).map(({ name, shape: dims }) => ({ name, data: views.get(name)!, dims }));
}

function adapterTensors(
  { lora: trained, parameters }: NonNullable<PolicyModel["adapter"]>,
  shape: PolicyModel["config"],
): Record<string, DenseTensor> {
  const layout = adapterLayout(shape, trained);
  const views = parameterViews(parameters, layout);
  return Object.fromEntries(layout.map((info) => [info.name, { data: views.get(info.name)!, dims: info.shape }]));
}

/** Five completions of one prompt. */
function sequencesFor(vocabulary: number): TrainingSequence[] {
  return [7, 5, 4, 1, 3].map((length, i) => ({
    promptTokens: [1, 2, 3, 4],
    tokens: Array.from({ length }, (_, t) => (t * 7 + i) % vocabulary),
    weight: 0.1 + 0.05 * i,
    advantage: i - 1.7,
    oldLogprobs: Array.from({ length }, (_, t) => -2 - 0.1 * t),
    refLogprobs: Array.from({ length }, () => -2.5),
  }));
}

function expectClose(found: ReadonlyMap<string, Float32Array>, expected: ReadonlyMap<string, Float32Array>): void {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, values] of expected) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    const off = values.reduce((most, value, i) => Math.max(most, Math.abs(value - found.get(name)![i]!)), 0);
    expect(off / largest, name).toBeLessThan(1e-4);
  }
}
