import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { withAdapter } from "../../src/algorithms/with-adapter.ts";
import { EngineError, OptionError } from "../../src/errors.ts";
import { loadCheckpoint, type Checkpoint } from "../../src/formats/checkpoint.ts";
import { clippedPolicyLoss, constantLength, sequenceMean, tokenMean } from "../../src/losses/index.ts";
import { LORA_TARGETS } from "../../src/model/lora-targets.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { SamplingOptions } from "../../src/policy/sampling/sampling-request.ts";
import { startTinkerPolicy, type TinkerStart } from "../../src/policy/tinker/start-tinker-policy.ts";
import { randomKey, splitKey } from "../../src/random.ts";
import type { TrainingSequence } from "../../src/records/rollout.ts";
import { sampledSequences } from "../contracts/sampled-sequences.ts";
import { FakeTinker, type Fault, type FakeTinkerOptions } from "./fake-tinker.ts";

const NAME = "Qwen/Qwen3-4B";
const SEED = 5;
const RANK = 4;
const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 12 };
const STEP = { learningRate: 3e-3, clipNorm: 0, temperature: 1 };
/** The plain importance ratio, which the server is asked for where a batch is learnt from once. */
const PLAIN = clippedPolicyLoss({ clipEpsilonLow: 10, clipEpsilonHigh: 1e6, klCoefficient: 0 });
const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 });

let base: Checkpoint;
let requests: { readonly prompt: number[]; readonly keys: ReturnType<typeof splitKey>[] }[];
const open: { stop(): unknown }[] = [];

beforeAll(async () => {
  base = await loadCheckpoint("models/countdown-base");
  requests = ["1 2 3 make 6", "4 5 6 make 15", "7 8 2 make 13"].map((text, i) => ({
    prompt: base.tokenizer.encode(`<bos> ${text} :`),
    keys: [0, 1].map((sample) => splitKey(randomKey(2), i, sample)),
  }));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of open.splice(0).toReversed()) await one.stop();
});

async function fake(options: Partial<FakeTinkerOptions> = {}): Promise<FakeTinker> {
  const server = await new FakeTinker({ base, name: NAME, ...options }).start();
  open.push(server);
  return server;
}

async function policyOn(engine: string, given: Partial<TinkerStart> = {}): Promise<Policy> {
  const policy = await startTinkerPolicy({
    engine,
    model: NAME,
    rank: RANK,
    seed: SEED,
    config: base.config,
    oneUpdate: true,
    weightDecay: 0,
    enginePatience: 1,
    probe: { prompt: requests[0]!.prompt, readBack: (tokens) => tokens, maxNewTokens: 8 },
    connection: { wait: () => new Promise((resolve) => setTimeout(resolve, 5)) },
    ...given,
  });
  open.push(policy);
  return policy;
}

/** What was sampled, with advantages of both signs; weights come later. */
const rollouts = (policy: Policy): Promise<TrainingSequence[]> =>
  sampledSequences(policy, requests, OPTIONS, { weight: 0, advantages: [1, -0.5] });

/** The same rollouts for whoever learns from them. */
async function fixedRollouts(weights: (lengths: readonly number[]) => number[]): Promise<TrainingSequence[]> {
  const local = await startLocalPolicy(base, { workers: 1 });
  const sequences = await rollouts(local);
  await local.stop();
  const own = weights(sequences.map(({ tokens }) => tokens.length));
  return sequences.map((sequence, i) =>
    i === 1
      ? { ...sequence, weight: sequence.tokens.map((_, t) => (t === 2 ? 0 : own[i]!)) }
      : { ...sequence, weight: own[i]! },
  );
}

/** Two updates, and the log-probabilities that came of them. */
async function learnt(policy: Policy, sequences: readonly TrainingSequence[], loss = PLAIN): Promise<number[]> {
  for (const _ of [1, 2]) await policy.update(sequences, loss, STEP);
  expect(policy.version).toBe(2);
  return (await policy.score("policy", sequences, 1)).flatMap((logprobs) => [...logprobs]);
}

