import { causalMask } from "../model/decoder.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { createSession, inputTensor, type InputTensor, type Session } from "../onnx/index.ts";
import { prefillGraph, stepGraph } from "./sampling-graphs.ts";
import { promptTime, SamplingJob } from "./sampling-job.ts";
import type { SampledCompletion, SamplingOptions, SamplingRequest } from "./sampling-request.ts";

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

  /** A sampler whose weights are constants: the engine packs them once, which pays where much is sampled from the same weights. */
  static async createFrozen(config: ModelConfig, weights: ReadonlyMap<string, Float32Array>, threads: number = 1): Promise<Sampler> {
    const prefill = await createSession(prefillGraph(config, config.maxPositions, weights), { threads });
    const step = await createSession(stepGraph(config, config.maxPositions, weights), { threads });
    return new Sampler(config, {}, prefill, step);
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
      const deck = job.nextDeck();
      if (deck === undefined) continue;
      const outputs = await this.step.run({ ...fixed, ...deck.stepInputs() });
      job.takeStep(deck, outputs["probabilities"]!.data as Float32Array, outputs["keyValues"]!.data as Float32Array);
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
