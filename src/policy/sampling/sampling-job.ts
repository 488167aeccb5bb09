import { endTokenIds, type ModelConfig } from "../../model/model-config.ts";
import { uniformAt } from "../../random.ts";
import type { CachePool } from "./cache-pool.ts";
import { drawToken, likeliestTokens } from "./draw-token.ts";
import type { Completion } from "../../records/rollout.ts";
import type { DrawingOptions, SamplingRequest, SamplingWatch } from "./sampling-request.ts";
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

/** A prompt that is to be read, of the request of this number. */
export interface UnreadPrompt extends Pick<DrawingOptions, "temperature" | "greedy"> {
  readonly request: number;
  readonly prompt: readonly number[];
}

/** A request on its way: what was asked, and what has been written of it. */
interface Asked extends SamplingRequest {
  readonly request: number;
  readonly options: DrawingOptions;
  readonly completions: Completion[];
  /** The first sample that hasn't begun. */
  next: number;
  /** Samples that haven't ended. */
  left: number;
  read: ReadPrompt | undefined;
}

/** What a job needs to know of its model. */
export interface JobModel {
  readonly config: Pick<ModelConfig, "vocabSize" | "eosTokenIds" | "furtherEndIds">;
  readonly caches: CachePool;
}

/** How much is written at once. */
export interface JobSize {
  readonly slots: number;
  /** Position from which a sequence goes on in the second deck. */
  readonly longFrom: number;
}

/** What suits requests that are all known, and that nobody waits for one by one: most tokens in least time. */
export function jobSizeFor(requests: readonly SamplingRequest[], slots: number = DEFAULT_SLOTS): JobSize {
  const samples = requests.reduce((sum, request) => sum + request.keys.length, 0);
  const longest = Math.max(0, ...requests.map(({ prompt }) => prompt.length));
  return {
    slots: Math.max(1, Math.min(slots, samples)),
    longFrom: longest < LONG_FROM ? LONG_FROM : longest + LONG_FROM,
  };
}

/** What suits requests that come while others are written: every sequence gets a token at every step. */
export function openJobSize(slots: number): JobSize {
  return { slots, longFrom: Number.POSITIVE_INFINITY };
}

/** The book-keeping of sampling: which sequence is in which slot, and what comes next. Requests may come any time. */
export class SamplingJob {
  /** False once a model gave what isn't a number: its cache then holds the like. */
  finite = true;
  private readonly short: SlotDeck;
  private readonly long: SlotDeck;
  /** Requests of which a sample has not begun, in the order in which they came. */
  private readonly waiting: Asked[] = [];
  /** Requests that have not ended, by their numbers. */
  private readonly asked = new Map<number, Asked>();
  private taken = 0;
  private readonly stopTokens: ReadonlySet<number>;

  constructor(
    private readonly model: JobModel,
    private readonly size: JobSize,
    private readonly watch: SamplingWatch = {},
  ) {
    const { slots } = size;
    this.short = new SlotDeck(slots, model.caches.take("short", slots));
    // It is emptied from half of `slots` on, and at most `slots` can come in at once.
    this.long = new SlotDeck(2 * slots, model.caches.take("long", 2 * slots));
    this.stopTokens = new Set(endTokenIds(model.config));
  }

  /** Requests taken so far: the number of the next. */
  get requests(): number {
    return this.taken;
  }

  /** Takes requests, which get their turn after those that came before. They are numbered as they come, from 0. */
  add(requests: readonly SamplingRequest[], options: DrawingOptions): void {
    for (const { prompt, keys } of requests) {
      const request = this.taken++;
      const completions = new Array<Completion>(keys.length);
      if (keys.length === 0) {
        this.watch.onGroup?.(request, completions);
        continue;
      }
      const asked: Asked = { request, prompt, keys, options, completions, next: 0, left: keys.length, read: undefined };
      this.asked.set(request, asked);
      this.waiting.push(asked);
    }
  }

  get unfinished(): boolean {
    return this.asked.size > 0;
  }

  /** New sequences are started a few at a time, so that reading prompts stays a batched operation. */
  private get wantsMore(): boolean {
    const free = this.short.capacity - this.short.active;
    return this.waiting.length > 0 && (this.short.active === 0 || free >= Math.max(1, this.short.capacity >> 4));
  }

  /**
   * The prompts of the sequences that would fill the free slots, as far as they haven't been read, and as many as are
   * read at once.
   */
  promptsToRead(): UnreadPrompt[] {
    if (!this.wantsMore) return [];
    const prompts: UnreadPrompt[] = [];
    let longest = 0;
    let free = this.short.capacity - this.short.active;
    for (const { request, prompt, keys, options, next, read } of this.waiting) {
      if (free <= 0) break;
      if (read === undefined) {
        longest = Math.max(longest, prompt.length);
        if (prompts.length > 0 && (prompts.length + 1) * longest > MOST_READ) break;
        prompts.push({ request, prompt, temperature: options.temperature, greedy: options.greedy });
      }
      free -= keys.length - next;
    }
    return prompts;
  }

