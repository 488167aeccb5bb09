import { endTokenIds, type ModelConfig } from "../../model/model-config.ts";
import type { RandomKey } from "../../random.ts";
import type { Completion } from "../../records/rollout.ts";
import type { DrawingOptions, SamplingRequest, SamplingWatch, TokenChance } from "./sampling-request.ts";

/** Of the likeliest tokens where nobody asks for them: no array for each token. */
const NONE: readonly TokenChance[] = [];

/** What is said of a model that gives no probabilities. */
export const NOT_FINITE =
  "Expected the model to give probabilities, got what isn't a number; its weights are damaged, or were trained at too high a learning rate.";

/** A sequence that is being written. */
export interface Sequence {
  readonly request: number;
  readonly sample: number;
  readonly key: RandomKey;
  readonly options: DrawingOptions;
  readonly tokens: number[];
  readonly logprobs: number[];
  /** Position of the last token of `tokens`, or of the prompt where there is none. */
  position: number;
}

/** A request on its way: what was asked, and what has been written of it. */
export interface Asked extends SamplingRequest {
  readonly request: number;
  readonly options: DrawingOptions;
  readonly completions: Completion[];
  /** The first sample that hasn't begun. */
  next: number;
  /** Samples that haven't ended. */
  left: number;
}

/** A request that was ended before its time. */
export interface CutRequest {
  readonly request: number;
  readonly completions: readonly Completion[];
}

/** Where requests may come any time, while others are written. */
export interface OpenSamplingJob {
  /** Requests taken so far: the number of the next. */
  readonly requests: number;
  /** Takes requests, which get their turn after those that came before. They are numbered as they come, from 0. */
  add(requests: readonly SamplingRequest[], options: DrawingOptions): void;
  /** Ends a request where it stands: it is told with what has been written, and its slots are free. */
  cancel(request: number): void;
}

/** Requests and what has been written of them, wherever it is computed. */
export class RequestBook {
  /** False once a model gave what isn't a number: its cache then holds the like. */
  finite = true;
  /** Requests of which a sample has not begun, in the order in which they came. */
  readonly waiting: Asked[] = [];
  /** Requests that have not ended, by their numbers. */
  private readonly asked = new Map<number, Asked>();
  private taken = 0;
  private readonly stopTokens: ReadonlySet<number>;

  constructor(
    config: Pick<ModelConfig, "eosTokenIds" | "furtherEndIds">,
    private readonly watch: SamplingWatch,
  ) {
    this.stopTokens = new Set(endTokenIds(config));
  }

  /** Requests taken so far. */
  get requests(): number {
    return this.taken;
  }

  get unfinished(): boolean {
    return this.asked.size > 0;
  }

  /** Whether a request is neither unknown nor over. */
  has(request: number): boolean {
    return this.asked.has(request);
  }

  /** Takes requests, numbered as they come, from 0. */
  add(requests: readonly SamplingRequest[], options: DrawingOptions): void {
    for (const { prompt, keys } of requests) {
      const request = this.taken++;
      const completions = new Array<Completion>(keys.length);
      if (keys.length === 0) {
        this.watch.onGroup?.(request, completions);
        continue;
      }
      const asked: Asked = { request, prompt, keys, options, completions, next: 0, left: keys.length };
      this.asked.set(request, asked);
      this.waiting.push(asked);
    }
  }

  /** Begins the next sample of the first request that waits; with its last one the request waits no more. */
  begin(): Sequence {
    const asked = this.waiting[0]!;
    const { request, prompt, keys, options } = asked;
    const sample = asked.next++;
    if (asked.next === keys.length) this.waiting.shift();
    const position = prompt.length - 1;
    return { request, sample, key: keys[sample]!, options, tokens: [], logprobs: [], position };
  }

  /** Takes the next token of a sequence. False when that ended it. */
  append(sequence: Sequence, token: number, logprob: number, likeliest: readonly TokenChance[] = NONE): boolean {
    const { request, sample, options, tokens, logprobs } = sequence;
    tokens.push(token);
    this.finite &&= Number.isFinite(logprob);
    logprobs.push(logprob);
    sequence.position++;
    this.watch.onToken?.(token, request, sample, { logprob, likeliest });
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

  /** Ends a request where it stands, and tells it. @param sequences those of it that are being written */
  cancel(request: number, sequences: readonly Sequence[]): void {
    const asked = this.asked.get(request);
    if (asked === undefined) return;
    const waits = this.waiting.indexOf(asked);
    if (waits >= 0) this.waiting.splice(waits, 1);
    for (const sequence of sequences) keepCut(asked, sequence);
    this.asked.delete(request);
    this.watch.onGroup?.(request, whole(asked));
  }

  /**
   * Ends every sequence where it stands; those that haven't begun are empty. Returns the requests that this cut short.
   *
   * @param sequences all that are being written
   */
  cut(sequences: readonly Sequence[]): CutRequest[] {
    for (const sequence of sequences) keepCut(this.asked.get(sequence.request)!, sequence);
    return Array.from(this.asked.values(), (asked) => ({ request: asked.request, completions: whole(asked) }));
  }
}

function keepCut({ completions }: Asked, { sample, tokens, logprobs }: Sequence): void {
  completions[sample] = { tokens, logprobs, stop: "cancelled" };
}

/** All samples of a request that was ended; those that never began are empty. */
function whole({ completions }: Asked): Completion[] {
  return Array.from(completions, (completion) => completion ?? { tokens: [], logprobs: [], stop: "cancelled" });
}
