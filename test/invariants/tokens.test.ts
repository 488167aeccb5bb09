import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { sampleProblems } from "../../src/rollout/sample-problems.ts";
import { openTemplate } from "../../src/asking/model-template.ts";
import { sequenceMean } from "../../src/losses/index.ts";
import { loadCheckpoint, type Checkpoint } from "../../src/formats/checkpoint.ts";
import { randomKey } from "../../src/random.ts";
import type { Rollout } from "../../src/records/rollout.ts";
import type { SamplingOptions } from "../../src/policy/sampling/sampling-request.ts";
import { findTask } from "../../src/tasks/index.ts";
import { Policy } from "../../src/policy/local/policy.ts";
import { updatePolicy } from "../../src/algorithms/update-policy.ts";
import { tinyChatModel } from "../tiny-chat-model.ts";

const LOSS = { clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 };
const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 40, slots: 16 };
/** Tokens of the vocabulary that many completions of noise will hold. */
const ENDS = [1202, 300, 301, 302, 303, 304, 305, 306, 307, 308];

let model: Checkpoint;
let policy: Policy;
let rollouts: Rollout[];

beforeAll(async () => {
  model = await loadCheckpoint(await tinyChatModel(undefined, { eosTokenIds: ENDS }));
  policy = await Policy.start(model, { workers: 2, tokenBudget: 2048, loss: LOSS });
  const { template } = await openTemplate(model, "chat");
  const groups = await sampleProblems(policy, model.tokenizer, findTask("arithmetic").problems("train").slice(0, 6), {
    ...OPTIONS,
    template,
    groupSize: 4,
    key: randomKey(1),
    policyStep: 0,
  });
  rollouts = groups.flatMap((group) => [...group.rollouts]);
});
afterAll(() => policy.stop());

test("noise is not what its text would be cut into: text would not do", () => {
  const changed = rollouts.filter(({ text, tokens }) => model.tokenizer.encode(text).join() !== tokens.join());
  expect(changed.length).toBe(rollouts.length);
});

test("what was sampled is what is trained on, and what it was given is the prompt's tokens", async () => {
  const update = vi.spyOn(policy, "update");
  const metrics = await updatePolicy(
    policy,
    rollouts.map((rollout, i) => ({ ...rollout, advantage: i % 2 === 0 ? 1 : -1 })),
    {
      ...LOSS,
      schedule: () => 0,
      clipNorm: 1,
      temperature: 1,
      aggregation: sequenceMean,
      minibatches: 1,
      innerEpochs: 1,
      key: randomKey(1),
    },
  );
  const trained = update.mock.calls.flatMap(([, sequences]) => sequences);
  expect(trained.map(({ promptTokens, tokens }) => ({ promptTokens, tokens }))).toEqual(
    rollouts.map(({ promptTokens, tokens }) => ({ promptTokens, tokens })),
  );
  // The trainer's log-probabilities of these tokens are those that they were drawn with.
  expect(metrics.samplerGapMax).toBeLessThan(1e-4);
  expect(metrics.samplerGapMax).toBeGreaterThan(0);
});

describe("several end-of-sequence tokens", () => {
  test("each of them ends a completion, and none stands inside one", () => {
    const finished = rollouts.filter(({ status }) => status === "finished");
    expect(finished.length).toBeGreaterThan(2);
    expect(new Set(finished.map(({ tokens }) => tokens.at(-1))).size).toBeGreaterThan(1);
    for (const { tokens, status } of rollouts)
      expect(tokens.findIndex((token) => ENDS.includes(token))).toBe(status === "finished" ? tokens.length - 1 : -1);
  });

  test("the text leaves the end out", () => {
    for (const { tokens, status, text } of rollouts)
      expect(text).toBe(model.tokenizer.decode(status === "finished" ? tokens.slice(0, -1) : tokens));
  });
});

describe("writing one completion", () => {
  const request = () => ({ prompt: rollouts[0]!.promptTokens, keys: [randomKey(7)] });

  test("gives its tokens one by one, the same as sampling does", async () => {
    const sampled = (await policy.sample([request()], OPTIONS))[0]![0]!;
    const written: number[] = [];
    const completion = await policy.write(request(), OPTIONS, (token) => written.push(token));
    expect(completion.tokens).toEqual(sampled.tokens);
    expect(written).toEqual(sampled.tokens);
  });

  test("ends where it stands when the signal aborts", async () => {
    const endless = await Policy.start(
      { ...model, config: { ...model.config, eosTokenIds: [], maxPositions: 8192 } },
      { workers: 1, tokenBudget: 2048 },
    );
    try {
      const controller = new AbortController();
      const written: number[] = [];
      const onToken = (token: number): void => {
        written.push(token);
        controller.abort();
      };
      const cut = await endless.write(request(), { ...OPTIONS, maxNewTokens: 7000 }, onToken, controller.signal);
      expect([cut.finished, written]).toEqual([false, cut.tokens]);
      expect(cut.tokens.length).toBeGreaterThan(0);
      expect(cut.tokens.length).toBeLessThan(7000);
      expect(
        (await endless.write(request(), { ...OPTIONS, maxNewTokens: cut.tokens.length }, () => {})).tokens,
      ).toEqual(cut.tokens);
      expect((await endless.write(request(), OPTIONS, () => {}, AbortSignal.abort())).tokens).toEqual([]);
    } finally {
      await endless.stop();
    }
  });
});