  /** Takes what reading them gave: probabilities [prompts, vocabulary], and keys and values by prompt and position. */
  keepPrompts(prompts: readonly UnreadPrompt[], probabilities: Float32Array, keyValues: Float32Array): void {
    const time = promptTime(prompts);
    prompts.forEach(({ request }, row) => {
      const asked = this.asked.get(request);
      if (asked !== undefined) asked.read = { keyValues, firstRow: row * time, probabilities, row };
    });
  }

  fillSlots(): void {
    if (!this.wantsMore) return;
    while (this.waiting[0]?.read !== undefined && this.short.active < this.short.capacity)
      this.startSequence(this.waiting[0], this.waiting[0].read);
  }

  private startSequence(asked: Asked, read: ReadPrompt): void {
    const { request, prompt, keys, options } = asked;
    const sample = asked.next++;
    const position = prompt.length - 1;
    const sequence: Sequence = { request, sample, key: keys[sample]!, options, tokens: [], logprobs: [], position };
    if (asked.next === keys.length) {
      this.waiting.shift();
      asked.read = undefined;
    }
    if (!this.append(sequence, read.probabilities, read.row)) return;
    const slot = this.short.open(sequence, prompt.length + 1);
    for (let i = 0; i < prompt.length; i++) this.short.cache.write(slot, i, read.keyValues, read.firstRow + i);
  }

  /** Draws the next token of a sequence. False when that ended it. */
  private append(sequence: Sequence, probabilities: Float32Array, row: number): boolean {
    const size = this.model.config.vocabSize;
    const { request, sample, options, tokens, logprobs } = sequence;
    const token = drawToken(probabilities, row, size, uniformAt(sequence.key, tokens.length), options);
    tokens.push(token);
    const logprob = Math.fround(Math.log(probabilities[row * size + token]!));
    this.finite &&= Number.isFinite(logprob);
    logprobs.push(logprob);
    sequence.position++;
    this.watch.onToken?.(token, request, sample, {
      logprob,
      likeliest: likeliestTokens(probabilities, row, size, options.likeliest ?? 0),
    });
    const finished = this.stopTokens.has(token);
    if (!finished && tokens.length < options.maxNewTokens) return true;
    const asked = this.asked.get(request)!;
    asked.completions[sample] = { tokens, logprobs, stop: finished ? "end" : "length" };
    if (--asked.left === 0) {
      this.asked.delete(request);
      this.watch.onGroup?.(request, asked.completions);
    }
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
      else if (deck === this.short && sequence.position >= this.size.longFrom) {
        this.moveToLong(sequence, slot);
        left.push(slot);
      }
    });
    closeSlots(deck, left);
  }

  /** Ends a request where it stands: it is told with what has been written, and its slots are free. */
  cancel(request: number): void {
    const asked = this.asked.get(request);
    if (asked === undefined) return;
    const waits = this.waiting.indexOf(asked);
    if (waits >= 0) this.waiting.splice(waits, 1);
    for (const deck of [this.short, this.long]) {
      const left = deck.sequences.flatMap((sequence, slot) => (sequence.request === request ? [slot] : []));
      for (const slot of left) keepCut(asked, deck.sequences[slot]!);
      closeSlots(deck, left);
    }
    this.asked.delete(request);
    this.watch.onGroup?.(request, whole(asked));
  }

  /**
   * Ends every sequence where it stands; those that haven't begun are empty. Returns the requests that this cut short.
   */
  cut(): { readonly request: number; readonly completions: readonly Completion[] }[] {
    for (const sequence of [...this.short.sequences, ...this.long.sequences])
      keepCut(this.asked.get(sequence.request)!, sequence);
    return Array.from(this.asked.values(), (asked) => ({ request: asked.request, completions: whole(asked) }));
  }

  private moveToLong(sequence: Sequence, slot: number): void {
    const to = this.long.open(sequence, sequence.position + 1);
    this.long.cache.copyFrom(this.short.cache, slot, to, sequence.position);
  }
}

/** Frees slots, in their order: from the back, so that the one that moves in is always still being written. */
function closeSlots(deck: SlotDeck, slots: readonly number[]): void {
  for (let i = slots.length - 1; i >= 0; i--) deck.close(slots[i]!);
}

function keepCut({ completions }: Asked, { sample, tokens, logprobs }: Sequence): void {
  completions[sample] = { tokens, logprobs, stop: "cancelled" };
}

/** All samples of a request that was ended; those that never began are empty. */
function whole({ completions }: Asked): Completion[] {
  return Array.from(completions, (completion) => completion ?? { tokens: [], logprobs: [], stop: "cancelled" });
}

/** Length of the longest of some prompts. */
export function promptTime(prompts: readonly UnreadPrompt[]): number {
  return Math.max(...prompts.map(({ prompt }) => prompt.length));
}
