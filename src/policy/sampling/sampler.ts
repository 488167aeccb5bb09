import { EngineError } from "../../errors.ts";
import { causalMask } from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import {
  readFloats,
  type DenseTensor,
  type Engine,
  type EngineTensor,
  type Program,
  type ProgramInputs,
} from "../../engine/index.ts";
import { CachePool } from "./cache-pool.ts";
import { readPrefix, type ReadPrefix } from "./read-prefix.ts";
import { SamplerPrograms, type SamplerOptions } from "./sampler-programs.ts";
import type { SampledModel } from "./sampling-graphs.ts";
import { jobSizeFor, openJobSize, promptTime, SamplingJob, type UnreadPrompt } from "./sampling-job.ts";
import { inverseTemperature } from "./slot-deck.ts";
import { StepResults } from "./step-results.ts";
import { NOT_FINITE, type CutRequest, type OpenSamplingJob } from "./request-book.ts";
import type { SamplingOptions, SamplingRequest, SamplingWatch } from "./sampling-request.ts";

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
    private readonly programs: SamplerPrograms,
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
    options: SamplerOptions,
  ): Promise<Sampler> {
    const programs = new SamplerPrograms(engine, model, options);
    await programs.prefill();
    const { config } = model;
    const kept = { caches: new CachePool(config), results: new StepResults(engine, config) };
    return new Sampler({ config, lean: options.lean ?? false, ...kept }, weights, programs);
  }

  async dispose(): Promise<void> {
    await this.programs.dispose();
    this.model.caches.clear();
    this.model.results.dispose();
  }

  /** Samples every request and tells each as soon as it has ended. Returns those that were cut short. */
  async sample(
    requests: readonly SamplingRequest[],
    options: SamplingOptions,
    watch: SamplingWatch & { readonly stopped?: () => boolean },
  ): Promise<CutRequest[]> {
    const size = jobSizeFor(this.model.config, requests, options.slots);
    const job = new SamplingJob(this.model, size, watch);
    job.add(requests, options);
    const prefix = size.prefix === 0 ? undefined : await this.readPrefix(requests[0]!.prompt.slice(0, size.prefix));
    await this.work(job, () => watch.stopped?.() !== true, prefix);
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

  /**
   * Steps of a job until it has nothing left.
   *
   * @param goesOn asked before each step
   * @param prefix what all prompts of the job begin with
   */
  private async work(job: SamplingJob, goesOn: () => boolean, prefix?: ReadPrefix): Promise<void> {
    const { caches, lean, config, results } = this.model;
    try {
      while (goesOn() && job.unfinished) {
        const prompts = job.promptsToRead();
        if (prompts.length > 0) {
          const prefill = await (prefix === undefined ? this.programs.prefill() : this.programs.prefillBehind());
          const inputs = { ...promptInputs(prompts, config, prefix?.length), ...prefix?.prefill };
          const read = await this.run(prefill, { ...this.weights, ...inputs });
          job.keepPrompts(prompts, read.probabilities, read.keyValues);
        }
        job.fillSlots();
        const deck = job.nextDeck();
        if (deck === undefined) continue;
        const step = await this.programs.step(prefix !== undefined);
        const inputs = { ...this.weights, ...deck.stepInputs(), ...prefix?.step };
        const written = await this.run(step, inputs, results.of(deck.running));
        job.takeStep(deck, written.probabilities, written.keyValues);
      }
    } finally {
      if (lean || !job.finite) caches.clear();
      else caches.trim();
    }
  }

  /** Reads what all prompts begin with. */
  private async readPrefix(prompt: readonly number[]): Promise<ReadPrefix> {
    const { config } = this.model;
    const alone = { request: 0, prompt, temperature: 1, greedy: false };
    const { keyValues } = await this.run(await this.programs.prefill(), {
      ...this.weights,
      ...promptInputs([alone], config),
    });
    return readPrefix(keyValues, prompt.length, config);
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

/** Prompts padded on the right to one length, or their rests behind a prefix of so many tokens. */
function promptInputs(
  prompts: readonly UnreadPrompt[],
  config: ModelConfig,
  prefix: number = 0,
): Record<string, DenseTensor> {
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
    mask: { data: causalMask(prefix + time, group, time), dims: [time * group, prefix + time] },
    inverseTemperature: { data: Float32Array.from(prompts, inverseTemperature), dims: [prompts.length, 1] },
  };
}
