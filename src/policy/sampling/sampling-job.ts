import { endTokenIds, type ModelConfig } from "../../model/model-config.ts";
import { uniformAt } from "../../random.ts";
import type { CachePool } from "./cache-pool.ts";
import { drawToken } from "./draw-token.ts";
import type { Completion } from "../../records/rollout.ts";
import type { SamplingOptions, SamplingRequest, SamplingWatch } from "./sampling-request.ts";
import { SlotDeck, type Sequence } from "./slot-deck.ts";

/**
 * Sequences that reach this position go on in the second deck: the short ones are then not computed at the long ones'
 * width. Behind long prompts it counts from their end.
 */
export const LONG_FROM = 48;

/** Positions of prompts that are read at once: their keys and values are kept until their sequences have begun. */
export const MOST_READ = 4096;
/** Sequences that are written at once where nobody says. */
const DEFAULT_SLOTS = 256;

interface ReadPrompt {
  readonly keyValues: Float32Array;
  readonly firstRow: number;
  readonly probabilities: Float32Array;
  readonly row: number;
}

/** What a job needs to know of its model. */
export interface JobModel {
  readonly config: Pick<ModelConfig, "vocabSize" | "eosTokenIds" | "furtherEndIds">;
  readonly caches: CachePool;
}

/** The book-keeping of one call of `sample`: which sequence is in which slot, and what comes next. */
export class SamplingJob {
  readonly results: Completion[][];
  /** False once a model gave what isn't a number: its cache then holds the like. */
  finite = true;
  private readonly short: SlotDeck;
  private readonly long: SlotDeck;
  private readonly read = new Map<number, ReadPrompt>();
  private nextRequest = 0;
  private nextSample = 0;
  private readonly stopTokens: ReadonlySet<number>;
  private readonly longFrom: number;
  /** Samples of each request that have not ended. */
  private readonly left: number[];

  constructor(
    private readonly model: JobModel,
    private readonly requests: readonly SamplingRequest[],
    private readonly options: SamplingOptions,
    private readonly watch: Pick<SamplingWatch, "onToken" | "onGroup"> = {},
  ) {
    const samples = requests.reduce((sum, request) => sum + request.keys.length, 0);
    const count = Math.max(1, Math.min(options.slots ?? DEFAULT_SLOTS, samples));
    this.results = requests.map((request) => new Array<Completion>(request.keys.length));
    this.short = new SlotDeck(count, model.caches.take("short", count));
    // It is emptied from half of `count` on, and at most `count` can come in at once.
    this.long = new SlotDeck(2 * count, model.caches.take("long", 2 * count));
    this.stopTokens = new Set(endTokenIds(model.config));
    const longest = Math.max(0, ...requests.map(({ prompt }) => prompt.length));
    this.longFrom = longest < LONG_FROM ? LONG_FROM : longest + LONG_FROM;
    this.left = requests.map((request) => request.keys.length);
    this.left.forEach((left, request) => left === 0 && watch.onGroup?.(request, []));
    this.skipEmptyRequests();
  }

  get unfinished(): boolean {
    return this.short.active + this.long.active > 0 || this.nextRequest < this.requests.length;
  }

  /** New sequences are started a few at a time, so that reading prompts stays a batched operation. */
  private get wantsMore(): boolean {
    const free = this.short.capacity - this.short.active;
    return (
      this.nextRequest < this.requests.length &&
      (this.short.active === 0 || free >= Math.max(1, this.short.capacity >> 4))
    );
  }

  /**
   * The prompts of the sequences that would fill the free slots, as far as they haven't been read, and as many as are
   * read at once.
   */
  promptsToRead(): number[] {
    if (!this.wantsMore) return [];
    const prompts: number[] = [];
    let longest = 0;
    let free = this.short.capacity - this.short.active;
    let sample = this.nextSample;
    for (let request = this.nextRequest; request < this.requests.length && free > 0; request++, sample = 0) {
      if (!this.read.has(request) && this.requests[request]!.keys.length > 0) {
        longest = Math.max(longest, this.requests[request]!.prompt.length);
        if (prompts.length > 0 && (prompts.length + 1) * longest > MOST_READ) break;
        prompts.push(request);
      }
      free -= this.requests[request]!.keys.length - sample;
    }
    return prompts;
  }

  /** Takes what reading them gave: probabilities [prompts, vocabulary], and keys and values by prompt and position. */
  keepPrompts(prompts: readonly number[], probabilities: Float32Array, keyValues: Float32Array): void {
    const time = promptTime(this.requests, prompts);
    prompts.forEach((request, row) => this.read.set(request, { keyValues, firstRow: row * time, probabilities, row }));
  }

