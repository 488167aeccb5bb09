import { describe, expect, test } from "vitest";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey, splitKey, uniformAt } from "../../random.ts";
import type { Completion } from "../../records/rollout.ts";
import { drawToken } from "../sampling/draw-token.ts";
import type { SamplingOptions, SamplingRequest, SamplingWatch } from "../sampling/sampling-request.ts";
import { DeviceJob, type Placement } from "./device-job.ts";

const END = 0;
const config = tinyConfig({ vocabSize: 7, eosTokenIds: [END] });
const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 40 };

/** A whole number below 2^16 that stands for a text. */
function mark(text: readonly number[]): number {
  return text.reduce((hash, token) => (hash * 31 + token + 1) % 65_521, 7);
}

/** A model whose next token depends on all that it has read. */
function nextProbabilities(text: readonly number[]): Float32Array {
  const shares = Array.from({ length: config.vocabSize }, (_, token) =>
    token === END ? 0.2 : 0.2 + (mark([...text, token]) % 100) / 100,
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  return Float32Array.from(shares, (share) => share / total);
}

function requestsOf(prompts: number, samples: number, length: (i: number) => number): SamplingRequest[] {
  return Array.from({ length: prompts }, (_, i) => ({
    prompt: Array.from({ length: length(i) }, (_token, t) => 1 + ((i * 5 + t * 3) % 6)),
    keys: Array.from({ length: samples }, (_key, sample) => splitKey(randomKey(1), i, sample)),
  }));
}

/** What a sample must be: drawn token by token with its own key alone. */
function writtenAlone(prompt: readonly number[], key: SamplingRequest["keys"][number]): number[] {
  const tokens: number[] = [];
  while (tokens.length < OPTIONS.maxNewTokens && tokens.at(-1) !== END)
    tokens.push(drawToken(nextProbabilities([...prompt, ...tokens]), 0, 7, uniformAt(key, tokens.length), OPTIONS));
  return tokens;
}

/** A cache that holds the text up to each position in the place of keys and values, and what is done to it. */
class TextCache {
  slots: (readonly number[])[][];
  prompts = 0;
  copies = 0;

  constructor(slots: number) {
    this.slots = Array.from({ length: slots }, () => []);
  }

  place({ copies, prompts }: Placement): void {
    const before = this.slots.map((rows) => [...rows]);
    for (const { from, to, positions } of copies) {
      this.slots[to]!.splice(0, positions, ...before[from]!.slice(0, positions));
      expect(this.slots[to]!.length).toBeGreaterThanOrEqual(positions);
      this.copies++;
    }
    for (const { prompt, slots } of prompts) {
      this.prompts++;
      const rows = prompt.slice(0, -1).map((_token, i) => prompt.slice(0, i + 1));
      for (const slot of slots) this.slots[slot]!.splice(0, rows.length, ...rows);
    }
  }

  /** What the step graph gives, with plain draws. */
  step(inputs: ReturnType<DeviceJob["stepInputs"]>): Float32Array {
    const [tokens, lengths, uniforms] = ["tokens", "lengths", "uniforms"].map((name) => inputs[name]!.data) as [
      Int32Array,
      Int32Array,
      Float32Array,
    ];
    expect(inputs["total"]!.data[0]).toBe(Math.max(...lengths) + 1);
    return Float32Array.from(
      this.slots.flatMap((rows, slot) => {
        const length = lengths[slot]!;
        const text = [...(length === 0 ? [] : (rows[length - 1] ?? [])), tokens[slot]!];
        rows[length] = text;
        const row = nextProbabilities(text);
        const token = drawToken(row, 0, 7, uniforms[slot]!, OPTIONS);
        return [token, row[token]!];
      }),
    );
  }
}

interface Watched {
  readonly job: DeviceJob;
  readonly cache: TextCache;
  readonly results: (readonly Completion[])[];
  steps: number;
}

function run(
  requests: readonly SamplingRequest[],
  slots: number,
  mostSteps: number = Infinity,
  { onToken, compacts = false }: SamplingWatch & { readonly compacts?: boolean } = {},
): Watched {
  const results: (readonly Completion[])[] = [];
  const job = new DeviceJob(config, slots, {
    onGroup: (request, completions) => (results[request] = completions),
    ...(onToken && { onToken }),
  });
  job.add(requests, OPTIONS);
  const watched: Watched = { job, cache: new TextCache(slots), results, steps: 0 };
  while (job.unfinished && watched.steps < mostSteps) {
    step(watched);
    const kept = compacts ? job.compact() : undefined;
    if (kept !== undefined) watched.cache.slots = kept.map((slot) => watched.cache.slots[slot]!);
  }
  return watched;
}

function step(watched: Watched): void {
  const { job, cache } = watched;
  cache.place(job.begin());
  job.takeStep({ isRanked: false, drawn: cache.step(job.stepInputs()), rows: new Float32Array(0) });
  watched.steps++;
}

const tokensOf = ({ results }: Watched): (readonly number[])[][] =>
  results.map((group) => group.map(({ tokens }) => tokens));

describe("a job of writing on a device", () => {
  const requests = requestsOf(9, 3, (i) => 1 + (i % 5));
  const alone = requests.map(({ prompt, keys }) => keys.map((key) => writtenAlone(prompt, key)));

  test("the sequences of the fake model end at different times", () => {
    const lengths = alone.flat().map(({ length }) => length);
    expect(Math.min(...lengths)).toBeLessThan(4);
    expect(Math.max(...lengths)).toBeGreaterThan(14);
  });

  test.each([1, 2, 5, 20, 27, 200])("draws depend on their key alone, with %i slots", (slots) => {
    const watched = run(requests, slots);
    expect(tokensOf(watched)).toEqual(alone);
    // Two prompts of one token have nothing to be read before it.
    expect(watched.cache.prompts).toBe(7);
  });

  test("slots are refilled: far fewer steps than one after the other", () => {
    const written = alone.flat().reduce((sum, { length }) => sum + length, 0);
    expect(run(requests, 6).steps).toBeLessThan(written / 3);
  });

  test("a request with more samples than slots is read once, and what begins later copies it", () => {
    const large = requestsOf(2, 13, (i) => 3 + i);
    const wanted = large.map(({ prompt, keys }) => keys.map((key) => writtenAlone(prompt, key)));
    for (const slots of [1, 4, 12]) {
      const watched = run(large, slots);
      expect(tokensOf(watched)).toEqual(wanted);
      expect(watched.cache.prompts).toBe(2);
    }
    const { copies } = run([...requestsOf(1, 3, () => 6), ...large], 4).cache;
    expect(copies).toBeGreaterThan(0);
  });

  test("slots that nobody will use are given up, and nothing is lost", () => {
    const watched = run(requests, 27, Infinity, { compacts: true });
    expect(tokensOf(watched)).toEqual(alone);
    expect(watched.job.capacity).toBeLessThan(27);
  });

  test("tells every token under its request and sample, and each group once whole", () => {
    const tokens = requests.map(({ keys }) => keys.map((): number[] => []));
    const none = { prompt: [1, 2], keys: [] };
    const { results } = run([...requests, none], 5, Infinity, {
      onToken: (token, request, sample) => tokens[request]![sample]!.push(token),
    });
    expect(tokens).toEqual(alone);
    expect(results[9]).toEqual([]);
    expect(results[0]!.map(({ stop }) => stop)).toEqual(
      alone[0]!.map((written) => (written.at(-1) === END ? "end" : "length")),
    );
  });

  test("cut at any moment: what was written is the beginning of what would have been", () => {
    for (let steps = 0; ; steps += 7) {
      const { job, results } = run(requests, 4, steps);
      const over = !job.unfinished;
      const told = results.flatMap((group, request) => (group === undefined ? [] : [request]));
      const cut = job.cut();
      expect([...told, ...cut.map(({ request }) => request)].toSorted((a, b) => a - b)).toEqual([...requests.keys()]);
      for (const { request, completions } of cut) {
        expect(completions).toHaveLength(3);
        completions.forEach(({ tokens, stop }, sample) => {
          const whole = alone[request]![sample]!;
          expect(tokens).toEqual(stop === "cancelled" ? whole.slice(0, tokens.length) : whole);
        });
      }
      if (over) return expect(cut).toEqual([]);
    }
  });

  test("a request that is cancelled in the middle leaves its slots to others, whose prompts are read anew", () => {
    const [first, second] = [requestsOf(1, 9, () => 5)[0]!, requestsOf(2, 9, () => 6)[1]!];
    const watched = run([first, second], 4, 3);
    watched.job.cancel(0);
    watched.job.cancel(0);
    expect(watched.results[0]!.filter(({ stop }) => stop === "cancelled").length).toBeGreaterThan(4);
    while (watched.job.unfinished) step(watched);
    expect(tokensOf(watched)[1]).toEqual(second.keys.map((key) => writtenAlone(second.prompt, key)));
  });

  test("requests that come later get the next numbers and join", () => {
    const watched = run(requests.slice(0, 2), 4, 5);
    expect(watched.job.requests).toBe(2);
    watched.job.add(requests.slice(2), OPTIONS);
    while (watched.job.unfinished) step(watched);
    expect(tokensOf(watched)).toEqual(alone);
  });

  test("what isn't a number is told of", () => {
    const job = new DeviceJob(config, 2);
    job.add(requests.slice(0, 1), OPTIONS);
    job.begin();
    expect(job.finite).toBe(true);
    job.takeStep({ isRanked: false, drawn: Float32Array.of(1, Number.NaN, 1, 0.5), rows: new Float32Array(0) });
    expect(job.finite).toBe(false);
  });
});
