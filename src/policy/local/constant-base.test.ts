import { afterAll, expect, test } from "vitest";
import { engineFor, type Engine } from "../../engine/index.ts";
import { clippedPolicyLoss, lossSpec } from "../../losses/index.ts";
import { initialAdapter } from "../../model/lora.ts";
import { LORA_TARGETS } from "../../model/lora-targets.ts";
import type { Recompute } from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { initialParameters } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey } from "../../random.ts";
import { PolicyTrainer } from "./policy-trainer.ts";
import { ProgramCache } from "../program-cache.ts";
import { shareState, type SharedState } from "./shared-state.ts";
import { TrainableWeights } from "./trainable-weights.ts";

const engine = await engineFor("cpu");
afterAll(() => engine.dispose());

const SEQUENCES = [7, 5, 4, 6].map((length, i) => ({
  promptTokens: [1, 2, 3 + (i >> 1)],
  tokens: Array.from({ length }, (_, t) => (t * 7 + i) % 11),
  weight: 0.1 + 0.05 * i,
  advantage: i - 1.3,
  oldLogprobs: Array.from({ length }, (_, t) => -2 - 0.1 * t),
  refLogprobs: Array.from({ length }, () => -2.5),
}));

/** What a worker computes under an adapter, with its base as constants of the graphs or as inputs. */
async function computed(given: Engine, config: ModelConfig, recompute: Recompute | undefined) {
  const lora = { rank: 3, alpha: 6, targets: LORA_TARGETS };
  const adapter = initialAdapter(config, lora, "base", randomKey(2)).parameters.map(
    (value, i) => value + Math.sin(i) / 9,
  );
  const shared = shareState(adapter, 1);
  new Float32Array(shared.reference).set(adapter.map((value) => value / 2));
  const parameters = initialParameters(config, randomKey(1));
  const weights = new TrainableWeights(given, {
    device: given.device,
    config,
    adapted: { parameters, lora },
    shared,
    index: 0,
    optimizer: {},
  });
  const programs = new ProgramCache(given, {});
  const frozen = given.copiesInputs ? weights.staying() : undefined;
  const model = { config, positions: 64, lora, recompute, frozen };
  const trainer = new PolicyTrainer({ model, weights, programs, tokenBudget: 64, packing: false });
  const loss = lossSpec(clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 }));
  const steps: { readonly gradients: Float32Array; readonly logprobs: readonly Float32Array[] }[] = [];
  for (let step = 0; step < 2; step++) {
    const { logprobs } = await trainer.gradients({ loss, sequences: SEQUENCES, temperature: 0.8 });
    steps.push({ gradients: gradientsOf(shared), logprobs });
    weights.update(1e-2, 1);
  }
  const [policy, reference] = [
    await trainer.score({ model: "policy", sequences: SEQUENCES, temperature: 1 }),
    await trainer.score({ model: "reference", sequences: SEQUENCES, temperature: 1 }),
  ];
  return { steps, policy, reference };
}

function gradientsOf(shared: SharedState): Float32Array {
  return new Float32Array(shared.gradients[0]!).slice();
}

/** The same engine, as one that copies what it is given at each run. */
const copying: Engine = {
  device: engine.device,
  isApart: false,
  copiesInputs: true,
  hasFloat16: () => Promise.resolve(true),
  compile: (graph, options) => {
    compiled.push(graph.inputs.map(({ name }) => name));
    return engine.compile(graph, options);
  },
  tensor: (data, dims) => engine.tensor(data, dims),
  zeros: (dims) => engine.zeros(dims),
  dispose: () => engine.dispose(),
};
const compiled: string[][] = [];

test.each([
  ["tied", { tiedEmbeddings: true }, undefined],
  ["untied, with biases and norms of heads", { attentionBias: true, qkNorm: true }, undefined],
  ["recomputed", { tiedEmbeddings: true }, "full"],
  ["recomputed between products", { tiedEmbeddings: true }, "selective"],
] as const)(
  "a base of constants gives an adapter's gradients, updates and scores: %s",
  async (_name, change, recompute) => {
    const config = tinyConfig(change);
    compiled.length = 0;
    const expected = await computed(engine, config, recompute);
    expect(compiled).toEqual([]);
    const found = await computed(copying, config, recompute);
    for (const [step, { gradients, logprobs }] of expected.steps.entries()) {
      expect(distance([found.steps[step]!.gradients], [gradients])).toBeLessThan(1e-5);
      expect(distance(found.steps[step]!.logprobs, logprobs)).toBeLessThan(1e-5);
    }
    expect(distance(expected.reference, expected.policy)).toBeGreaterThan(1e-3);
    expect(distance(found.policy, expected.policy)).toBeLessThan(1e-5);
    expect(distance(found.reference, expected.reference)).toBeLessThan(1e-5);
    // Of the weights, the graphs read the adapter's alone.
    const read = compiled.flat().filter((name) => name.includes("."));
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter((name) => !/\.lora_[AB]\.weight$/.test(name))).toEqual([]);
  },
);

/** The largest difference, by the largest number. */
function distance(found: readonly Float32Array[], expected: readonly Float32Array[]): number {
  let [largest, furthest] = [0, 0];
  expected.forEach((values, row) =>
    values.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value));
      furthest = Math.max(furthest, Math.abs(found[row]![i]! - value));
    }),
  );
  expect(largest).toBeGreaterThan(0);
  return furthest / largest;
}
