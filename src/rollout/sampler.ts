import { uniformAt, type RandomKey } from "../random.ts";
import { causalMask } from "../model/decoder.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { createSession, inputTensor, type InputTensor, type Session } from "../onnx/index.ts";
import { drawToken, type DrawOptions } from "./draw-token.ts";
import { KeyValueCache } from "./kv-cache.ts";
import { prefillGraph, stepGraph } from "./sampling-graphs.ts";

export interface SamplingOptions extends DrawOptions {
  /** Divides the logits; 1 for the model's own distribution. Ignored when greedy. */
  readonly temperature: number;
  /** Most tokens of a completion. */
  readonly maxNewTokens: number;
  /** Most sequences that are written at once. */
  readonly slots: number;
}

/** One prompt and the samples that are wanted of it. */
export interface SamplingRequest {
  readonly prompt: readonly number[];
  /** A key for each sample: its draws depend on nothing else. */
  readonly keys: readonly RandomKey[];
}

export interface SampledCompletion {
  readonly tokens: readonly number[];
  /** At the sampling temperature, before top-k and top-p. */
  readonly logprobs: readonly number[];
  readonly finished: boolean;
}

/** A sequence that is being written. */
interface Sequence {
  readonly request: number;
  readonly sample: number;
  readonly key: RandomKey;
  readonly tokens: number[];
  readonly logprobs: number[];
  /** Position of the last token of `tokens`. */
  position: number;
}

interface ReadPrompt {
  readonly keyValues: Float32Array;
  readonly firstRow: number;
  readonly probabilities: Float32Array;
  readonly row: number;
}

/** Samples completions of one model in one thread. */
export class Sampler {
  private constructor(
    private readonly config: ModelConfig,
    private readonly weights: Readonly<Record<string, InputTensor>>,
    private readonly prefill: Session,
    private readonly step: Session,
  ) {}

  /** @param weights the model's parameters by name, as inputs of the engine; they may change between calls of `sample` */
  static async create(config: ModelConfig, weights: Readonly<Record<string, InputTensor>>, threads: number = 1): Promise<Sampler> {
    const prefill = await createSession(prefillGraph(config, config.maxPositions), { threads });
    const step = await createSession(stepGraph(config, config.maxPositions), { threads });
    return new Sampler(config, weights, prefill, step);
  }

  async release(): Promise<void> {
    await this.prefill.release();
    await this.step.release();
  }

  /** Samples every request; the result is by request and sample, whatever the order of the work. */
  async sample(requests: readonly SamplingRequest[], options: SamplingOptions): Promise<SampledCompletion[][]> {
    const job = new SamplingJob(this.config, requests, options);
    const inverseTemperature = inputTensor(new Float32Array([options.greedy ? 1 : 1 / options.temperature]), []);
    const fixed = { ...this.weights, inverseTemperature };
    while (job.unfinished) {
      const prompts = job.promptsToRead();
      if (prompts.length > 0) job.keepPrompts(prompts, await this.prefill.run({ ...fixed, ...promptInputs(requests, prompts, this.config) }));
      job.fillSlots();
      if (job.active === 0) continue;
      const outputs = await this.step.run({ ...fixed, ...job.stepInputs() });
      job.takeStep(outputs["probabilities"]!.data as Float32Array, outputs["keyValues"]!.data as Float32Array);
    }
    return job.results;
  }
}

/** Prompts padded on the right to one length. */
function promptInputs(requests: readonly SamplingRequest[], prompts: readonly number[], config: ModelConfig): Record<string, InputTensor> {
  const time = promptTime(requests, prompts);
  const tokens = new BigInt64Array(prompts.length * time);
  const rows = new BigInt64Array(prompts.length);
  prompts.forEach((request, row) => {
    const { prompt } = requests[request]!;
    prompt.forEach((token, i) => (tokens[row * time + i] = BigInt(token)));
    rows[row] = BigInt(row * time + prompt.length - 1);
  });
  const group = config.heads / config.kvHeads;
  return {
    tokens: inputTensor(tokens, [prompts.length, time]),
    rows: inputTensor(rows, [prompts.length, 1]),
    mask: inputTensor(causalMask(time, group), [time * group, time]),
  };
}

function promptTime(requests: readonly SamplingRequest[], prompts: readonly number[]): number {
  return Math.max(...prompts.map((request) => requests[request]!.prompt.length));
}

/** The book-keeping of one call of `sample`: which sequence is in which slot, and what comes next. */
class SamplingJob {
  readonly results: SampledCompletion[][];
  active = 0;
  private readonly slots: (Sequence | undefined)[];
  private readonly cache: KeyValueCache;
  private readonly read = new Map<number, ReadPrompt>();
  private readonly tokens: BigInt64Array;
  private readonly positions: BigInt64Array;
  private nextRequest = 0;
  private nextSample = 0;
  private readonly stopTokens: ReadonlySet<number>;

