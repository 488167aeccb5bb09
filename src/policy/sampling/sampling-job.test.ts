import { describe, expect, test } from "vitest";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey, splitKey, uniformAt } from "../../random.ts";
import { CachePool } from "./cache-pool.ts";
import type { Completion } from "../../records/rollout.ts";
import { drawToken } from "./draw-token.ts";
import { LONG_FROM } from "./deck-sizes.ts";
import { jobSizeFor, promptTime, SamplingJob, type JobSize, type UnreadPrompt } from "./sampling-job.ts";
import type { SamplingOptions, SamplingRequest, SamplingWatch } from "./sampling-request.ts";
import type { SlotDeck } from "./slot-deck.ts";

const END = 0;
/** One number by layer, head and position, so that the cache's content can be read off. */
const config = tinyConfig({ vocabSize: 7, layers: 1, heads: 1, kvHeads: 1, headDim: 1, eosTokenIds: [END] });
/** One pool for all jobs, as in a sampler: none may see what another left. */
const model = { config, caches: new CachePool(config) };
const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 90 };

/** A whole number below 2^16 that stands for a text: exact in float32. */
function mark(text: readonly number[]): number {
  return text.reduce((hash, token) => (hash * 31 + token + 1) % 65_521, 7);
}

/** A model whose next token depends on all that it has read: the end is rare. */
function nextProbabilities(text: readonly number[]): number[] {
  const shares = Array.from({ length: config.vocabSize }, (_, token) =>
    token === END ? 0.08 : 0.2 + (mark([...text, token]) % 100) / 100,
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

function requestsOf(prompts: number, samples: number, length: (i: number) => number): SamplingRequest[] {
  return Array.from({ length: prompts }, (_, i) => ({
    prompt: Array.from({ length: length(i) }, (_token, t) => 1 + ((i * 5 + t * 3) % 6)),
    keys: Array.from({ length: samples }, (_key, sample) => splitKey(randomKey(1), i, sample)),
  }));
}

/** What a sample must be: drawn token by token with its own key alone. */
function writtenAlone(prompt: readonly number[], key: SamplingRequest["keys"][number], most: number): number[] {
  const tokens: number[] = [];
  while (tokens.length < most && tokens.at(-1) !== END) {
    const row = Float32Array.from(nextProbabilities([...prompt, ...tokens]));
    tokens.push(drawToken(row, 0, row.length, uniformAt(key, tokens.length), OPTIONS));
  }
  return tokens;
}

function prefill(prompts: readonly UnreadPrompt[]) {
  const time = promptTime(prompts);
  const keyValues = new Float32Array(prompts.length * time * 2).fill(Number.NaN);
  prompts.forEach(({ prompt }, row) => {
    prompt.forEach((_token, i) =>
      keyValues.fill(mark(prompt.slice(0, i + 1)), (row * time + i) * 2, (row * time + i + 1) * 2),
    );
  });
  const probabilities = Float32Array.from(prompts.flatMap(({ prompt }) => nextProbabilities(prompt)));
  return { probabilities, keyValues };
}

/** Writes one token by slot, and checks that each slot is shown its own sequence and nothing else. */
function step(requests: readonly SamplingRequest[], deck: SlotDeck) {
  const inputs = deck.stepInputs();
  const { data: mask, dims } = inputs["mask"]!;
  const room = dims.at(-1)!;
  const texts = deck.sequences
    .slice(0, deck.running)
    .map(({ request, tokens }) => [...requests[request]!.prompt, ...tokens]);
  texts.forEach((text, slot) => {
    const last = text.length - 1;
    expect(Number(inputs["tokens"]!.data[slot])).toBe(text[last]);
    expect(Number(inputs["positions"]!.data[slot])).toBe(last);
    expect(room).toBeGreaterThan(last);
    for (const name of ["keys.0", "values.0"]) {
      const seen = Array.from(inputs[name]!.data as Float32Array).slice(slot * room, slot * room + last);
      expect(seen).toEqual(text.slice(0, -1).map((_token, i) => mark(text.slice(0, i + 1))));
    }
    const hidden = Array.from(mask as Float32Array).slice(slot * room, (slot + 1) * room);
    expect(hidden).toEqual(Array.from({ length: room }, (_, i) => (i < last ? 0 : Math.fround(-1e9))));
  });
  return {
    probabilities: Float32Array.from(texts.flatMap(nextProbabilities)),
    keyValues: Float32Array.from(texts.flatMap((text) => [mark(text), mark(text)])),
  };
}

interface Watched {
  readonly job: SamplingJob;
  /** By request and sample; of those that were cut short nothing. */
  readonly results: (readonly Completion[])[];
  steps: number;
  prompts: number;
  mostActive: number;
  readonly decks: Set<SlotDeck>;
}

/** Drives a job as the sampler does, with the fake model in the engine's place. */
function run(
  requests: readonly SamplingRequest[],
  options: SamplingOptions & { readonly size?: JobSize },
  mostSteps: number = Infinity,
  watch: SamplingWatch = {},
): Watched {
  const results: (readonly Completion[])[] = [];
  const onGroup = (request: number, completions: readonly Completion[]): void => {
    results[request] = completions;
    watch.onGroup?.(request, completions);
  };
  const size = options.size ?? jobSizeFor(config, requests, options.slots);
  const job = new SamplingJob(model, size, { ...watch, onGroup });
  job.add(requests, options);
  const watched: Watched = { job, results, steps: 0, prompts: 0, mostActive: 0, decks: new Set() };
  while (job.unfinished && watched.steps < mostSteps) {
    const prompts = job.promptsToRead();
    watched.prompts += prompts.length;
    if (prompts.length > 0) {
      const read = prefill(prompts);
      job.keepPrompts(prompts, read.probabilities, read.keyValues);
    }
    job.fillSlots();
    const deck = job.nextDeck();
    if (deck === undefined) continue;
    watched.decks.add(deck);
    watched.mostActive = Math.max(watched.mostActive, deck.active);
    const { probabilities, keyValues } = step(requests, deck);
    job.takeStep(deck, probabilities, keyValues);
    watched.steps++;
  }
  return watched;
}

function jobOf(requests: readonly SamplingRequest[]): SamplingJob {
  const job = new SamplingJob(model, jobSizeFor(config, requests));
  job.add(requests, OPTIONS);
  return job;
}

const tokensOf = ({ results }: Watched): (readonly number[])[][] =>
  results.map((group) => group.map(({ tokens }) => tokens));

describe("a job of sampling", () => {
  const requests = requestsOf(9, 3, (i) => 2 + (i % 4));
  const alone = requests.map(({ prompt, keys }) => keys.map((key) => writtenAlone(prompt, key, OPTIONS.maxNewTokens)));

  test("some sequences of the fake model end early, some go through both decks", () => {
    const lengths = alone.flat().map(({ length }) => length);
    expect(Math.min(...lengths)).toBeLessThan(20);
    expect(Math.max(...lengths)).toBeGreaterThan(LONG_FROM);
  });

  test.each([1, 2, 5, 27, 200])("draws depend on their key alone, with %i slots", (slots) => {
    const watched = run(requests, { ...OPTIONS, slots });
    expect(tokensOf(watched)).toEqual(alone);
    expect(watched.prompts).toBe(requests.length);
    expect(watched.decks.size).toBe(2);
  });

  test.each([
    { slots: 27, further: [13, 6, 3] },
    { slots: 5, further: [5, 2, 1] },
    { slots: 2, further: [7, 1, 9] },
  ])("draws depend on their key alone, with fewer slots the longer sequences are: %o", ({ slots, further }) => {
    const size = { slots, further: further.map((more, i) => ({ from: 20 + 16 * i, slots: more })) };
    const watched = run(requests, { ...OPTIONS, size });
    expect(tokensOf(watched)).toEqual(alone);
    expect(watched.decks.size).toBe(4);
    const atOnce = [...watched.decks].toSorted((a, b) => a.until - b.until).map((deck) => deck.atOnce);
    expect(atOnce).toEqual([slots, ...further]);
  });

  test("slots are refilled: never more at once than there are, and far fewer steps than one after the other", () => {
    const watched = run(requests, { ...OPTIONS, slots: 6 });
    const written = alone.flat().reduce((sum, { length }) => sum + length, 0);
    expect(watched.mostActive).toBe(6);
    expect(watched.steps).toBeLessThan(written / 3);
  });

  test("each token's log-probability is that of its draw", () => {
    const { results } = run(requests, { ...OPTIONS, slots: 4 });
    results.forEach((group, i) =>
      group.forEach(({ tokens, logprobs }) =>
        tokens.forEach((token, t) => {
          const row = Float32Array.from(nextProbabilities([...requests[i]!.prompt, ...tokens.slice(0, t)]));
          expect(logprobs[t]).toBe(Math.fround(Math.log(row[token]!)));
        }),
      ),
    );
  });

  test("behind long prompts the second deck begins later, and nothing is lost", () => {
    const long = requestsOf(3, 2, (i) => 60 + i);
    const expected = long.map(({ prompt, keys }) => keys.map((key) => writtenAlone(prompt, key, 90)));
    expect(tokensOf(run(long, { ...OPTIONS, slots: 3 }))).toEqual(expected);
  });

  test("a limit of one token needs no step at all", () => {
    const watched = run(requests, { ...OPTIONS, maxNewTokens: 1 });
    expect(watched.steps).toBe(0);
    expect(tokensOf(watched)).toEqual(alone.map((group) => group.map((tokens) => tokens.slice(0, 1))));
  });

  test("a model that gives what isn't a number is told of, so that no other job sees its cache", () => {
    const [request] = requests;
    const job = jobOf([request!]);
    const prompts = job.promptsToRead();
    const { keyValues } = prefill(prompts);
    job.keepPrompts(prompts, new Float32Array(config.vocabSize).fill(Number.NaN), keyValues);
    expect(job.finite).toBe(true);
    job.fillSlots();
    expect(job.finite).toBe(false);
    expect(run(requests, OPTIONS).job.finite).toBe(true);
  });

  test("requests without samples are passed over; nothing at all is finished at once", () => {
    const none = { prompt: [1, 2], keys: [] };
    const watched = run([none, requests[0]!, none, requests[1]!, none], OPTIONS);
    expect(tokensOf(watched)).toEqual([[], alone[0], [], alone[1], []]);
    expect(watched.prompts).toBe(2);
    expect(jobOf([]).unfinished).toBe(false);
    expect(jobOf([none]).unfinished).toBe(false);
  });

  test("a request with more samples than slots is read once and filled in order, beside others", () => {
    const large = [...requestsOf(1, 1, () => 3), ...requestsOf(2, 13, (i) => 3 + i)];
    const wanted = large.map(({ prompt, keys }) => keys.map((key) => writtenAlone(prompt, key, OPTIONS.maxNewTokens)));
    for (const slots of [1, 4, 12]) {
      const watched = run(large, { ...OPTIONS, slots });
      expect(tokensOf(watched)).toEqual(wanted);
      expect(watched.prompts).toBe(3);
      expect(watched.mostActive).toBe(slots);
    }
  });

  test("requests in another order give each its own completions", () => {
    const turned = requests.toReversed();
    expect(tokensOf(run(turned, { ...OPTIONS, slots: 5 }))).toEqual(alone.toReversed());
  });

  test.each([1, 5, 27])(
    "tells every token under its request and sample, and each group once whole: %i slots",
    (slots) => {
      const tokens = requests.map(({ keys }) => keys.map((): number[] => []));
      const groups: number[] = [];
      const none = { prompt: [1, 2], keys: [] };
      run([...requests, none], { ...OPTIONS, slots }, Infinity, {
        onToken: (token, request, sample) => tokens[request]![sample]!.push(token),
        onGroup: (request, completions) => {
          groups.push(request);
          expect(completions.map((one) => one.tokens)).toEqual(alone[request] ?? []);
          expect(completions.map(({ stop }) => stop)).toEqual(
            (alone[request] ?? []).map((written) => (written.at(-1) === END ? "end" : "length")),
          );
        },
      });
      expect(tokens).toEqual(alone);
      expect(groups.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
  );

  test("cut at any moment: groups that were told are not given again, the others once and as cancelled", () => {
    for (let steps = 0; ; steps += 23) {
      const told: number[] = [];
      const { job } = run(requests, { ...OPTIONS, slots: 4 }, steps, { onGroup: (request) => told.push(request) });
      const over = !job.unfinished;
      const cut = job.cut();
      expect([...told, ...cut.map(({ request }) => request)].toSorted((a, b) => a - b)).toEqual(
        requests.map((_, i) => i),
      );
      for (const { request, completions } of cut) {
        expect(completions).toHaveLength(3);
        expect(completions.some(({ stop }) => stop === "cancelled")).toBe(true);
        completions.forEach(({ tokens, stop }, sample) => {
          const whole = alone[request]![sample]!;
          expect(tokens).toEqual(stop === "cancelled" ? whole.slice(0, tokens.length) : whole);
        });
      }
      if (over) return expect(cut).toEqual([]);
    }
  });

  test("cut in the middle: what was written is the beginning of what would have been, the rest is empty", () => {
    const { job } = run(requests, { ...OPTIONS, slots: 4 }, 30);
    const cut = job.cut();
    const all = cut.flatMap(({ completions }) => completions);
    expect(all.some(({ tokens }) => tokens.length === 0)).toBe(true);
    expect(all.some(({ tokens }) => tokens.length > 1 && tokens.at(-1) !== END)).toBe(true);
    cut.forEach(({ request: i, completions }) =>
      completions.forEach(({ tokens, logprobs }, sample) => {
        expect(alone[i]![sample]!.slice(0, tokens.length)).toEqual(tokens);
        expect(logprobs.length).toBe(tokens.length);
      }),
    );
  });
});
