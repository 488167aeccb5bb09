import { causalMask } from "../../model/decoder.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { createSession, inputTensor, type InputTensor, type Session, type SessionOptions } from "../../engine/index.ts";
import { prefillGraph, stepGraph, type SampledModel } from "./sampling-graphs.ts";
import { promptTime, SamplingJob } from "./sampling-job.ts";
import type { SampledCompletion, SamplingOptions, SamplingRequest, SamplingWatch } from "./sampling-request.ts";

export interface SamplerOptions extends SessionOptions {
  readonly frozen?: ReadonlyMap<string, Float32Array>;
}

/** Samples completions of one model in one thread. */
export class Sampler {
  private constructor(
    private readonly config: ModelConfig,
    private readonly prefillWeights: Readonly<Record<string, InputTensor>>,
    private readonly stepWeights: Readonly<Record<string, InputTensor>>,
    private readonly prefill: Session,
    private readonly step: Session,
  ) {}

  /**
   * @param weights the model's parameters by name, as inputs of the engine; they may change between calls of `sample`
   * @param frozen those of them that don't change: writing has them as constants, which the engine packs once. It pays
   *   where much is sampled from the same weights. Prompts are read with all weights as inputs, since there packing is
   *   a small part.
   */
  static async create(
    model: SampledModel,
    weights: Readonly<Record<string, InputTensor>>,
    { frozen = new Map(), ...engine }: SamplerOptions,
  ): Promise<Sampler> {
    const prefill = await createSession(prefillGraph(model), engine);
    const step = await createSession(stepGraph(model, frozen), engine);
    const fed = Object.fromEntries(Object.entries(weights).filter(([name]) => !frozen.has(name)));
    return new Sampler(model.config, weights, fed, prefill, step);
  }

  async release(): Promise<void> {
    await this.prefill.release();
    await this.step.release();
  }

  /** Samples every request; the result is by request and sample, whatever the order of the work. */
  async sample(
    requests: readonly SamplingRequest[],
    options: SamplingOptions,
    { onToken, stopped }: SamplingWatch = {},
  ): Promise<SampledCompletion[][]> {
    const job = new SamplingJob(this.config, requests, options, onToken);
    const inverseTemperature = inputTensor(new Float32Array([options.greedy ? 1 : 1 / options.temperature]), []);
    while (job.unfinished) {
      if (stopped?.() === true) return job.cut();
      const prompts = job.promptsToRead();
      if (prompts.length > 0)
        job.keepPrompts(
          prompts,
          await this.prefill.run({
            ...this.prefillWeights,
            inverseTemperature,
            ...promptInputs(requests, prompts, this.config),
          }),
        );
      job.fillSlots();
      const deck = job.nextDeck();
      if (deck === undefined) continue;
      const outputs = await this.step.run({ ...this.stepWeights, inverseTemperature, ...deck.stepInputs() });
      job.takeStep(deck, outputs["probabilities"]!.data as Float32Array, outputs["keyValues"]!.data as Float32Array);
    }
    return job.results;
  }
}

/** Prompts padded on the right to one length. */
function promptInputs(
  requests: readonly SamplingRequest[],
  prompts: readonly number[],
  config: ModelConfig,
): Record<string, InputTensor> {
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
