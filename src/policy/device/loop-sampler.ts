import {
  readFloats,
  type DenseTensor,
  type Engine,
  type EngineTensor,
  type Program,
  type ProgramInputs,
} from "../../engine/index.ts";
import { causalMask } from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { uniformAt } from "../../random.ts";
import { HIDDEN } from "../gradients/packing.ts";
import { RequestBook, type CutRequest, type Sequence } from "../sampling/request-book.ts";
import type { SampledModel } from "../sampling/sampling-graphs.ts";
import type { SamplerOptions } from "../sampling/sampler-programs.ts";
import type { DrawingOptions, SamplingOptions, SamplingRequest, SamplingWatch } from "../sampling/sampling-request.ts";
import { inverseTemperature } from "../sampling/slot-deck.ts";
import { TAKE_LIKELIEST } from "./draw-graph.ts";
import { writingLoopGraph } from "./writing-loop.ts";

/** The largest uniform number below 1 in float32. */
const BELOW_ONE = 1 - 2 ** -24;
/** Prompts are cut in two, and neither part may be empty. */
const LEAST_TIME = 2;
/** Sequences that are written at once where nobody says. */
const SLOTS = 64;

/**
 * Samples completions by one run for as many as have slots, until all of them have ended. Prompts that begin alike are
 * read whole, each for itself.
 */
export class LoopSampler {
  private constructor(
    private readonly config: ModelConfig,
    private readonly weights: ProgramInputs,
    private readonly program: Program,
  ) {}

  /**
   * @param weights the model's parameters by name, as inputs of the engine; they may change between calls of `sample`
   */
  static async create(
    engine: Engine,
    model: SampledModel,
    weights: Readonly<Record<string, EngineTensor>>,
    { frozen = new Map(), ...options }: SamplerOptions,
  ): Promise<LoopSampler> {
    // Keys and values grow with every step: memory that is planned by shape would be planned anew at each.
    const program = await engine.compile(writingLoopGraph(model, frozen), { ...options, lean: true });
    return new LoopSampler(model.config, weights, program);
  }

  /** Whether it can draw so: from the whole distribution, or the likeliest. */
  static draws({ topK, topP, greedy, likeliest = 0 }: DrawingOptions): boolean {
    return likeliest === 0 && (greedy || (topK === 0 && topP === 1));
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }

  /**
   * Samples every request and tells each as soon as it has ended. Returns those that were cut short: what is being
   * written is written to its end first.
   */
  async sample(
    requests: readonly SamplingRequest[],
    options: SamplingOptions,
    watch: SamplingWatch & { readonly stopped?: () => boolean },
  ): Promise<CutRequest[]> {
    const book = new RequestBook(this.config, watch);
    book.add(requests, options);
    while (book.unfinished && watch.stopped?.() !== true) {
      const sequences: Sequence[] = [];
      while (book.waiting.length > 0 && sequences.length < (options.slots ?? SLOTS)) sequences.push(book.begin());
      await this.write(sequences, requests, book);
    }
    return book.cut([]);
  }

  private async write(
    sequences: readonly Sequence[],
    requests: readonly SamplingRequest[],
    book: RequestBook,
  ): Promise<void> {
    const inputs = { ...this.weights, ...loopInputs(sequences, requests, this.config) };
    const drawn = await readFloats(await this.program.run(inputs), "drawn");
    sequences.forEach((sequence, slot) => {
      for (let at = 2 * slot; ; at += 2 * sequences.length) {
        const [token, probability] = [drawn[at]!, drawn[at + 1]!];
        const logprob = Math.fround(Math.log(probability));
        if (!book.append(sequence, token, logprob)) return;
      }
    });
  }
}

/** What the graph reads for some sequences of requests: each prompt once. */
function loopInputs(
  sequences: readonly Sequence[],
  requests: readonly SamplingRequest[],
  config: ModelConfig,
): Record<string, DenseTensor> {
  const read = [...new Set(sequences.map(({ request }) => request))];
  const prompts = read.map((request) => requests[request]!.prompt);
  const time = Math.max(LEAST_TIME, ...prompts.map(({ length }) => length));
  const slots = sequences.length;
  const promptOf = sequences.map(({ request }) => read.indexOf(request));
  const padding = prompts.map(({ length }) => paddingOf(time - length, time));
  const slotPadding = new Float32Array(slots * (time - 1));
  promptOf.forEach((prompt, slot) => slotPadding.set(padding[prompt]!.subarray(0, time - 1), slot * (time - 1)));
  const group = config.heads / config.kvHeads;
  const column = (values: Iterable<number>): DenseTensor => ({ data: Float32Array.from(values), dims: [slots, 1] });
  return {
    ...promptInputs(prompts, time),
    padding: { data: Float32Array.from(padding.flatMap((row) => [...row])), dims: [prompts.length, 1, 1, time] },
    causal: { data: causalMask(time, group), dims: [time * group, time] },
    promptOf: { data: BigInt64Array.from(promptOf, BigInt), dims: [slots] },
    promptLengths: {
      data: BigInt64Array.from(promptOf, (prompt) => BigInt(prompts[prompt]!.length)),
      dims: [slots, 1],
    },
    slotPadding: { data: slotPadding, dims: [slots, 1, 1, time - 1] },
    inverseTemperature: column(sequences.map(({ options }) => inverseTemperature(options))),
    rowNumbers: column(sequences.keys()),
    ended: column(sequences.map(() => 0)),
    ...uniformInputs(sequences),
  };
}

/** What is added to the scores of a prompt that begins after so many places. */
function paddingOf(places: number, time: number): Float32Array {
  return new Float32Array(time).fill(HIDDEN, 0, places);
}

/** Prompts padded on the left, so that all of them end at the same place. */
function promptInputs(prompts: readonly (readonly number[])[], time: number): Record<string, DenseTensor> {
  const tokens = new BigInt64Array(prompts.length * time);
  const positions = new BigInt64Array(prompts.length * time);
  const rows = new BigInt64Array(prompts.length);
  prompts.forEach((prompt, row) => {
    const start = (row + 1) * time - prompt.length;
    prompt.forEach((token, i) => {
      tokens[start + i] = BigInt(token);
      positions[start + i] = BigInt(i);
    });
    rows[row] = BigInt((row + 1) * time - 1);
  });
  const dims = [prompts.length, time];
  return {
    tokens: { data: tokens, dims },
    positions: { data: positions, dims },
    rows: { data: rows, dims: [prompts.length, 1] },
  };
}

/** The numbers that every token of every slot is drawn with. */
function uniformInputs(sequences: readonly Sequence[]): Record<string, DenseTensor> {
  const steps = Math.max(...sequences.map(({ options }) => options.maxNewTokens));
  const uniforms = new Float32Array(steps * sequences.length);
  sequences.forEach(({ key, options }, slot) => {
    for (let step = 0; step < steps; step++)
      uniforms[step * sequences.length + slot] = options.greedy
        ? TAKE_LIKELIEST
        : Math.min(BELOW_ONE, uniformAt(key, step));
  });
  return {
    steps: { data: BigInt64Array.of(BigInt(steps)), dims: [] },
    uniforms: { data: uniforms, dims: [steps, sequences.length, 1] },
  };
}