  fillSlots(): void {
    if (!this.wantsMore) return;
    while (this.read.has(this.nextRequest) && this.short.active < this.short.capacity) this.startSequence();
  }

  private startSequence(): void {
    const request = this.nextRequest;
    const sample = this.nextSample++;
    const { prompt, keys } = this.requests[request]!;
    const read = this.read.get(request)!;
    const sequence: Sequence = {
      request,
      sample,
      key: keys[sample]!,
      tokens: [],
      logprobs: [],
      position: prompt.length - 1,
    };
    if (this.nextSample === keys.length) {
      this.nextRequest++;
      this.nextSample = 0;
      this.read.delete(request);
      this.skipEmptyRequests();
    }
    if (!this.append(sequence, read.probabilities, read.row)) return;
    const slot = this.short.open(sequence, prompt.length + 1);
    for (let i = 0; i < prompt.length; i++) this.short.cache.write(slot, i, read.keyValues, read.firstRow + i);
  }

  private skipEmptyRequests(): void {
    while (this.nextRequest < this.requests.length && this.requests[this.nextRequest]!.keys.length === 0)
      this.nextRequest++;
  }

  /** Draws the next token of a sequence. False when that ended it. */
  private append(sequence: Sequence, probabilities: Float32Array, row: number): boolean {
    const size = this.model.config.vocabSize;
    const token = drawToken(probabilities, row, size, uniformAt(sequence.key, sequence.tokens.length), this.options);
    sequence.tokens.push(token);
    const logprob = Math.fround(Math.log(probabilities[row * size + token]!));
    this.finite &&= Number.isFinite(logprob);
    sequence.logprobs.push(logprob);
    sequence.position++;
    this.watch.onToken?.(token, sequence.request, sequence.sample);
    const finished = this.stopTokens.has(token);
    if (!finished && sequence.tokens.length < this.options.maxNewTokens) return true;
    this.results[sequence.request]![sequence.sample] = {
      tokens: sequence.tokens,
      logprobs: sequence.logprobs,
      stop: finished ? "end" : "length",
    };
    this.left[sequence.request]!--;
    if (this.left[sequence.request] === 0) this.watch.onGroup?.(sequence.request, this.results[sequence.request]!);
    return false;
  }

  /**
   * The deck to write a token for: the long one when it is half full or nothing short is left. Undefined when there is
   * nothing to write.
   */
  nextDeck(): SlotDeck | undefined {
    const due = this.long.active >= Math.max(1, this.short.capacity >> 1) || this.short.active === 0;
    const deck = due && this.long.active > 0 ? this.long : this.short;
    return deck.active > 0 ? deck : undefined;
  }

  takeStep(deck: SlotDeck, probabilities: Float32Array, keyValues: Float32Array): void {
    const left: number[] = [];
    deck.sequences.forEach((sequence, slot) => {
      deck.cache.write(slot, sequence.position, keyValues, slot);
      if (!this.append(sequence, probabilities, slot)) left.push(slot);
      else if (deck === this.short && sequence.position >= this.longFrom) {
        this.moveToLong(sequence, slot);
        left.push(slot);
      }
    });
    // Slots are closed from the back, so that the one that moves in is always still being written.
    for (let i = left.length - 1; i >= 0; i--) deck.close(left[i]!);
  }

  /**
   * Ends every sequence where it stands; those that haven't begun are empty. Returns the requests that this cut short.
   */
  cut(): { readonly request: number; readonly completions: readonly Completion[] }[] {
    for (const { request, sample, tokens, logprobs } of [...this.short.sequences, ...this.long.sequences])
      this.results[request]![sample] = { tokens, logprobs, stop: "cancelled" };
    return this.results.flatMap((samples, request) => {
      if (this.left[request] === 0) return [];
      const completions = Array.from(samples, (sample) => sample ?? { tokens: [], logprobs: [], stop: "cancelled" });
      return [{ request, completions }];
    });
  }

  private moveToLong(sequence: Sequence, slot: number): void {
    const to = this.long.open(sequence, sequence.position + 1);
    this.long.cache.copyFrom(this.short.cache, slot, to, sequence.position);
  }
}

/** Length of the longest of some prompts. */
export function promptTime(requests: readonly SamplingRequest[], prompts: readonly number[]): number {
  return Math.max(...prompts.map((request) => requests[request]!.prompt.length));
}