async function learntHere(sequences: readonly TrainingSequence[], loss = PLAIN): Promise<number[]> {
  const options = { lora: RANK, loraAlpha: 32, loraTargets: LORA_TARGETS, seed: SEED };
  const local = await startLocalPolicy(withAdapter(base, options, "base"), { workers: 1 });
  try {
    return await learnt(local, sequences, loss);
  } finally {
    await local.stop();
  }
}

function farthest(some: readonly number[], others: readonly number[]): number {
  expect(some.length).toBe(others.length);
  return Math.max(...some.map((value, i) => Math.abs(value - others[i]!)));
}

describe("learning on a server", () => {
  test.each([
    ["protobuf", "jax", sequenceMean],
    ["protobuf", "other", tokenMean],
    ["json", "jax", tokenMean],
    ["json", "other", constantLength(12)],
  ] as const)("by %s on a back end of the kind %s is learning here", async (form, backend, weights) => {
    const server = await fake({ form, backend });
    const sequences = await fixedRollouts(weights);
    const there = await learnt(await policyOn(server.engine), sequences);
    const here = await learntHere(sequences);
    const before = sequences.flatMap(({ oldLogprobs }) => oldLogprobs!);
    expect(farthest(there, here)).toBeLessThan(1e-4);
    // Had nothing been learnt, there would be nothing to compare.
    expect(farthest(there, before)).toBeGreaterThan(0.05);
    expect(server.updates).toBe(2);
  });

  test("what was sampled there has the log-probabilities that the trainer gives it", async () => {
    const policy = await policyOn((await fake()).engine);
    const sequences = (await rollouts(policy)).map((sequence) => ({ ...sequence, weight: 0.01 }));
    const { logprobs, gradNorm, entropy, loss } = await policy.update(sequences, LOSS, STEP);
    const sampled = sequences.flatMap(({ oldLogprobs }) => oldLogprobs!);
    expect(
      farthest(
        logprobs.flatMap((own) => [...own]),
        sampled,
      ),
    ).toBeLessThan(1e-4);
    expect(gradNorm).toBeGreaterThan(0);
    expect(entropy).toBeGreaterThan(0);
    expect(Number.isFinite(loss)).toBe(true);
  });

  test("several updates of a batch have the clip, where the back end has it", async () => {
    const sequences = await fixedRollouts(sequenceMean);
    const server = await fake({ backend: "jax" });
    const there = await learnt(await policyOn(server.engine, { oneUpdate: false }), sequences, LOSS);
    expect(farthest(there, await learntHere(sequences, LOSS))).toBeLessThan(1e-4);
    expect(farthest(there, await learntHere(sequences, PLAIN))).toBeGreaterThan(1e-3);
    const other = await fake({ backend: "other" });
    await expect(policyOn(other.engine, { oneUpdate: false })).rejects.toThrow(/set `minibatches: 1`/);
    await expect.poll(() => other.held).toBe(0);
  });
});

