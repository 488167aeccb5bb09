import { afterAll, describe, expect, test } from "vitest";
import {
  completionsOf,
  engineWeights,
  joinedWeights,
  logprobDistance,
  promptsOf,
  tinyModel,
  withoutLogprobs,
  type TinyModel,
} from "../../../test/webgpu/written-tokens.ts";
import { engineFor } from "../../engine/index.ts";
import { Sampler } from "../sampling/sampler.ts";
import type { OpenSamplingJob } from "../sampling/request-book.ts";
import type { DrawnFrom, SamplingOptions } from "../sampling/sampling-request.ts";
import type { Completion } from "../../records/rollout.ts";
import { DeviceSampler } from "./device-sampler.ts";

const engine = await engineFor("cpu");
afterAll(() => engine.dispose());

const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 20, slots: 5 };

async function samplersOf(model: TinyModel): Promise<{ reference: Sampler; device: DeviceSampler }> {
  const weights = engineWeights(engine, model);
  return {
    reference: await Sampler.create(engine, model, weights, {}),
    device: await DeviceSampler.create(engine, model, weights),
  };
}

describe("writing on a device", () => {
  test.each<[string, TinyModel]>([
    ["as it is", tinyModel()],
    ["tied, one key head", tinyModel({ tiedEmbeddings: true, kvHeads: 1 })],
    ["biases", tinyModel({ attentionBias: true })],
    ["norms of queries and keys", tinyModel({ qkNorm: true, activation: "relu2" })],
    ["heads that the engine doesn't rotate", tinyModel({ headDim: 8, kvHeads: 4 })],
    ["heads narrower than the engine's", tinyModel({ headDim: 2, heads: 2, kvHeads: 1 })],
    ["heads of an odd width", tinyModel({ headDim: 10, qkNorm: true })],
    ["an adapter", tinyModel({}, { rank: 2, alpha: 4, targets: ["q_proj", "v_proj", "down_proj"] })],
    ["stretched positions", tinyModel({ ropeScaling: { kind: "linear", factor: 4 } })],
    ["a prime vocabulary", tinyModel({ vocabSize: 397 })],
    ["a vocabulary of three tokens", tinyModel({ vocabSize: 3 })],
  ])("gives the tokens of the CPU's sampler: %s", async (_name, model) => {
    const { reference, device } = await samplersOf(model);
    const requests = promptsOf(model.config, 6, 4);
    for (const change of [
      {},
      { greedy: true },
      { temperature: 0.6 },
      { topK: 3 },
      { topP: 0.7, temperature: 1.3 },
      { topK: 5, topP: 0.8, slots: 40 },
    ]) {
      const options = { ...OPTIONS, ...change };
      const expected = await completionsOf(reference, requests, options);
      const found = await completionsOf(device, requests, options);
      expect(withoutLogprobs(found)).toEqual(withoutLogprobs(expected));
      expect(logprobDistance(found, expected)).toBeLessThan(1e-4);
    }
  });
});

