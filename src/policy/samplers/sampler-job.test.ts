import { describe, expect, test } from "vitest";
import { sha256Of } from "../../host/sha256.ts";
import { RunError } from "../../errors.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey, splitKey } from "../../random.ts";
import type { Completion } from "../../records/rollout.ts";
import { readCard, trainedCount, writeCard, type ModelCard } from "./model-card.ts";
import { checkJob, readJob, writeJob, type SamplerJob } from "./sampler-job.ts";
import { longestResult, readResult, writeResult } from "./sampler-result.ts";

const CONFIG = tinyConfig({ eosTokenIds: [10] });
const CARD: ModelCard = { config: CONFIG, adapted: undefined, positions: 32, threads: 1 };
const SHA = "ab".repeat(32);
const JOB: SamplerJob = {
  modelSha256: SHA,
  weightsSha256: "cd".repeat(32),
  requests: [
    { prompt: [1, 2, 3], keys: [splitKey(randomKey(1), 0), splitKey(randomKey(1), 1)] },
    { prompt: [4], keys: [{ high: 2 ** 32 - 1, low: 0 }] },
  ],
  sampling: { temperature: 0.7, topK: 0, topP: 0.9, greedy: false, maxNewTokens: 4, frozen: false },
};
const SAMPLER = { name: "box, process 7", kind: "linux x64 avx2, ONNX Runtime 1" };

describe("a job as text", () => {
  test("is what it was, and the same text for the same job", () => {
    const text = writeJob(JOB);
    expect(readJob(text)).toEqual(JOB);
    expect(writeJob(readJob(text))).toBe(text);
    const named = (changes: Partial<SamplerJob>): string => sha256Of(writeJob({ ...JOB, ...changes }));
    const others = [
      { weightsSha256: SHA },
      { requests: JOB.requests.slice(0, 1) },
      { requests: [{ ...JOB.requests[0]!, keys: [splitKey(randomKey(2), 0)] }] },
      { sampling: { ...JOB.sampling, temperature: 0.8 } },
    ];
    expect(new Set([named({}), ...others.map(named)]).size).toBe(1 + others.length);
  });

  test.each(["", "[]", "{", '{"modelSha256":"x"}', "[".repeat(1e5), writeJob(JOB).replace('"topK":0', '"topK":-1')])(
    "what is none is refused: %#",
    (text) => expect(() => readJob(text)).toThrow(RunError),
  );

  test("what the model can't do is refused", () => {
    expect(() => checkJob(JOB, CARD)).not.toThrow();
    const asking = (prompt: readonly number[]): SamplerJob => ({ ...JOB, requests: [{ prompt, keys: [] }] });
    for (const prompt of [[], [11], [-1], Array.from({ length: 29 }, () => 1)])
      expect(() => checkJob(asking(prompt), CARD)).toThrow(RunError);
  });
});

describe("a model's card", () => {
  test("is what it was, with an adapter and end tokens", () => {
    const lora = { rank: 2, alpha: 4, targets: ["q_proj", "up_proj"] } as const;
    const card = { ...CARD, config: { ...CONFIG, furtherEndIds: [3] }, adapted: { lora, baseSha256: SHA } };
    expect(readCard(writeCard(card))).toEqual(card);
    expect(trainedCount(card)).toBeLessThan(trainedCount(CARD));
  });

  test.each([
    "",
    "{}",
    writeCard(CARD).replace('"protocol":1', '"protocol":2'),
    writeCard(CARD).replace('"threads":1', '"threads":0'),
    writeCard(CARD).replace('"hidden_size":8', '"hidden_size":1e9'),
  ])("what is none is refused: %#", (text) => expect(() => readCard(text)).toThrow(/^Expected /));
});

describe("a result", () => {
  // Bits that no decimal of few digits has.
  const logprobs = [Math.fround(-1.1), Math.fround(-1e-8), Math.fround(Math.log(1 / 3)), -0];
  const ended: Completion = { tokens: [1, 2, 10], logprobs: logprobs.slice(0, 3), stop: "end" };
  const cut: Completion = { tokens: [1, 2, 3, 0], logprobs, stop: "length" };
  const id = sha256Of(writeJob(JOB));
  const sent = (completions: readonly (readonly Completion[])[]): string =>
    writeResult(id, JOB, { sampler: SAMPLER, completions });
  const read = (text: string): ReturnType<typeof readResult> => readResult(text, id, JOB, CONFIG);

  test("keeps tokens and every bit", () => {
    const text = sent([[ended, cut], [cut]]);
    const { completions, sampler } = read(text);
    expect([completions, sampler]).toEqual([[[ended, cut], [cut]], SAMPLER]);
    expect(Object.is(completions[1]![0]!.logprobs[3], -0)).toBe(true);
    expect(text.length).toBeLessThan(longestResult(JOB));
  });

  const one = (changes: Partial<Completion>): string => sent([[ended, { ...cut, ...changes } as Completion], [cut]]);
  const good = sent([[ended, cut], [cut]]);
  test.each([
    ["no JSON", "{"],
    ["another job's", good.replace(id, SHA)],
    ["other weights'", good.replace(JOB.weightsSha256, SHA)],
    ["a group too few", sent([[ended, cut]])],
    ["a completion too many", sent([[ended, cut, cut], [cut]])],
    ["a token that the model hasn't", one({ tokens: [1, 2, 3, 11] })],
    ["a negative token", one({ tokens: [1, 2, 3, -1] })],
    ["a log-probability too few", one({ logprobs: logprobs.slice(1) })],
    ["one that is no number", one({ logprobs: [...logprobs.slice(1), NaN] })],
    ["one that is infinite", one({ logprobs: [...logprobs.slice(1), -Infinity] })],
    ["one above 0", one({ logprobs: [...logprobs.slice(1), 0.5] })],
    ["longer than it was asked", one({ tokens: [1, 2, 3, 4, 5], logprobs: [...logprobs, -1] })],
    ["nothing written", one({ tokens: [], logprobs: [] })],
    ["an end that is none", one({ stop: "end" })],
    ["an end in the middle", one({ tokens: [1, 10, 3, 0] })],
    ["a cut before the limit", one({ tokens: [1, 2], logprobs: logprobs.slice(0, 2) })],
    ["half a number", good.replace(/"tokens":"[^"]*"/, '"tokens":"AAA="')],
  ])("%s is refused", (_what, text) => expect(() => read(text)).toThrow(RunError));
});