describe("a fault on the way changes nothing of what is learnt", () => {
  const FAULTS: readonly (readonly [what: string, path: string, fault: Fault])[] = [
    ["the answer of a pass is lost", "forward_backward", "lost"],
    ["the answer of an optimizer step is lost", "optim_step", "lost"],
    ["the answer of a save is lost", "save_weights", "lost"],
    ["a pass ends in 500", "forward_backward", { status: 500 }],
    ["a step ends in 502", "optim_step", { status: 502 }],
    ["a name is taken", "save_weights", { status: 409 }],
    ["a result is late", "retrieve_future", { status: 408 }],
    ["a result is lost once", "retrieve_future", "lost"],
    ["a result is unknown", "retrieve_future", { status: 404 }],
    ["too many requests", "optim_step", { status: 429 }],
  ];
  test.each(FAULTS)("%s", async (_what, path, fault) => {
    const sequences = await fixedRollouts(sequenceMean);
    const server = await fake({ backend: "jax" });
    const policy = await policyOn(server.engine);
    server.fail(path, fault, 1);
    const there = await learnt(policy, sequences);
    expect(farthest(there, await learntHere(sequences))).toBeLessThan(1e-4);
    await expect.poll(() => server.held).toBe(1);
  });

  test.each(["forward_backward", "optim_step", "save_weights", "retrieve_future"])(
    "the server is killed at the second %s, and comes back",
    async (path) => {
      const notes: string[] = [];
      const sequences = await fixedRollouts(sequenceMean);
      const server = await fake({ backend: "jax" });
      const policy = await policyOn(server.engine, { onNote: (text) => notes.push(text) });
      const killed = async (): Promise<void> => server.restart();
      server.fail(path, killed, path === "retrieve_future" ? 5 : 1);
      const there = await learnt(policy, sequences);
      expect(farthest(there, await learntHere(sequences))).toBeLessThan(1e-4);
      expect(notes.join()).toMatch(/^The server lost its work .*; it goes on from update [12]\.$/);
    },
  );

  test("a kill while it samples: every group comes once, from the same weights", async () => {
    const server = await fake({ backend: "jax" });
    const policy = await policyOn(server.engine);
    const sequences = (await rollouts(policy)).map((sequence) => ({ ...sequence, weight: 0.05 }));
    await policy.update(sequences, LOSS, STEP);
    server.fail("asample", async () => server.restart(), 1);
    const again = (await rollouts(policy)).map((sequence) => ({ ...sequence, weight: 0.05 }));
    expect(again.length).toBe(6);
    const scored = (await policy.score("policy", again, 1)).flatMap((logprobs) => [...logprobs]);
    expect(
      farthest(
        scored,
        again.flatMap(({ oldLogprobs }) => oldLogprobs!),
      ),
    ).toBeLessThan(1e-4);
  });

  test("a server that forgot its weights is named, and what to do", async () => {
    const server = await fake();
    const policy = await policyOn(server.engine);
    const sequences = await fixedRollouts(sequenceMean);
    await policy.update(sequences, LOSS, STEP);
    await server.forget();
    const failed = policy.update(sequences, LOSS, STEP);
    await expect(failed).rejects.toThrow(EngineError);
    await expect(failed).rejects.toThrow(
      /to hold "tinker:.*give the server its checkpoints back and go on with `aha resume`/,
    );
  });

  test("one that loses the same work again and again ends it", async () => {
    const server = await fake();
    const policy = await policyOn(server.engine);
    for (let i = 0; i < 20; i++) server.fail("optim_step", { status: 500 });
    await expect(learnt(policy, await fixedRollouts(sequenceMean))).rejects.toThrow(/go on with `aha resume`/);
    expect(server.updates).toBe(0);
  });

  test("what an abort ends says why, and is not tried again", async () => {
    const policy = await policyOn((await fake()).engine);
    const reason = new Error("enough");
    const options = { ...OPTIONS, signal: AbortSignal.abort(reason) };
    await expect(collectGroups(policy.sample(requests, options))).rejects.toBe(reason);
  });
});

