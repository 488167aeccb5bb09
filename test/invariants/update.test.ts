import { describe, expect, test } from "vitest";
import { clippedPolicyLoss, sequenceMean } from "../../src/losses/index.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { parameterLayout, parameterViews } from "../../src/model/parameters.ts";
import { compactPrompt } from "../../src/prompts/index.ts";
import { randomKey, splitKey } from "../../src/random.ts";
import { findTask } from "../../src/tasks/index.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { updatePolicy, type UpdateOptions } from "../../src/algorithms/update-policy.ts";

const base = await loadCheckpoint(new URL("../../models/countdown-base", import.meta.url).pathname);
const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 });
const OPTIONS: UpdateOptions = {
  loss: LOSS,
  schedule: () => 1e-3,
  clipNorm: 1,
  temperature: 1,
  aggregation: sequenceMean,
  minibatches: 1,
  innerEpochs: 1,
  key: randomKey(1),
};

function start(workers: number, tokenBudget: number): Promise<Policy> {
  return startLocalPolicy(base, { workers, tokenBudget });
}

async function sampled(policy: Policy) {
  const requests = findTask("countdown")
    .problems("train")
    .slice(0, 8)
    .map((problem) => ({
      prompt: base.tokenizer.encode(compactPrompt(problem)),
      keys: [0, 1].map((sample) => splitKey(randomKey(2), problem.id, sample)),
    }));
  const groups = policy.sample(requests, {
    temperature: 1,
    topK: 0,
    topP: 1,
    greedy: false,
    maxNewTokens: 64,
    slots: 16,
  });
  return (await collectGroups(groups)).flatMap((group, i) =>
    group.map(({ tokens, logprobs }, sample) => ({
      promptTokens: requests[i]!.prompt,
      tokens,
      logprobs,
      advantage: sample === 0 ? 0.5 : -0.5,
    })),
  );
}

describe("one update", () => {
  test("is the same in 1 micro-batch and in many, on 1 worker and on 2", async () => {
    const updated: Float32Array[] = [];
    for (const [workers, tokenBudget] of [
      [1, 100_000],
      [1, 64],
      [2, 256],
    ] as const) {
      const policy = await start(workers, tokenBudget);
      await updatePolicy(policy, await sampled(policy), OPTIONS);
      updated.push((await policy.state()).parameters.slice());
      await policy.stop();
    }
    const [whole, ...others] = updated as [Float32Array, ...Float32Array[]];
    for (const other of others) {
      let moved = 0;
      let apart = 0;
      for (let i = 0; i < whole.length; i++) {
        moved += (whole[i]! - base.parameters[i]!) ** 2;
        apart += (whole[i]! - other[i]!) ** 2;
      }
      expect(moved).toBeGreaterThan(0);
      // AdamW's first step is the sign of the gradient, so tiny gradients of rounding alone may differ in sign.
      expect(Math.sqrt(apart / moved)).toBeLessThan(2e-2);
    }
  });

  test("starts at ratio 1: sampler and trainer agree, and nothing is clipped", async () => {
    const policy = await start(2, 512);
    const metrics = await updatePolicy(policy, await sampled(policy), OPTIONS);
    await policy.stop();
    expect(metrics.samplerGap).toBeLessThan(1e-5);
    expect(metrics.samplerGapMax).toBeLessThan(1e-4);
    expect(metrics.clipFraction).toBe(0);
    expect(metrics.updates).toBe(1);
    expect(metrics.entropy).toBeGreaterThan(0);
  });

  test("moves every parameter but those of tokens that never came", async () => {
    const policy = await start(1, 512);
    await updatePolicy(policy, await sampled(policy), OPTIONS);
    const [before, after] = [base.parameters, (await policy.state()).parameters].map((flat) =>
      parameterViews(flat, parameterLayout(base.config)),
    );
    await policy.stop();
    for (const [name, values] of before!) {
      const changed = values.some((value, i) => value !== after!.get(name)![i]);
      expect(changed, name).toBe(true);
    }
  });

  test("without a rollout that carries signal leaves the weights untouched", async () => {
    const policy = await start(1, 512);
    const metrics = await updatePolicy(policy, [], OPTIONS);
    expect(metrics.updates).toBe(0);
    expect((await policy.state()).parameters).toEqual(base.parameters);
    await policy.stop();
  });

  test("goes uphill: what had a positive advantage becomes likelier, the others less", async () => {
    const policy = await start(1, 512);
    const rollouts = await sampled(policy);
    await updatePolicy(policy, rollouts, { ...OPTIONS, schedule: () => 2e-4 });
    const scores = await policy.score(
      "policy",
      rollouts.map((rollout) => ({ ...rollout, weight: 0 })),
      1,
    );
    await policy.stop();
    const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
    // The loss by sequence mean: the objective that was climbed.
    const objective = (of: (i: number) => Iterable<number>): number =>
      sum(rollouts.map((rollout, i) => (rollout.advantage * sum(of(i))) / rollout.tokens.length));
    expect(objective((i) => scores[i]!)).toBeGreaterThan(objective((i) => rollouts[i]!.logprobs));
  });

  test("refuses numbers that aren't finite, and keeps the weights", async () => {
    const policy = await start(1, 512);
    const rollouts = await sampled(policy);
    rollouts[0] = { ...rollouts[0]!, advantage: Number.NaN };
    await expect(updatePolicy(policy, rollouts, OPTIONS)).rejects.toThrow(/finite/);
    expect((await policy.state()).parameters).toEqual(base.parameters);
    await policy.stop();
  });
});
