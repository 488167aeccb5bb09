import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCheckpoint, type Checkpoint } from "../../src/formats/checkpoint.ts";
import { shippedModel } from "../../src/formats/shipped-model.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { DrawingOptions, DrawnFrom, SamplingRequest } from "../../src/policy/sampling/sampling-request.ts";
import { randomKey, splitKey } from "../../src/random.ts";

const WARM: DrawingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 60 };
const COOL: DrawingOptions = { ...WARM, temperature: 0.3, topP: 0.9 };
const GREEDY: DrawingOptions = { ...WARM, greedy: true };
const QUESTIONS = ["2 7 9 make 25", "3 4 5 make 17", "1 8 6 make 14", "9 9 2 make 20"];

let base: Checkpoint;
let policy: Policy;
/** The same model, which never ends by itself. */
let endless: Policy;

beforeAll(async () => {
  base = await loadCheckpoint(shippedModel("countdown-base"));
  const { parameters, config } = base;
  policy = await startLocalPolicy({ parameters, config }, { workers: 1, writingSlots: 4 });
  endless = await startLocalPolicy(
    { parameters, config: { ...config, eosTokenIds: [], maxPositions: 4096 } },
    { workers: 1, tokenBudget: 1024, writingSlots: 2 },
  );
});
afterAll(async () => {
  await policy.stop();
  await endless.stop();
});

const ask = (question: number, seed: number): SamplingRequest => ({
  prompt: base.tokenizer.encode(`<bos> ${QUESTIONS[question]!} : <think>`),
  keys: [splitKey(randomKey(seed), "test")],
});

/** What is written alone, by its question, seed and options. */
const alone = async (request: SamplingRequest, options: DrawingOptions): Promise<readonly number[]> =>
  (await collectGroups(policy.sample([request], options)))[0]![0]!.tokens;