describe("what a checkpoint keeps", () => {
  test("saved weights are gone on from, to the same, and can be removed", async () => {
    const server = await fake({ backend: "jax" });
    const sequences = await fixedRollouts(sequenceMean);
    const first = await policyOn(server.engine);
    await first.update(sequences, LOSS, STEP);
    const kept = await first.served!.save();
    expect(kept).toMatchObject({ engine: server.engine, model: NAME, rank: RANK, updates: 1 });
    await first.update(sequences, LOSS, STEP);
    const there = (await first.score("policy", sequences, 1)).flatMap((logprobs) => [...logprobs]);
    const second = await policyOn(server.engine);
    await second.served!.load(kept);
    await second.update(sequences, LOSS, STEP);
    const again = (await second.score("policy", sequences, 1)).flatMap((logprobs) => [...logprobs]);
    expect(farthest(again, there)).toBeLessThan(1e-5);
    const before = server.saved;
    await second.served!.forget(kept);
    expect(server.saved).toBe(before - 1);
    await expect(second.served!.load({ ...kept, rank: 8 })).rejects.toThrow(/with rank 8/);
  });

  test("the adapter comes in PEFT's format, or not at all where the server gives none", async () => {
    const files = await (await policyOn((await fake()).engine)).served!.download();
    expect([...files!.keys()].toSorted()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
    expect(JSON.parse(new TextDecoder().decode(files!.get("adapter_config.json")))).toMatchObject({ r: RANK });
    expect(await (await policyOn((await fake({ archives: false })).engine)).served!.download()).toBeNull();
  });

  test("weights of a server are not given as if they were here", async () => {
    const policy = await policyOn((await fake()).engine);
    expect(() => policy.model()).toThrow(EngineError);
    expect(() => policy.state()).toThrow(EngineError);
    await expect(policy.keepReference()).rejects.toThrow(/klCoefficient/);
    await expect(policy.score("reference", [], 1)).rejects.toThrow(/klCoefficient/);
    await expect(policy.update([], LOSS, { ...STEP, clipNorm: 1 })).rejects.toThrow(/clipNorm: 0/);
    await expect(policy.update([], LOSS, { ...STEP, temperature: 0.7 })).rejects.toThrow(/temperature: 1/);
  });
});

describe("what can't be trained on is told in one line", () => {
  test("a wrong key, which no message repeats; the right one is sent", async () => {
    const server = await fake({ apiKey: "tml-the-right-key" });
    vi.stubEnv("TINKER_API_KEY", "tml-a-wrong-key");
    const failed = policyOn(server.engine);
    await expect(failed).rejects.toThrow(/TINKER_API_KEY/);
    await expect(failed).rejects.not.toThrow(/a-wrong-key/);
    vi.stubEnv("TINKER_API_KEY", "tml-the-right-key");
    await policyOn(server.engine);
    expect(server.keys.at(-1)).toBe("tml-the-right-key");
  });

  test("a model that it hasn't, with those that it has", async () => {
    const failed = policyOn((await fake()).engine, { model: "Qwen/Qwen3-8B" });
    await expect(failed).rejects.toThrow(OptionError);
    await expect(failed).rejects.toThrow(/has \("Qwen\/Qwen3-4B"\), got "Qwen\/Qwen3-8B"/);
  });

  test("a rank over its limit, in its words", async () => {
    const failed = policyOn((await fake({ maxRank: 16 })).engine, { rank: 64 });
    await expect(failed).rejects.toThrow(/adapter of rank 64 .*must be between 1 and 16.*smaller `lora`/);
  });

  test("no server", async () => {
    const server = await fake();
    const { engine } = server;
    await server.stop();
    open.pop();
    await expect(policyOn(engine)).rejects.toThrow(/Expected a server of the Tinker API at .*ECONNREFUSED/);
  });

  test.each([
    ["one of another kind", 404, "{}"],
    ["one that answers everything", 200, '{"object":"list","data":[]}'],
    ["a page", 200, "<html>"],
    ["a redirect", 302, ""],
  ])("another protocol: %s", async (_what, status, body) => {
    const server: Server = createServer((_request, response) => {
      response.writeHead(status, { location: "http://127.0.0.1:1/" });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    open.push({ stop: () => new Promise((resolve) => server.close(resolve)) });
    const { port } = server.address() as AddressInfo;
    const failed = policyOn(`tinker+http://127.0.0.1:${port}`);
    await expect(failed).rejects.toThrow(OptionError);
    await expect(failed).rejects.toThrow(/^Expected a server of the Tinker API at .*correct `engine`\.$/);
  });

  test("a tokenizer whose words it doesn't write; one that was never taught is let be", async () => {
    const server = await fake();
    const probe = { prompt: requests[0]!.prompt, readBack: () => [3], maxNewTokens: 8 };
    await expect(policyOn(server.engine, { probe })).rejects.toThrow(/own tokenizer as `tokenizer`/);
    await expect.poll(() => server.held).toBe(0);
  });
});
