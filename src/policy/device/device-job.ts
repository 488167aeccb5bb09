import type { DenseTensor } from "../../engine/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { uniformAt } from "../../random.ts";
import { drawToken, likeliestTokens } from "../sampling/draw-token.ts";
import { RequestBook, type CutRequest, type OpenSamplingJob, type Sequence } from "../sampling/request-book.ts";
import type { DrawingOptions, DrawnFrom, SamplingRequest, SamplingWatch } from "../sampling/sampling-request.ts";
import { inverseTemperature } from "../sampling/slot-deck.ts";
import { rankedTokens, TAKE_LIKELIEST, toldTokens } from "./draw-graph.ts";

/** Fewer slots aren't worth giving up. */
const FEWEST_SLOTS = 8;
/** The largest float32 below 1: a uniform number may not become 1 by rounding. */
const LARGEST_UNIFORM = 1 - 2 ** -24;

/** A prompt that is read into slots. */
export interface PlacedPrompt {
  readonly prompt: readonly number[];
  readonly slots: readonly number[];
}

/** The keys and values of so many first positions that one slot takes over from another. */
export interface CopiedPrompt {
  readonly from: number;
  readonly to: number;
  readonly positions: number;
}

/** What is to be done before the next step: copies first, since prompts may be read into what they are made of. */
export interface Placement {
  readonly copies: readonly CopiedPrompt[];
  readonly prompts: readonly PlacedPrompt[];
}

/** What the step graph gave. */
export interface DrawnTokens {
  readonly isRanked: boolean;
  /** By slot: as `drawTokens` or `drawRankedTokens` has it. */
  readonly drawn: Float32Array;
  /** The probabilities of the slots that `slotsToRead` named, [slots, vocabulary]. */
  readonly rows: Float32Array;
}

interface Slot {
  /** Undefined in one that has ended. */
  sequence: Sequence | undefined;
  /** Its last token: of the prompt where none has been drawn. */
  token: number;
  /** The request whose prompt it holds, but for the last token; -1 for none. */
  request: number;
  /** Tokens of that prompt. */
  promptLength: number;
}

/**
 * The book-keeping of writing on a device: which sequence is in which slot. The last token of a prompt is left to the
 * first step, so that every token is drawn by the step's graph; what is read before is the same for all samples of a
 * request, and stays in its slots until all have begun.
 */
export class DeviceJob implements OpenSamplingJob {
  private slots: Slot[];
  private readonly book: RequestBook;