  constructor(
    private readonly config: ModelConfig,
    private readonly requests: readonly SamplingRequest[],
    private readonly options: SamplingOptions,
  ) {
    const samples = requests.reduce((sum, request) => sum + request.keys.length, 0);
    const count = Math.max(1, Math.min(options.slots, samples));
    this.results = requests.map((request) => new Array<SampledCompletion>(request.keys.length));
    this.slots = new Array<Sequence | undefined>(count).fill(undefined);
    this.cache = new KeyValueCache(config, count);
    this.tokens = new BigInt64Array(count);
    this.positions = new BigInt64Array(count);
    this.stopTokens = new Set(config.eosTokenIds);
    this.skipEmptyRequests();
  }

  get unfinished(): boolean {
    return this.active > 0 || this.nextRequest < this.requests.length;
  }

  /** New sequences are started a few at a time, so that reading prompts stays a batched operation. */
  private get wantsMore(): boolean {
    const free = this.slots.length - this.active;
    return this.nextRequest < this.requests.length && (this.active === 0 || free >= Math.max(1, this.slots.length >> 4));
  }

  /** The prompts of the sequences that would fill the free slots, as far as they haven't been read. */
  promptsToRead(): number[] {
    if (!this.wantsMore) return [];
    const prompts: number[] = [];
    let free = this.slots.length - this.active;
    let sample = this.nextSample;
    for (let request = this.nextRequest; request < this.requests.length && free > 0; request++, sample = 0) {
      if (!this.read.has(request) && this.requests[request]!.keys.length > 0) prompts.push(request);
      free -= this.requests[request]!.keys.length - sample;
    }
    return prompts;
  }

  keepPrompts(prompts: readonly number[], outputs: Readonly<Record<string, { readonly data: unknown }>>): void {
    const time = promptTime(this.requests, prompts);
    const probabilities = outputs["probabilities"]!.data as Float32Array;
    const keyValues = outputs["keyValues"]!.data as Float32Array;
    prompts.forEach((request, row) => this.read.set(request, { keyValues, firstRow: row * time, probabilities, row }));
  }

  fillSlots(): void {
    if (!this.wantsMore) return;
    while (this.nextRequest < this.requests.length && this.active < this.slots.length) this.startSequence();
  }

  private startSequence(): void {
    const request = this.nextRequest;
    const sample = this.nextSample++;
    const { prompt, keys } = this.requests[request]!;
    const read = this.read.get(request)!;
    const sequence: Sequence = { request, sample, key: keys[sample]!, tokens: [], logprobs: [], position: prompt.length - 1 };
    if (this.nextSample === keys.length) {
      this.nextRequest++;
      this.nextSample = 0;
      this.read.delete(request);
      this.skipEmptyRequests();
    }
    if (!this.append(sequence, read.probabilities, read.row)) return;
    const slot = this.active++;
    this.slots[slot] = sequence;
    this.cache.reserve(prompt.length + 1);
    this.cache.clear(slot);
    for (let i = 0; i < prompt.length; i++) this.cache.write(slot, i, read.keyValues, read.firstRow + i);
  }

  private skipEmptyRequests(): void {
    while (this.nextRequest < this.requests.length && this.requests[this.nextRequest]!.keys.length === 0) this.nextRequest++;
  }

  /** Draws the next token of a sequence. False when that ended it. */
  private append(sequence: Sequence, probabilities: Float32Array, row: number): boolean {
    const size = this.config.vocabSize;
    const token = drawToken(probabilities, row, size, uniformAt(sequence.key, sequence.tokens.length), this.options);
    sequence.tokens.push(token);
    sequence.logprobs.push(Math.fround(Math.log(probabilities[row * size + token]!)));
    sequence.position++;
    const finished = this.stopTokens.has(token);
    if (!finished && sequence.tokens.length < this.options.maxNewTokens) return true;
    this.results[sequence.request]![sequence.sample] = { tokens: sequence.tokens, logprobs: sequence.logprobs, finished };
    return false;
  }

  stepInputs(): Record<string, InputTensor> {
    let longest = 0;
    for (let slot = 0; slot < this.active; slot++) {
      const sequence = this.slots[slot]!;
      this.tokens[slot] = BigInt(sequence.tokens[sequence.tokens.length - 1]!);
      this.positions[slot] = BigInt(sequence.position);
      longest = Math.max(longest, sequence.position);
    }
    this.cache.shrink(longest + 1, this.active);
    this.cache.reserve(longest + 1);
    return {
      tokens: inputTensor(this.tokens.subarray(0, this.active), [this.active, 1]),
      positions: inputTensor(this.positions.subarray(0, this.active), [this.active, 1]),
      ...this.cache.asInputs(this.active),
    };
  }

  takeStep(probabilities: Float32Array, keyValues: Float32Array): void {
    const before = this.active;
    const ended: number[] = [];
    for (let slot = 0; slot < before; slot++) {
      const sequence = this.slots[slot]!;
      this.cache.write(slot, sequence.position, keyValues, slot);
      if (!this.append(sequence, probabilities, slot)) ended.push(slot);
    }
    // Ended slots are closed from the back, so that the one that moves in is always still being written.
    for (let i = ended.length - 1; i >= 0; i--) this.closeSlot(ended[i]!);
  }

  private closeSlot(slot: number): void {
    const last = --this.active;
    if (slot !== last) {
      this.slots[slot] = this.slots[last];
      this.cache.move(last, slot);
    }
    this.slots[last] = undefined;
  }
}
