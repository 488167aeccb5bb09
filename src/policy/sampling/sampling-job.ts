import type { ModelConfig } from "../../model/model-config.ts";
import { uniformAt } from "../../random.ts";
import type { CachePool } from "./cache-pool.ts";
import { drawToken, likeliestTokens } from "./draw-token.ts";
import { furtherDecks, type DeckSize } from "./deck-sizes.ts";
import { RequestBook, type CutRequest, type OpenSamplingJob, type Sequence } from "./request-book.ts";
import type { DrawingOptions, SamplingRequest, SamplingWatch } from "./sampling-request.ts";
import { SlotDeck } from "./slot-deck.ts";

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

/** What a job needs to know of its model. */
export interface JobModel {
  readonly config: ModelConfig;
  readonly caches: CachePool;
}

/** How much is written at once. */
export interface JobSize {
  readonly slots: number;
  /** The decks behind the first, shortest sequences first. */
  readonly further: readonly DeckSize[];
}

/** What suits requests that are all known, and that nobody waits for one by one: most tokens in least time. */
export function jobSizeFor(
  config: ModelConfig,
  requests: readonly SamplingRequest[],
  slots: number = DEFAULT_SLOTS,
): JobSize {
  const samples = requests.reduce((sum, request) => sum + request.keys.length, 0);
  const longest = Math.max(0, ...requests.map(({ prompt }) => prompt.length));
  const atOnce = Math.max(1, Math.min(slots, samples));
  return { slots: atOnce, further: furtherDecks(config, atOnce, longest) };
}

/** What suits requests that come while others are written: every sequence gets a token at every step. */
export function openJobSize(slots: number): JobSize {
  return { slots, further: [] };
}

/** The book-keeping of sampling: which sequence is in which slot, and what comes next. Requests may come any time. */
export class SamplingJob implements OpenSamplingJob {
  /** Those that sequences begin in. */
  private readonly short: SlotDeck;
  /** Shortest sequences first, `short` among them. */
  private readonly decks: readonly SlotDeck[];
  private readonly book: RequestBook;
  /** Prompts that were read and of which a sample hasn't begun, by the number of the request. */
  private readonly read = new Map<number, ReadPrompt>();

  constructor(
    private readonly model: JobModel,
    size: JobSize,
    watch: SamplingWatch = {},
  ) {
    const sizes = [{ from: 0, slots: size.slots }, ...size.further];
    this.decks = sizes.map(({ slots }, i) => {
      // It is emptied from half of its slots on, and at most those of the deck before can come in at once.
      const places = slots + (sizes[i - 1]?.slots ?? 0);
      const until = sizes[i + 1]?.from ?? Number.POSITIVE_INFINITY;
      return new SlotDeck({ atOnce: slots, until }, places, model.caches.take(i, places));
    });
    this.short = this.decks[0]!;
    this.book = new RequestBook(model.config, watch);
  }

  get requests(): number {
    return this.book.requests;
  }

  get unfinished(): boolean {
    return this.book.unfinished;
  }

  /** False once a model gave what isn't a number: its cache then holds the like. */
  get finite(): boolean {
    return this.book.finite;
  }

  add(requests: readonly SamplingRequest[], options: DrawingOptions): void {
    this.book.add(requests, options);
  }

  /** New sequences are started a few at a time, so that reading prompts stays a batched operation. */
  private get wantsMore(): boolean {
    const free = this.short.capacity - this.short.active;
    return this.book.waiting.length > 0 && (this.short.active === 0 || free >= Math.max(1, this.short.capacity >> 4));
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
    for (const { request, prompt, keys, options, next } of this.book.waiting) {
      if (free <= 0) break;
      if (!this.read.has(request)) {
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
      if (this.book.has(request)) this.read.set(request, { keyValues, firstRow: row * time, probabilities, row });
    });
  }

  fillSlots(): void {
    if (!this.wantsMore) return;
    while (this.short.active < this.short.capacity) {
      const first = this.book.waiting[0];
      const read = first && this.read.get(first.request);
      if (read === undefined) return;
      this.startSequence(first!.prompt, read);
    }
  }

  private startSequence(prompt: readonly number[], read: ReadPrompt): void {
    const sequence = this.book.begin();
    if (this.book.waiting[0]?.request !== sequence.request) this.read.delete(sequence.request);
    if (!this.append(sequence, read.probabilities, read.row)) return;
    const slot = this.short.open(sequence, prompt.length + 1);
    for (let i = 0; i < prompt.length; i++) this.short.cache.write(slot, i, read.keyValues, read.firstRow + i);
  }

  /** Draws the next token of a sequence. False when that ended it. */
  private append(sequence: Sequence, probabilities: Float32Array, row: number): boolean {
    const size = this.model.config.vocabSize;
    const { key, options, tokens } = sequence;
    const token = drawToken(probabilities, row, size, uniformAt(key, tokens.length), options);
    const { likeliest = 0 } = options;
    const told = likeliest === 0 ? undefined : likeliestTokens(probabilities, row, size, likeliest);
    return this.book.append(sequence, token, Math.fround(Math.log(probabilities[row * size + token]!)), told);
  }

  /**
   * The deck to write a token for: the one of the longest sequences that is half full, else the one of the shortest
   * that has any. Undefined when there is nothing to write.
   */
  nextDeck(): SlotDeck | undefined {
    const due = this.decks.findLast((deck) => deck !== this.short && deck.active >= Math.max(1, deck.atOnce >> 1));
    return due ?? this.decks.find(({ active }) => active > 0);
  }

  takeStep(deck: SlotDeck, probabilities: Float32Array, keyValues: Float32Array): void {
    const left: number[] = [];
    const { running } = deck;
    for (let slot = 0; slot < running; slot++) {
      const sequence = deck.sequences[slot]!;
      deck.cache.write(slot, sequence.position, keyValues, slot);
      if (!this.append(sequence, probabilities, slot)) left.push(slot);
      else if (sequence.position >= deck.until) {
        this.moveOn(sequence, slot, deck);
        left.push(slot);
      }
    }
    closeSlots(deck, left);
  }

  cancel(request: number): void {
    const cut: Sequence[] = [];
    for (const deck of this.decks) {
      const left = deck.sequences.flatMap((sequence, slot) => (sequence.request === request ? [slot] : []));
      for (const slot of left) cut.push(deck.sequences[slot]!);
      closeSlots(deck, left);
    }
    this.read.delete(request);
    this.book.cancel(request, cut);
  }

  /**
   * Ends every sequence where it stands; those that haven't begun are empty. Returns the requests that this cut short.
   */
  cut(): CutRequest[] {
    return this.book.cut(this.decks.flatMap(({ sequences }) => sequences));
  }

  private moveOn(sequence: Sequence, slot: number, from: SlotDeck): void {
    const next = this.decks[this.decks.indexOf(from) + 1]!;
    const to = next.open(sequence, sequence.position + 1);
    next.cache.copyFrom(from.cache, slot, to, sequence.position);
  }
}

/** Frees slots, in their order: from the back, so that the one that moves in is always still being written. */
function closeSlots(deck: SlotDeck, slots: readonly number[]): void {
  for (let i = slots.length - 1; i >= 0; i--) deck.close(slots[i]!);
}

/** Length of the longest of some prompts. */
export function promptTime(prompts: readonly UnreadPrompt[]): number {
  return Math.max(...prompts.map(({ prompt }) => prompt.length));
}
