import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { clippedPolicyLoss, crossEntropyLoss } from "../../src/losses/index.ts";
import { initialParameters } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import type { TrainingSequence } from "../../src/records/rollout.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { SamplingOptions, SamplingRequest } from "../../src/policy/sampling/sampling-request.ts";
import { randomKey, splitKey } from "../../src/random.ts";
import { sampledSequences } from "../contracts/sampled-sequences.ts";
import reinforceLoss from "./own-loss.ts";

const config = tinyConfig({ eosTokenIds: [0], maxPositions: 4096 });
const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 30 };
const STEP = { learningRate: 0.05, clipNorm: 1, temperature: 1 };
const CLIP = { clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 };
const model = { config, parameters: initialParameters(config, randomKey(1)).map((value) => value * 4) };
const requests: SamplingRequest[] = Array.from({ length: 5 }, (_, i) => ({
  prompt: [1, 2 + i, 3],
  keys: Array.from({ length: i === 3 ? 0 : 2 }, (_key, sample) => splitKey(randomKey(2), i, sample)),
}));

let policy: Policy;
beforeAll(async () => {
  policy = await startLocalPolicy(model, { workers: 2 });
});
afterAll(() => policy.stop());

/** What was sampled, as sequences to learn from with advantages of both signs. */
const sampled = (): Promise<TrainingSequence[]> =>
  sampledSequences(policy, requests, OPTIONS, { weight: 0.01, advantages: [1, -1] });

