import { EngineError } from "../../errors.ts";
import { causalMask } from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import {
  readFloats,
  type DenseTensor,
  type Engine,
  type EngineTensor,
  type ModelSpec,
  type Program,
  type ProgramInputs,
  type ProgramOptions,
} from "../../engine/index.ts";
import { CachePool } from "./cache-pool.ts";
import { inRolloutPrecision, type RolloutPrecision } from "./rollout-precision.ts";
import { prefillGraph, stepGraph, type SampledModel } from "./sampling-graphs.ts";
import { jobSizeFor, openJobSize, promptTime, SamplingJob, type UnreadPrompt } from "./sampling-job.ts";
import { inverseTemperature } from "./slot-deck.ts";
import { StepResults } from "./step-results.ts";
import { NOT_FINITE, type CutRequest, type OpenSamplingJob } from "./request-book.ts";
import type { SamplingOptions, SamplingRequest, SamplingWatch } from "./sampling-request.ts";

export interface SamplerOptions extends ProgramOptions {
  /** Those of the weights that don't change: writing has them as constants, which the engine packs once. */
  readonly frozen?: ReadonlyMap<string, Float32Array>;
  /** What tokens are written with; prompts are read in float32. Other than that it needs `frozen`. */
  readonly precision?: RolloutPrecision;
  /** The graphs as they read the weights, where those are held otherwise than in float32. */
  readonly rewritten?: (graph: ModelSpec) => ModelSpec;
}

/** A model's shape, and what goes from one call of `sample` to the next. */
interface SamplerModel {
  readonly config: ModelConfig;
  readonly caches: CachePool;
  readonly results: StepResults;
  /** Memory is given back at the end of a call. */
  readonly lean: boolean;
}

/** Samples completions of one model in one thread. */
export class Sampler {
  private constructor(
    private readonly model: SamplerModel,
    private readonly weights: ProgramInputs,
    private readonly prefill: Program,
    private readonly step: Program,
  ) {}

  /**
   * @param weights the model's parameters by name, as inputs of the engine; they may change between calls of `sample`
   *
   * Frozen weights pay where much is sampled from the same weights. Prompts are read with all weights as inputs, since
   * there packing is a small part.
   */
  static async create(
    engine: Engine,
    model: SampledModel,
    weights: Readonly<Record<string, EngineTensor>>,
    { frozen, precision = "float32", rewritten = (graph) => graph, ...options }: SamplerOptions,
  ): Promise<Sampler> {
    const prefill = await engine.compile(rewritten(prefillGraph(model)), options);
    const writing = inRolloutPrecision(stepGraph(model, frozen), frozen ?? new Map(), precision);
    const step = await engine.compile(rewritten(writing), options);
    const { config } = model;
    const kept = { caches: new CachePool(config), results: new StepResults(engine, config) };
    return new Sampler({ config, lean: options.lean ?? false, ...kept }, weights, prefill, step);
  }

  async dispose(): Promise<void> {
    await this.prefill.dispose();
    await this.step.dispose();
    this.model.caches.clear();
    this.model.results.dispose();
  }

  /** Samples every request and tells each as soon as it has ended. Returns those that were cut short. */
  async sample(
    requests: readonly SamplingRequest[],
    options: SamplingOptions,
    watch: SamplingWatch & { readonly stopped?: () => boolean },
  ): Promise<CutRequest[]> {
    const job = new SamplingJob(this.model, jobSizeFor(this.model.config, requests, options.slots), watch);
    job.add(requests, options);
    await this.work(job, () => watch.stopped?.() !== true);
    return job.cut();
  }

  /**
   * Writes requests that come while others are written, until none is left.
   *
   * @param slots sequences that are written at once
   * @param intake is given the job before each step, to add and to cancel
   * @throws EngineError where the model gives what isn't a number
   */
  async write(slots: number, intake: (job: OpenSamplingJob) => void, watch: SamplingWatch): Promise<void> {
    const job = new SamplingJob(this.model, openJobSize(slots), watch);
    await this.work(job, () => {
      if (!job.finite) throw new EngineError(NOT_FINITE);
      intake(job);
      return true;
    });
  }

  /** Steps of a job until it has nothing left. @param goesOn asked before each step */
  private async work(job: SamplingJob, goesOn: () => boolean): Promise<void> {
    const { caches, lean, config, results } = this.model;
    try {
      while (goesOn() && job.unfinished) {
        const prompts = job.promptsToRead();
        if (prompts.length > 0) {
          const read = await this.run(this.prefill, { ...this.weights, ...promptInputs(prompts, config) });
          job.keepPrompts(prompts, read.probabilities, read.keyValues);
        }
        job.fillSlots();
        const deck = job.nextDeck();
        if (deck === undefined) continue;
        const written = await this.run(this.step, { ...this.weights, ...deck.stepInputs() }, results.of(deck.running));
        job.takeStep(deck, written.probabilities, written.keyValues);
      }
    } finally {
      if (lean || !job.finite) caches.clear();
      else caches.trim();
    }
  }

  private async run(
    program: Program,
    inputs: ProgramInputs,
    results?: Readonly<Record<string, EngineTensor>>,
  ): Promise<{ readonly probabilities: Float32Array; readonly keyValues: Float32Array }> {
    const outputs = await program.run(inputs, results);
    return {
      probabilities: await readFloats(outputs, "probabilities"),
      keyValues: await readFloats(outputs, "keyValues"),
    };
  }
}

/** Prompts padded on the right to one length. */
function promptInputs(prompts: readonly UnreadPrompt[], config: ModelConfig): Record<string, DenseTensor> {
  const time = promptTime(prompts);
  const tokens = new BigInt64Array(prompts.length * time);
  const rows = new BigInt64Array(prompts.length);
  prompts.forEach(({ prompt }, row) => {
    prompt.forEach((token, i) => (tokens[row * time + i] = BigInt(token)));
    rows[row] = BigInt(row * time + prompt.length - 1);
  });
  const group = config.heads / config.kvHeads;
  return {
    tokens: { data: tokens, dims: [prompts.length, time] },
    rows: { data: rows, dims: [prompts.length, 1] },
    mask: { data: causalMask(time, group), dims: [time * group, time] },
    inverseTemperature: { data: Float32Array.from(prompts, inverseTemperature), dims: [prompts.length, 1] },
  };
}