describe("a sampler on a device", () => {
  const model = tinyModel({ vocabSize: 397, maxPositions: 400 });
  const requests = promptsOf(model.config, 5, 3);

  test("draws from more than it sorts by reading the row", async () => {
    const { reference, device } = await samplersOf(model);
    for (const change of [{ topP: 0.995 }, { topK: 300 }, { topK: 390, topP: 0.99, slots: 40 }]) {
      const options = { ...OPTIONS, temperature: 5, ...change };
      const expected = await completionsOf(reference, requests, options);
      expect(withoutLogprobs(await completionsOf(device, requests, options))).toEqual(withoutLogprobs(expected));
    }
  });

  test.each([2, 32, 50])("tells the %i likeliest", async (likeliest) => {
    const { reference, device } = await samplersOf(model);
    const [expected, found] = [await toldBy(reference, likeliest), await toldBy(device, likeliest)];
    expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [which, { logprob, likeliest: tokens }] of expected) {
      const { likeliest: chances, ...other } = found.get(which)!;
      expect(Math.abs(other.logprob - logprob)).toBeLessThan(1e-4);
      expect(chances.map(({ token }) => token)).toEqual(tokens.map(({ token }) => token));
      chances.forEach((chance, i) => expect(Math.abs(chance.logprob - tokens[i]!.logprob)).toBeLessThan(1e-4));
    }
  });

  async function toldBy(sampler: Pick<Sampler, "sample">, likeliest: number): Promise<Map<string, DrawnFrom>> {
    const told = new Map<string, DrawnFrom>();
    const positions = new Map<string, number>();
    await sampler.sample(
      requests,
      { ...OPTIONS, maxNewTokens: 6, likeliest },
      {
        onToken: (_token, request, sample, from) => {
          const which = `${request} ${sample}`;
          positions.set(which, (positions.get(which) ?? 0) + 1);
          told.set(`${which} ${positions.get(which)}`, from);
        },
      },
    );
    return told;
  }

  test("makes room as sequences grow, and goes on with what it has in later calls", async () => {
    const { reference, device } = await samplersOf(tinyModel({ vocabSize: 397, maxPositions: 400, eosTokenIds: [] }));
    for (const [maxNewTokens, slots] of [
      [300, 4],
      [20, 4],
      [20, 3],
      [350, 3],
    ] as const) {
      const options = { ...OPTIONS, maxNewTokens, slots };
      const expected = await completionsOf(reference, requests.slice(0, 2), options);
      const found = await completionsOf(device, requests.slice(0, 2), options);
      expect(withoutLogprobs(found)).toEqual(withoutLogprobs(expected));
      expect(found[0]![0]!.tokens).toHaveLength(maxNewTokens);
    }
  });

  test("fills the model's last position", async () => {
    const short = tinyModel({ maxPositions: 21, eosTokenIds: [] });
    const { reference, device } = await samplersOf(short);
    const [request] = promptsOf(short.config, 3, 4).slice(2);
    const options = { ...OPTIONS, maxNewTokens: 21 - request!.prompt.length };
    const expected = await completionsOf(reference, [request!], options);
    expect(withoutLogprobs(await completionsOf(device, [request!], options))).toEqual(withoutLogprobs(expected));
  });

  test("reads weights as they are at each call", async () => {
    const changing = tinyModel({ vocabSize: 397 });
    const { reference, device } = await samplersOf(changing);
    const before = await completionsOf(device, requests, OPTIONS);
    changing.weights.get("lm_head.weight")!.data.reverse();
    const after = await completionsOf(device, requests, OPTIONS);
    expect(withoutLogprobs(after)).not.toEqual(withoutLogprobs(before));
    expect(withoutLogprobs(after)).toEqual(withoutLogprobs(await completionsOf(reference, requests, OPTIONS)));
  });

  test.each([
    ["merged", { mergesAdapter: true }, false],
    ["merged, projections joined", { mergesAdapter: true }, true],
    ["beside joined projections", {}, true],
  ])("writes with the adapter as it is at each call: %s", async (_name, options, joined) => {
    const lora = { rank: 2, alpha: 4, targets: ["k_proj", "up_proj", "o_proj"] } as const;
    const adapted = tinyModel({ vocabSize: 397, attentionBias: true }, lora);
    const weights = engineWeights(engine, adapted);
    const reference = await Sampler.create(engine, adapted, weights, {});
    const own = joined ? { ...weights, ...joinedWeights(engine, adapted) } : weights;
    const device = await DeviceSampler.create(engine, { ...adapted, joined }, own, options);
    const before = await completionsOf(device, requests, OPTIONS);
    expect(withoutLogprobs(before)).toEqual(withoutLogprobs(await completionsOf(reference, requests, OPTIONS)));
    for (const [name, { data }] of adapted.weights) if (name.includes("lora_B")) data.reverse();
    const after = await completionsOf(device, requests, OPTIONS);
    const expected = await completionsOf(reference, requests, OPTIONS);
    expect(withoutLogprobs(after)).toEqual(withoutLogprobs(expected));
    expect(logprobDistance(after, expected)).toBeLessThan(1e-4);
    expect(withoutLogprobs(after)).not.toEqual(withoutLogprobs(before));
    await device.dispose();
  });

  test("is stopped between two steps, and gives what was written", async () => {
    const { device } = await samplersOf(model);
    const whole = await completionsOf(device, requests, OPTIONS);
    let asked = 0;
    const told: number[] = [];
    const cut = await device.sample(requests, OPTIONS, {
      onGroup: (request) => told.push(request),
      stopped: () => asked++ === 9,
    });
    expect([...told, ...cut.map(({ request }) => request)].toSorted((a, b) => a - b)).toEqual([...requests.keys()]);
    const all = cut.flatMap(({ request, completions }) =>
      completions.map((one, i) => [one, whole[request]![i]!] as const),
    );
    expect(all.some(([{ stop }]) => stop === "cancelled")).toBe(true);
    for (const [{ tokens }, { tokens: wanted }] of all) expect(tokens).toEqual(wanted.slice(0, tokens.length));
    expect(withoutLogprobs(await completionsOf(device, requests, OPTIONS))).toEqual(withoutLogprobs(whole));
  });

  test("writes requests that join others and are cancelled", async () => {
    const { device } = await samplersOf(model);
    const whole = await completionsOf(device, requests, OPTIONS);
    const results: (readonly Completion[])[] = [];
    let steps = 0;
    await device.write(
      3,
      (job) => {
        if (steps === 0) job.add(requests.slice(0, 2), OPTIONS);
        if (steps === 4) {
          expect(job.requests).toBe(2);
          job.add(requests.slice(2, 3), { ...OPTIONS, greedy: true });
          job.add(requests.slice(3), OPTIONS);
        }
        if (steps === 6) job.cancel(1);
        steps++;
      },
      { onGroup: (request, completions) => (results[request] = completions) },
    );
    expect(results).toHaveLength(5);
    expect(results[1]!.some(({ stop }) => stop === "cancelled")).toBe(true);
    results[1]!.forEach(({ tokens }, i) => expect(tokens).toEqual(whole[1]![i]!.tokens.slice(0, tokens.length)));
    for (const i of [0, 3, 4]) expect(withoutLogprobs([results[i]!])).toEqual(withoutLogprobs([whole[i]!]));
    const greedy = await completionsOf(device, requests.slice(2, 3), { ...OPTIONS, greedy: true });
    expect(withoutLogprobs([results[2]!])).toEqual(withoutLogprobs(greedy));
  });

  test("says so where the model gives what isn't a number, and forgets it", async () => {
    const damaged = tinyModel({ vocabSize: 397 });
    const { device } = await samplersOf(damaged);
    const expected = await completionsOf(device, requests, OPTIONS);
    const norm = damaged.weights.get("model.layers.0.input_layernorm.weight")!.data;
    const kept = norm.slice();
    norm.fill(Number.NaN);
    const intake = (job: OpenSamplingJob): void => (job.requests === 0 ? job.add(requests, OPTIONS) : undefined);
    await expect(device.write(4, intake, {})).rejects.toThrow("Expected the model to give probabilities");
    norm.set(kept);
    expect(withoutLogprobs(await completionsOf(device, requests, OPTIONS))).toEqual(withoutLogprobs(expected));
  });

  test("has nothing to do for no requests, and for none of samples", async () => {
    const { device } = await samplersOf(model);
    expect(await device.sample([], OPTIONS, {})).toEqual([]);
    const groups: unknown[] = [];
    await device.sample([{ prompt: [1], keys: [] }], OPTIONS, { onGroup: (_request, group) => groups.push(group) });
    expect(groups).toEqual([[]]);
    await device.write(2, () => undefined, {});
    await device.dispose();
  });
});