describe("sampling from a policy", () => {
  test("every group comes once, under the index of its request, also where nothing is asked", async () => {
    const indices: number[] = [];
    for await (const { index, completions } of policy.sample(requests, OPTIONS)) {
      indices.push(index);
      expect(completions.length).toBe(requests[index]!.keys.length);
    }
    expect(indices.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });

  test("an aborted signal ends it with its reason, before and in the middle, and the policy goes on", async () => {
    const reason = new Error("enough");
    await expect(
      collectGroups(policy.sample(requests, { ...OPTIONS, signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason);
    const endless = await startLocalPolicy({ ...model, config: { ...config, eosTokenIds: [] } }, { workers: 1 });
    try {
      const controller = new AbortController();
      const pending = collectGroups(
        endless.sample(requests, { ...OPTIONS, maxNewTokens: 4000, signal: controller.signal }),
      );
      setTimeout(() => controller.abort(reason), 50);
      await expect(pending).rejects.toBe(reason);
      expect((await collectGroups(endless.sample(requests, OPTIONS)))[0]![0]!.tokens.length).toBe(30);
    } finally {
      await endless.stop();
    }
  });

  test("whoever stops reading ends the work", async () => {
    for await (const { index } of policy.sample(requests, OPTIONS)) {
      expect(index).toBeGreaterThanOrEqual(0);
      break;
    }
    expect((await collectGroups(policy.sample(requests, OPTIONS))).length).toBe(5);
  });

  test("several are written at once, and calls may overlap: each token comes under its request and sample", async () => {
    const expected = await collectGroups(policy.sample(requests, OPTIONS));
    const write = async (asked: readonly SamplingRequest[]) => {
      const streamed = asked.map(({ keys }) => keys.map((): number[] => []));
      const written = await policy.write(asked, OPTIONS, {
        onToken: (token, request, sample) => streamed[request]![sample]!.push(token),
      });
      expect(written.map((group) => group.map(({ tokens }) => tokens))).toEqual(streamed);
      return streamed;
    };
    const calls = await Promise.all([
      write(requests),
      write(requests.slice(1, 2)),
      write([requests[4]!, requests[0]!]),
    ]);
    const tokens = expected.map((group) => group.map((completion) => [...completion.tokens]));
    expect(calls).toEqual([tokens, [tokens[1]], [tokens[4], tokens[0]]]);
  });
});

describe("updating a policy", () => {
  test("the clipped tokens that the loss reports are those whose ratio left the range on the side of the advantage", async () => {
    const sequences = await sampled();
    const loss = clippedPolicyLoss(CLIP);
    const counts: number[] = [];
    for (let step = 0; step < 6; step++) {
      const { clipped, logprobs } = await policy.update(sequences, loss, STEP);
      let expected = 0;
      sequences.forEach(({ oldLogprobs, advantage }, i) =>
        oldLogprobs!.forEach((old, t) => {
          const ratio = Math.exp(logprobs[i]![t]! - old);
          const up = (advantage as number) > 0;
          if (up ? ratio > 1 + CLIP.clipEpsilonHigh : ratio < 1 - CLIP.clipEpsilonLow) expected++;
        }),
      );
      expect(clipped).toBe(expected);
      counts.push(clipped);
    }
    expect(counts[0]).toBe(0);
    expect(Math.max(...counts)).toBeGreaterThan(5);
  });

  test("tokens that the model didn't write give no gradient and count in no measure", async () => {
    // The first two tokens alone, and the same with what a tool wrote behind them. All ratios are e: cut where A > 0.
    const loss = clippedPolicyLoss({ ...CLIP, klCoefficient: 0.1 });
    const step = { ...STEP, learningRate: 0 };
    const alone = (await sampled()).map((sequence) => ({
      ...sequence,
      tokens: sequence.tokens.slice(0, 2),
      oldLogprobs: sequence.oldLogprobs!.slice(0, 2).map((logprob) => logprob - 1),
      refLogprobs: sequence.oldLogprobs!.slice(0, 2).map((logprob) => logprob + 0.5),
    }));
    const masked = alone.map((sequence) => ({
      ...sequence,
      tokens: [...sequence.tokens, 4, 5, 6],
      weight: [...sequence.tokens.map(() => sequence.weight as number), 0, 0, 0],
      oldLogprobs: [...sequence.oldLogprobs, -9, -9, -9],
      refLogprobs: [...sequence.refLogprobs, -9, -9, -9],
    }));
    const [own, withTool] = [await policy.update(alone, loss, step), await policy.update(masked, loss, step)];
    expect(withTool.clipped).toBe(own.clipped);
    expect(own.clipped).toBe(
      alone.reduce((sum, { advantage, tokens }) => sum + (advantage === 1 ? tokens.length : 0), 0),
    );
    for (const measure of ["loss", "gradNorm", "entropy", "kl"] as const)
      expect(withTool[measure] / own[measure], measure).toBeCloseTo(1, 4);
    expect(own.kl).toBeGreaterThan(0.1);
  });

  test("a loss of one's own is a module with options", async () => {
    const sequences = await sampled();
    const before = (await policy.state()).parameters.slice();
    const { loss, logprobs, clipped, entropy } = await policy.update(sequences, reinforceLoss({ factor: 2 }), STEP);
    const expected = sequences.reduce(
      (sum, { weight, advantage }, i) =>
        sum -
        2 * (weight as number) * (advantage as number) * logprobs[i]!.reduce((total, logprob) => total + logprob, 0),
      0,
    );
    expect(loss).toBeCloseTo(expected, 4);
    expect(clipped).toBe(0);
    expect(entropy).toBeGreaterThan(0);
    expect((await policy.state()).parameters).not.toEqual(before);
  });

  test("an unknown loss keeps its error's class between threads", async () => {
    const unknown = { ...crossEntropyLoss, name: "no such loss" };
    const failure = policy.update([{ promptTokens: [1], tokens: [2], weight: 1, advantage: 0 }], unknown, STEP);
    await expect(failure).rejects.toThrow(OptionError);
    await expect(failure).rejects.toThrow(/^Expected a loss of clipped, crossEntropy, got "no such loss"/);
  });
});

describe("the state of a policy", () => {
  test("a reference is asked for before it is kept: told; then it stays as it was kept", async () => {
    const fresh = await startLocalPolicy(model, { workers: 2 });
    try {
      const sequences = await sampled();
      await expect(fresh.score("reference", sequences, 1)).rejects.toThrow(/reference policy to be kept/);
      expect((await fresh.state()).reference).toBeUndefined();
      await fresh.keepReference();
      const first = await fresh.score("policy", sequences, 1);
      await fresh.update(sequences, crossEntropyLoss, STEP);
      expect((await fresh.state()).reference).toEqual(model.parameters);
      expect(await fresh.score("reference", sequences, 1)).toEqual(first);
      expect(await fresh.score("policy", sequences, 1)).not.toEqual(first);
    } finally {
      await fresh.stop();
    }
  });

  test("restored, another policy goes on to the same bytes", async () => {
    const [one, other] = await Promise.all([
      startLocalPolicy(model, { workers: 2 }),
      startLocalPolicy(model, { workers: 2 }),
    ]);
    try {
      const sequences = await sampled();
      await one.keepReference();
      await one.update(sequences, crossEntropyLoss, STEP);
      await other.restore(await one.state());
      expect(other.version).toBe(1);
      const results = await Promise.all([one, other].map((each) => each.update(sequences, crossEntropyLoss, STEP)));
      expect(results[1]).toEqual(results[0]);
      expect(await other.state()).toEqual(await one.state());
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
  });
});

test("an unknown device is refused in one line", async () => {
  await expect(startLocalPolicy(model, { workers: 1, device: "abacus" })).rejects.toThrow(
    /^Expected `device` to be one of cpu, webgpu, cuda, got "abacus"\.$/,
  );
});