  constructor(
    private readonly config: Pick<ModelConfig, "vocabSize" | "eosTokenIds" | "furtherEndIds">,
    slots: number,
    watch: SamplingWatch = {},
  ) {
    this.slots = Array.from({ length: slots }, () => ({ sequence: undefined, token: 0, request: -1, promptLength: 0 }));
    this.book = new RequestBook(config, watch);
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

  get active(): number {
    return this.slots.reduce((count, { sequence }) => count + (sequence === undefined ? 0 : 1), 0);
  }

  get capacity(): number {
    return this.slots.length;
  }

  /** Positions that the next step fills in its longest slot. */
  get positions(): number {
    return this.slots.reduce((most, slot) => Math.max(most, this.lengthOf(slot) + 1), 0);
  }

  /** Whether the next step is to sort tokens. */
  get isRanked(): boolean {
    return this.slots.some(({ sequence }) => sequence !== undefined && isRanked(sequence.options));
  }

  /** Whether the next step draws the first token of some sequence. */
  get begins(): boolean {
    return this.slots.some(({ sequence }) => sequence?.tokens.length === 0);
  }

  add(requests: readonly SamplingRequest[], options: DrawingOptions): void {
    this.book.add(requests, options);
  }

  /** Begins sequences in free slots, a few at a time, so that reading prompts stays a batched operation. */
  begin(): Placement {
    const copies: CopiedPrompt[] = [];
    const prompts = new Map<number, { readonly prompt: readonly number[]; readonly slots: number[] }>();
    const free = this.slots.flatMap(({ sequence }, slot) => (sequence === undefined ? [slot] : []));
    const few = Math.max(1, this.capacity >> 4);
    // Only the first request can have begun before: the copies are made of what its slots hold now.
    const holder = this.slots.findIndex(({ request }) => request === this.book.waiting[0]?.request);
    const begun = this.slots[holder]?.request;
    const begins = free.length === this.capacity || free.length >= few;
    while (begins && free.length > 0 && this.book.waiting.length > 0) {
      const { request, prompt } = this.book.waiting[0]!;
      const own = free.findIndex((slot) => this.slots[slot]!.request === request);
      const to = free.splice(Math.max(own, 0), 1)[0]!;
      if (request !== begun) {
        const placed = prompts.get(request) ?? { prompt, slots: [] };
        placed.slots.push(to);
        prompts.set(request, placed);
      } else if (own < 0) copies.push({ from: holder, to, positions: prompt.length - 1 });
      this.slots[to] = {
        sequence: this.book.begin(),
        token: prompt[prompt.length - 1]!,
        request,
        promptLength: prompt.length,
      };
    }
    const isEmpty = ({ prompt }: PlacedPrompt): boolean => prompt.length <= 1;
    return {
      copies: copies.filter(({ positions }) => positions > 0),
      prompts: [...prompts.values()].filter((placed) => !isEmpty(placed)),
    };
  }

  /** The inputs of the step graph but for weights and caches. */
  stepInputs(): Record<string, DenseTensor> {
    const { vocabSize } = this.config;
    const lengths = this.slots.map((slot) => this.lengthOf(slot));
    const options = ({ sequence }: Slot): DrawingOptions | undefined => sequence?.options;
    const column = (of: (slot: Slot, number: number) => number): DenseTensor => ({
      data: Float32Array.from(this.slots, of),
      dims: [this.capacity, 1],
    });
    return {
      tokens: { data: Int32Array.from(this.slots, ({ token }) => token), dims: [this.capacity, 1] },
      lengths: { data: Int32Array.from(lengths), dims: [this.capacity] },
      total: { data: Int32Array.of(Math.max(...lengths) + 1), dims: [1] },
      positions: { data: BigInt64Array.from(lengths, BigInt), dims: [this.capacity, 1] },
      inverseTemperature: column(({ sequence }) => (sequence === undefined ? 1 : inverseTemperature(sequence.options))),
      uniforms: column(({ sequence }) => (sequence === undefined ? TAKE_LIKELIEST : uniformOf(sequence))),
      rowNumbers: column((_slot, number) => number),
      keep: column((slot) => keptTokens(options(slot)?.topK ?? 0, vocabSize)),
      share: column((slot) => options(slot)?.topP ?? 1),
    };
  }

  /** The slots of which the graph's tokens don't tell all that is asked for. */
  slotsToRead({ isRanked: ranked, drawn }: Pick<DrawnTokens, "isRanked" | "drawn">): number[] {
    if (!ranked) return [];
    const width = drawn.length / this.capacity;
    return this.slots.flatMap(({ sequence }, slot) =>
      sequence !== undefined && this.isOpen(sequence.options, drawn[slot * width + 2]!) ? [slot] : [],
    );
  }

  /**
   * Takes the tokens of a step.
   *
   * @param firstOnly of sequences that have none yet: the others stay where they are, for the next step
   */
  takeStep(tokens: DrawnTokens, firstOnly = false): void {
    const read = this.slotsToRead(tokens);
    const width = tokens.drawn.length / this.capacity;
    this.slots.forEach((slot, i) => {
      const { sequence } = slot;
      if (sequence === undefined || (firstOnly && sequence.tokens.length > 0)) return;
      const row = read.indexOf(i);
      const { token, from } =
        row >= 0
          ? this.drawnFromRow(sequence, tokens.rows, row)
          : this.drawnByGraph(sequence, tokens.drawn.subarray(i * width, (i + 1) * width));
      slot.token = token;
      if (!this.book.append(sequence, token, from.logprob, from.likeliest)) slot.sequence = undefined;
    });
  }

  cancel(request: number): void {
    const cut: Sequence[] = [];
    for (const slot of this.slots) {
      if (slot.sequence?.request !== request) continue;
      cut.push(slot.sequence);
      slot.sequence = undefined;
    }
    this.book.cancel(request, cut);
  }

  /** Ends every sequence where it stands. Returns the requests that this cut short. */
  cut(): CutRequest[] {
    return this.book.cut(this.slots.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence])));
  }

  /**
   * Gives up slots that nobody will use, once three of four are free. Returns those that stay, in their new order;
   * undefined where all do.
   */
  compact(): number[] | undefined {
    const { active, capacity } = this;
    if (this.book.waiting.length > 0 || active === 0 || active > capacity / 4 || capacity <= FEWEST_SLOTS)
      return undefined;
    const kept = this.slots.flatMap(({ sequence }, slot) => (sequence === undefined ? [] : [slot]));
    this.slots = kept.map((slot) => this.slots[slot]!);
    return kept;
  }

  /**
   * Positions that a slot holds, behind which its token is written. One that has ended is overwritten behind the
   * prompt, if others take over that prompt, else from the start.
   */
  private lengthOf({ sequence, request, promptLength }: Slot): number {
    if (sequence !== undefined) return sequence.position;
    return this.book.waiting[0]?.request === request ? promptLength - 1 : 0;
  }

  /** Whether what is asked for may reach beyond the tokens that were sorted, which have this share. */
  private isOpen({ topK, topP, greedy, likeliest = 0 }: DrawingOptions, share: number): boolean {
    const { vocabSize } = this.config;
    if (likeliest > toldTokens(vocabSize)) return true;
    const ranked = rankedTokens(vocabSize);
    const limited = !greedy && (topK > 0 || topP < 1);
    return limited && ranked < vocabSize && (topK === 0 || topK > ranked) && share < topP;
  }

  private drawnByGraph(
    { options }: Sequence,
    drawn: Float32Array,
  ): { readonly token: number; readonly from: DrawnFrom } {
    const told = toldTokens(this.config.vocabSize);
    const count = Math.min(options.likeliest ?? 0, told);
    const likeliest = Array.from({ length: count }, (_, i) => ({
      token: drawn[3 + i]!,
      logprob: logOf(drawn[3 + told + i]!),
    }));
    return { token: drawn[0]!, from: { logprob: logOf(drawn[1]!), likeliest } };
  }

  private drawnFromRow(
    { key, options, tokens }: Sequence,
    rows: Float32Array,
    row: number,
  ): { readonly token: number; readonly from: DrawnFrom } {
    const { vocabSize } = this.config;
    const token = drawToken(rows, row, vocabSize, uniformAt(key, tokens.length), options);
    const likeliest = likeliestTokens(rows, row, vocabSize, options.likeliest ?? 0);
    return { token, from: { logprob: logOf(rows[row * vocabSize + token]!), likeliest } };
  }
}

function isRanked({ greedy, topK, topP, likeliest = 0 }: DrawingOptions): boolean {
  return likeliest > 0 || (!greedy && (topK > 0 || topP < 1));
}

/** As `DrawLimits` has it. */
function keptTokens(topK: number, vocabSize: number): number {
  return topK === 0 ? vocabSize + 1 : Math.min(topK, vocabSize);
}

function uniformOf({ key, options, tokens }: Sequence): number {
  return options.greedy ? TAKE_LIKELIEST : Math.min(uniformAt(key, tokens.length), LARGEST_UNIFORM);
}

function logOf(probability: number): number {
  return Math.fround(Math.log(probability));
}
