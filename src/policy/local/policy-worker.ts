/**
 * The program of an engine worker: holds a copy of the policy, samples from it, scores with it, and computes gradients.
 */
import type { MessagePort } from "node:worker_threads";
import { engineFor, type Engine } from "../../engine/index.ts";
import { isStopped } from "../../host/stop-flag.ts";
import type { Completion } from "../../records/rollout.ts";
import type { SamplingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import type { BasePrecision } from "../device/base-precision.ts";
import { PolicyTrainer, type GradientRequest, type GradientResult, type ScoreRequest } from "./policy-trainer.ts";
import { ProgramCache } from "./program-cache.ts";
import {
  AdapterSamplerCache,
  TrainedSamplerCache,
  TurnTakingSamplerCache,
  type SamplerCache,
  type SamplerParts,
} from "./sampler-cache.ts";
import { TrainableWeights, type TrainableWeightsInit } from "./trainable-weights.ts";
import { WritingIntake, type WritingNotice } from "./writing-intake.ts";

export interface PolicyWorkerInit extends TrainableWeightsInit {
  /** Longest sequence, for the tables of positions. */
  readonly positions: number;
  /** Most positions of a micro-batch, padding included. */
  readonly tokenBudget: number;
  /** Every layer is computed once more for its gradient. */
  readonly recompute: boolean;
  readonly threads: number;
  /** What isn't at work gives its memory back. */
  readonly lean: boolean;
  readonly packing: boolean;
  /** Of the weights under an adapter, on a device. */
  readonly basePrecision: BasePrecision;
  /** Brings what is to be written (`WritingOrder`). */
  readonly orders: MessagePort;
}

/** All samples of one request: what a call of `sample` tells before it ends. */
export interface RequestCompletions {
  readonly request: number;
  readonly completions: readonly Completion[];
}

export interface PolicyWorkerCalls {
  /** Takes over the published parameters. */
  refresh(): Promise<void>;
  /**
   * Samples, and tells each request's completions as soon as they have ended. Returns those that were cut short.
   *
   * @param stop holds a number other than 0 once every sequence is to end where it stands
   */
  sample(
    requests: readonly SamplingRequest[],
    options: SamplingOptions,
    stop: SharedArrayBuffer,
  ): Promise<RequestCompletions[]>;
  /** Writes the orders that come through the port, so many sequences at once, until none is left. */
  write(slots: number): Promise<void>;
  /** Log-probabilities of the completions under the policy or the reference. */
  score(request: ScoreRequest): Promise<Float32Array[]>;
  /** Computes gradients and leaves them in this worker's shared buffer. */
  gradients(request: GradientRequest): Promise<GradientResult>;
  /**
   * Sums all workers' gradients, clips, makes one optimizer step and publishes the parameters. Returns the norm before
   * clipping.
   */
  update(learningRate: number, clipNorm: number): Promise<number>;
  /** Brings parameters and moments home into the shared arrays, where a device keeps them. */
  settle(): Promise<void>;
}

export default async function start(
  init: PolicyWorkerInit,
  notify: (notice: RequestCompletions | WritingNotice) => void,
): Promise<PolicyWorkerCalls> {
  const engine = await engineFor(init.device);
  const { threads, lean, tokenBudget, packing } = init;
  const model = {
    config: init.config,
    positions: init.positions,
    lora: init.adapted?.lora,
    recompute: init.recompute,
  };
  const weights = new TrainableWeights(engine, init);
  const programs = new ProgramCache(engine, { threads, lean });
  const samplers = samplerCache(init, engine, weights, programs);
  const trainer = new PolicyTrainer({ model, weights, programs, tokenBudget, packing });
  return {
    async refresh() {
      await samplers.weightsChange();
      weights.refresh();
    },
    async sample(requests, options, stop) {
      const sampler = await samplers.sampler(options.frozen === true, options.precision);
      return sampler.sample(requests, options, {
        stopped: () => isStopped(stop),
        onGroup: (request, completions) => notify({ request, completions }),
      });
    },
    async write(slots) {
      const sampler = await samplers.sampler(true);
      const intake = new WritingIntake(init.orders, notify);
      await sampler.write(slots, (job) => intake.serve(job), intake.watch);
    },
    async score(request) {
      await samplers.yieldMemory();
      return trainer.score(request);
    },
    async gradients(request) {
      await samplers.yieldMemory();
      return trainer.gradients(request);
    },
    async update(learningRate, clipNorm) {
      await samplers.weightsChange();
      return weights.update(learningRate, clipNorm);
    },
    async settle() {},
  };
}

function samplerCache(
  { config, positions, adapted, threads, lean }: PolicyWorkerInit,
  engine: Engine,
  weights: TrainableWeights,
  programs: ProgramCache,
): SamplerCache {
  const model = { config, positions, lora: adapted?.lora };
  const parts: SamplerParts = { engine, model, weights, options: { threads, lean } };
  if (adapted !== undefined) return new AdapterSamplerCache(parts);
  return lean ? new TurnTakingSamplerCache(parts, () => programs.dispose()) : new TrainedSamplerCache(parts);
}
