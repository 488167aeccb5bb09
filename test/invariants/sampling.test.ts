import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleProblems } from "../../src/rollout/sample-problems.ts";
import { loadCheckpoint, type Checkpoint } from "../../src/formats/checkpoint.ts";
import { compactPrompt } from "../../src/prompts/index.ts";
import { randomKey, RandomStream, splitKey } from "../../src/random.ts";
import { drawToken } from "../../src/policy/sampling/draw-token.ts";
import type { Completion } from "../../src/records/rollout.ts";
import type { SamplingOptions, SamplingRequest } from "../../src/policy/sampling/sampling-request.ts";
import { findTask } from "../../src/tasks/index.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import type { Policy } from "../../src/policy/policy.ts";

const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 96, slots: 64 };

let base: Checkpoint;
let requests: SamplingRequest[];
let one: Policy;
let two: Policy;

beforeAll(async () => {
  base = await loadCheckpoint(new URL("../../models/countdown-base", import.meta.url).pathname);
  const problems = findTask("countdown").problems("validation").slice(0, 12);
  requests = problems.map((problem) => ({
    prompt: base.tokenizer.encode(compactPrompt(problem)),
    keys: Array.from({ length: 4 }, (_, sample) => splitKey(randomKey(5), problem.id, sample)),
  }));
  const start = (workers: number) => startLocalPolicy(base, { workers, tokenBudget: 512 });
  [one, two] = await Promise.all([start(1), start(2)]);
});

afterAll(async () => {
  await one.stop();
  await two.stop();
});

const sampled = (policy: Policy, requests: readonly SamplingRequest[], options: SamplingOptions) =>
  collectGroups(policy.sample(requests, options));

const texts = (completions: readonly (readonly Completion[])[]) =>
  completions.map((group) => group.map(({ tokens }) => tokens.join(" ")));

describe("a sample depends on its key, not on the batch it ran in", () => {
  let reference: (readonly Completion[])[];
  beforeAll(async () => {
    reference = await sampled(one, requests, OPTIONS);
  });

  test("on two workers", async () => expect(texts(await sampled(two, requests, OPTIONS))).toEqual(texts(reference)));
  test("with few slots, which are refilled", async () =>
    expect(texts(await sampled(one, requests, { ...OPTIONS, slots: 5 }))).toEqual(texts(reference)));
  test("with one slot: every sequence alone", async () =>
    expect(texts(await sampled(one, requests.slice(0, 4), { ...OPTIONS, slots: 1 }))).toEqual(
      texts(reference.slice(0, 4)),
    ));
  test("in another order", async () =>
    expect(texts(await sampled(one, [...requests].reverse(), OPTIONS))).toEqual(texts([...reference].reverse())));

  test("with more prompts than are read at once", async () => {
    // 40 prompts of some 120 tokens: over 4,096 positions, with as many slots as sequences.
    const long = Array.from({ length: 40 }, (_, i) => ({
      prompt: Array.from({ length: 118 + (i % 4) }, (_token, t) => requests[(i + t) % 12]!.prompt[t % 6]!),
      keys: [splitKey(randomKey(6), i)],
    }));
    const options = { ...OPTIONS, maxNewTokens: 12 };
    const apart = await Promise.all(long.map(async (request) => (await sampled(one, [request], options))[0]!));
    expect(texts(await sampled(one, long, options))).toEqual(texts(apart));
  });

  test("another temperature, and greedy, give others", async () => {
    expect(texts(await sampled(one, requests, { ...OPTIONS, temperature: 0.3 }))).not.toEqual(texts(reference));
    const greedy = texts(await sampled(one, requests, { ...OPTIONS, greedy: true }));
    for (const group of greedy) expect(new Set(group).size).toBe(1);
  });

  test("completions end with the end token or at the limit, and say which", () => {
    const all = reference.flat();
    expect(all.some(({ stop }) => stop === "end")).toBe(true);
    for (const { tokens, stop } of all) {
      const finished = stop === "end";
      expect(tokens.at(-1) === base.config.eosTokenIds[0]).toBe(finished);
      expect(tokens.indexOf(base.config.eosTokenIds[0]!)).toBe(finished ? tokens.length - 1 : -1);
      expect(tokens.length).toBeLessThanOrEqual(96);
    }
  });
});

test("the log-probabilities of the cached sampler are those of one pass without a cache, at any temperature", async () => {
  for (const temperature of [1, 0.6]) {
    const completions = await sampled(one, requests, { ...OPTIONS, temperature });
    const sequences = completions.flatMap((group, i) =>
      group.map(({ tokens }) => ({ promptTokens: requests[i]!.prompt, tokens, weight: 0, advantage: 0 })),
    );
    const scores = await two.score("policy", sequences, temperature);
    let worst = 0;
    completions
      .flat()
      .forEach(({ logprobs }, i) =>
        logprobs.forEach((logprob, t) => (worst = Math.max(worst, Math.abs(logprob - scores[i]![t]!)))),
      );
    expect(worst).toBeLessThan(1e-4);
  }
});

test("a problem that comes twice in one step gets other completions the second time, and the first stay as they are", async () => {
  const [problem] = findTask("countdown").problems("validation");
  const options = { ...OPTIONS, template: compactPrompt, groupSize: 4, key: randomKey(3), version: 0 };
  const [alone] = await sampleProblems(one, base.tokenizer, [problem!], options);
  const [first, second] = await sampleProblems(one, base.tokenizer, [problem!, problem!], options);
  const written = (group: typeof alone) => group!.map(({ text }) => text);
  expect(written(first)).toEqual(written(alone));
  expect(written(second)).not.toEqual(written(first));
});

describe("drawing a token", () => {
  const probabilities = new Float32Array([0.5, 0.25, 0.15, 0.1]);
  const frequencies = (topK: number, topP: number): number[] => {
    const random = new RandomStream(randomKey(11));
    const counts = [0, 0, 0, 0];
    const draws = 20_000;
    for (let i = 0; i < draws; i++)
      counts[drawToken(probabilities, 0, 4, random.next(), { topK, topP, greedy: false })]!++;
    return counts.map((count) => count / draws);
  };
  // The standard error of a share of 0.5 over 20,000 draws is 0.0035; five of them.
  const near = (measured: readonly number[], wanted: readonly number[]) =>
    measured.forEach((share, i) => expect(Math.abs(share - wanted[i]!)).toBeLessThan(0.018));

  test("all tokens", () => near(frequencies(0, 1), [0.5, 0.25, 0.15, 0.1]));
  test("top-k keeps the k likeliest and rescales", () => near(frequencies(2, 1), [2 / 3, 1 / 3, 0, 0]));
  test("top-p keeps the likeliest that reach p", () => near(frequencies(0, 0.7), [2 / 3, 1 / 3, 0, 0]));
  test("excluded tokens never come", () => expect(frequencies(2, 1).slice(2)).toEqual([0, 0]));
});

test("jobs of a fixed size have the same bits on any number of workers, and apart", async () => {
  const apart: (readonly Completion[])[] = [];
  const { slots: _slots, ...options } = OPTIONS;
  for (let i = 0; i < requests.length; i += 5) apart.push(...(await sampled(one, requests.slice(i, i + 5), options)));
  for (const workers of [1, 3]) {
    const policy = await startLocalPolicy(base, { workers, tokenBudget: 512, requestsPerJob: 5 });
    try {
      expect(await sampled(policy, requests, options)).toEqual(apart);
    } finally {
      await policy.stop();
    }
  }
});
