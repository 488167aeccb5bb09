import { describe, expect, test } from "vitest";
import { clippedPolicyLoss } from "../../src/losses/index.ts";
import { initialAdapter } from "../../src/model/lora.ts";
import { initialParameters } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import type { PolicyModel, PolicyState, UpdateResult } from "../../src/policy/policy.ts";
import type { RolloutPrecision } from "../../src/policy/sampling/rollout-precision.ts";
import { randomKey } from "../../src/random.ts";
import type { TrainingSequence } from "../../src/records/rollout.ts";
import { useSwiftShader } from "./swiftshader.ts";
import { logprobDistance, promptsOf, withoutLogprobs } from "./written-tokens.ts";

const missing = useSwiftShader();
const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
const config = tinyConfig({ layers: 2, tiedEmbeddings: true });
const lora = { rank: 4, alpha: 8, targets: ["q_proj", "v_proj", "down_proj"] as const };
const plain: PolicyModel = { config, parameters: initialParameters(config, randomKey(1)) };
const adapted: PolicyModel = { ...plain, adapter: initialAdapter(config, lora, "", randomKey(2)) };

const sequences: readonly TrainingSequence[] = [7, 5, 4, 9, 3].map((length, i) => ({
  promptTokens: [1, 2, 3],
  tokens: Array.from({ length }, (_, t) => (t * 7 + i) % config.vocabSize),
  weight: 0.1 + 0.05 * i,
  advantage: i - 1.7,
  oldLogprobs: Array.from({ length }, (_, t) => -2 - 0.1 * t),
  refLogprobs: Array.from({ length }, () => -2.5),
}));

interface Trained {
  readonly results: UpdateResult[];
  readonly scores: Float32Array[];
  readonly reference: Float32Array[];
  readonly state: PolicyState;
}

/** Three updates in micro-batches, with the model as it began kept as the reference. */
async function trained(model: PolicyModel, device: string): Promise<Trained> {
  const optimizer = { weightDecay: 0.1 };
  const policy = await startLocalPolicy(model, { device, workers: 1, tokenBudget: 24, optimizer });
  try {
    await policy.keepReference();
    const results: UpdateResult[] = [];
    for (const learningRate of [1e-3, 5e-4, 5e-4])
      results.push(await policy.update(sequences, LOSS, { learningRate, clipNorm: 0.5, temperature: 0.8 }));
    return {
      results,
      scores: await policy.score("policy", sequences, 1),
      reference: await policy.score("reference", sequences, 1),
      state: await policy.state(),
    };
  } finally {
    await policy.stop();
  }
}

describe.skipIf(missing !== undefined)(`a policy on a GPU${missing === undefined ? "" : ` (${missing})`}`, () => {
  test.each([
    ["all weights", plain],
    ["an adapter", adapted],
  ])("trains as on the CPU: %s", async (_name, model) => {
    const reference = await trained(model, "cpu");
    const found = await trained(model, "webgpu");
    for (const [i, expected] of reference.results.entries()) {
      const result = found.results[i]!;
      expect(result.loss).toBeCloseTo(expected.loss, 4);
      expect(result.gradNorm / expected.gradNorm).toBeCloseTo(1, 4);
      expect(result.entropy / expected.entropy).toBeCloseTo(1, 4);
      expectClose(result.logprobs, expected.logprobs);
    }
    expectClose(found.scores, reference.scores);
    expectClose(found.reference, reference.reference);
    expect(found.state.moments.updates).toBe(3);
    expectClose([found.state.moments.firstMoment], [reference.state.moments.firstMoment]);
    expectClose([found.state.moments.secondMoment], [reference.state.moments.secondMoment]);
    expectClose([found.state.parameters], [reference.state.parameters]);
  });

  test("writes in few bits what the CPU does", async () => {
    const [expected, found] = [await writtenBy("cpu", "int4"), await writtenBy("webgpu", "int4")];
    expect(withoutLogprobs(found)).toEqual(withoutLogprobs(expected));
    expect(logprobDistance(found, expected)).toBeLessThan(1e-4);
    const exact = await writtenBy("cpu", "float32");
    expect(logprobDistance(found.slice(0, 1), exact.slice(0, 1))).toBeGreaterThan(1e-3);
  });

  test("goes on from what was kept to the same numbers", async () => {
    const step = { learningRate: 1e-3, clipNorm: 1, temperature: 1 };
    const one = await startLocalPolicy(plain, { device: "webgpu", workers: 1 });
    await one.update(sequences, LOSS, step);
    const { parameters, moments } = await one.state();
    const kept = {
      parameters: parameters.slice(),
      moments: {
        firstMoment: moments.firstMoment.slice(),
        secondMoment: moments.secondMoment.slice(),
        updates: moments.updates,
      },
    };
    await one.update(sequences, LOSS, step);
    const expected = (await one.state()).parameters.slice();
    await one.stop();
    const other = await startLocalPolicy(plain, { device: "webgpu", workers: 1 });
    await other.restore(kept);
    expect(other.version).toBe(1);
    await other.update(sequences, LOSS, step);
    expect((await other.state()).parameters).toEqual(expected);
    await other.stop();
  });

  test("refuses a gradient that isn't finite, and keeps the weights", async () => {
    const policy = await startLocalPolicy(plain, { device: "webgpu", workers: 1 });
    const broken = [{ ...sequences[0]!, advantage: Number.NaN }];
    const step = { learningRate: 1e-3, clipNorm: 1, temperature: 1 };
    await expect(policy.update(broken, LOSS, step)).rejects.toThrow(/finite/);
    expect((await policy.state()).parameters).toEqual(plain.parameters);
    await policy.stop();
  });
});

/** Completions of one layer under an adapter. */
async function writtenBy(device: string, precision: RolloutPrecision) {
  const shallow = { ...config, layers: 1 };
  const model = {
    config: shallow,
    parameters: initialParameters(shallow, randomKey(1)),
    adapter: initialAdapter(shallow, lora, "", randomKey(2)),
  };
  const options = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 4, precision };
  const policy = await startLocalPolicy(model, { device, workers: 1 });
  try {
    return await collectGroups(policy.sample(promptsOf(shallow, 2, 2), options));
  } finally {
    await policy.stop();
  }
}

/** Within 1e-4 of the largest number. */
function expectClose(found: readonly Float32Array[], expected: readonly Float32Array[]): void {
  const largest = Math.max(...expected.map((values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)));
  expected.forEach((values, i) =>
    values.forEach((value, place) =>
      expect(Math.abs(found[i]![place]! - value) / largest, `${i}, ${place}`).toBeLessThan(1e-4),
    ),
  );
}