describe("requests that are written side by side", () => {
  test("each draws what it draws alone, with a temperature and a seed of its own, whenever it comes", async () => {
    const asked = [
      [ask(0, 1), WARM],
      [ask(1, 2), COOL],
      [ask(2, 3), GREEDY],
      [ask(3, 4), { ...WARM, maxNewTokens: 7 }],
      [ask(0, 5), COOL],
      [ask(1, 6), { ...WARM, topK: 2 }],
      [ask(2, 7), { ...WARM, temperature: 1.7 }],
    ] as const;
    const expected: (readonly number[])[] = [];
    for (const [request, options] of asked) expected.push(await alone(request, options));
    expect(new Set(expected.map(String)).size).toBe(asked.length);
    // Each next one comes when the one before has got its second token: it joins what is being written.
    const written: Promise<readonly number[]>[] = [];
    const come = (i: number): void => {
      if (i === asked.length) return;
      let tokens = 0;
      const onToken = (): void => void (++tokens === 2 && come(i + 1));
      written[i] = policy.write([asked[i]![0]], asked[i]![1], { onToken }).then(([group]) => group![0]!.tokens);
    };
    come(0);
    for (let i = 0; i < asked.length; i++) expect(await written[i]).toEqual(expected[i]);
  });

  test("one that comes later joins at once, and ends before the one that was there", async () => {
    const order: string[] = [];
    const controller = new AbortController();
    let short: Promise<unknown> | undefined;
    const long = endless
      .write(
        [ask(0, 1)],
        { ...WARM, maxNewTokens: 4000 },
        {
          signal: controller.signal,
          onToken: () => {
            short ??= endless
              .write([ask(1, 2)], { ...WARM, maxNewTokens: 5 }, { onToken: () => order.push("short") })
              .finally(() => controller.abort());
            order.push("long");
          },
        },
      )
      .then(([group]) => group![0]!);
    const { tokens, stop } = await long;
    await short;
    expect(stop).toBe("cancelled");
    expect(tokens.length).toBeLessThan(4000);
    expect(order.filter((whose) => whose === "short")).toHaveLength(5);
    expect(order.lastIndexOf("long")).toBeGreaterThan(order.indexOf("short"));
  });

  test("who leaves gives its slot to who waits; others go on", async () => {
    // Two slots: the third waits until one of the first two is stopped.
    const first = new AbortController();
    const second = new AbortController();
    const begun: number[] = [];
    const write = (seed: number, maxNewTokens: number, signal?: AbortSignal) =>
      endless
        .write([ask(0, seed)], { ...WARM, maxNewTokens }, { signal, onToken: () => begun.push(seed) })
        .then(([group]) => group![0]!);
    const [one, two] = [write(1, 4000, first.signal), write(2, 4000, second.signal)];
    const three = write(3, 4);
    const waiting = new AbortController();
    const four = write(4, 4, waiting.signal);
    await expect.poll(() => begun.length).toBeGreaterThan(20);
    expect(begun).not.toContain(3);
    // One that leaves while it waits never begins.
    waiting.abort();
    expect(await four).toEqual({ tokens: [], logprobs: [], stop: "cancelled" });
    first.abort();
    expect((await one).stop).toBe("cancelled");
    expect(await three).toMatchObject({ stop: "length" });
    second.abort();
    expect((await two).tokens.length).toBeGreaterThan((await one).tokens.length);
    expect(begun).not.toContain(4);
  });

  test("other work waits for what is written, and what comes later waits for it", async () => {
    const events: string[] = [];
    const controller = new AbortController();
    let begins: () => void;
    const begun = new Promise<void>((resolve) => (begins = resolve));
    const long = endless
      .write([ask(0, 1)], { ...WARM, maxNewTokens: 4000 }, { signal: controller.signal, onToken: () => begins() })
      .then(() => events.push("written"));
    await begun;
    const sampled = collectGroups(endless.sample([ask(1, 2)], { ...WARM, maxNewTokens: 3 })).then(() =>
      events.push("sampled"),
    );
    const later = endless
      .write([ask(2, 3)], { ...WARM, maxNewTokens: 3 }, { onToken: () => {} })
      .then(() => events.push("written later"));
    controller.abort();
    await Promise.all([long, sampled, later]);
    expect(events).toEqual(["written", "sampled", "written later"]);
  });

  test("a model whose numbers are none is told of, and who comes next is served", async () => {
    const broken = await startLocalPolicy(
      { config: base.config, parameters: base.parameters.map(() => Number.NaN) },
      { workers: 1 },
    );
    try {
      const write = () => broken.write([ask(0, 1)], WARM, { onToken: () => {} });
      await expect(Promise.all([write(), write()])).rejects.toThrow(/to give probabilities, got what isn't a number/);
      await expect(write()).rejects.toThrow(/to give probabilities/);
      await broken.restore({ parameters: base.parameters });
      expect((await write())[0]![0]!.tokens).toEqual(await alone(ask(0, 1), WARM));
    } finally {
      await broken.stop();
    }
  });
});

test("each token is told with its log-probability, and with the likeliest as far as they were asked for", async () => {
  const told: { token: number; from: DrawnFrom }[] = [];
  const [[completion] = []] = await policy.write(
    [ask(0, 1)],
    { ...WARM, likeliest: 3 },
    {
      onToken: (token, _request, _sample, from) => told.push({ token, from }),
    },
  );
  expect(told.map(({ from }) => from.logprob)).toEqual(completion!.logprobs);
  for (const { token, from } of told) {
    const logprobs = from.likeliest.map(({ logprob }) => logprob);
    expect(logprobs).toHaveLength(3);
    expect(logprobs).toEqual(logprobs.toSorted((a, b) => b - a));
    const drawn = from.likeliest.find((chance) => chance.token === token);
    if (drawn === undefined) expect(from.logprob).toBeLessThanOrEqual(logprobs[2]!);
    else expect(drawn.logprob).toBe(from.logprob);
  }
  await policy.write([ask(0, 1)], WARM, {
    onToken: (_token, _request, _sample, from) => expect(from.likeliest).toEqual([]),
  });
});
