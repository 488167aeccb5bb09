/**
 * The program of an engine worker: holds a copy of the policy, samples from it, scores with it, and computes gradients.
 */
import type { MessagePort } from "node:worker_threads";
import { DEFAULT_DEVICE, engineFor, type Engine } from "../../engine/index.ts";
import { isShared } from "../../host/shared-memory.ts";
import { isStopped } from "../../host/stop-flag.ts";
import type { Completion } from "../../records/rollout.ts";
import { LoopSampler } from "../device/loop-sampler.ts";
import type { SamplingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import type { BasePrecision } from "../device/base-precision.ts";
import { mirrorOf } from "./mirrored-state.ts";
import { recomputation } from "./policy-size.ts";
import { PolicyTrainer, type GradientRequest, type GradientResult, type ScoreRequest } from "./policy-trainer.ts";
import { Kept } from "../kept.ts";
import { ProgramCache } from "../program-cache.ts";
import { AdapterSamplerCache, TrainedSamplerCache, type SamplerCache, type SamplerParts } from "./sampler-cache.ts";
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
  /** Takes over the published parameters; with `all`, the moments and the reference were changed too. */
  refresh(scope?: "all"): Promise<void>;
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

type Notify = (notice: RequestCompletions | WritingNotice) => void;

export default async function start(init: PolicyWorkerInit, notify: Notify): Promise<PolicyWorkerCalls> {
  return workOn(await engineFor(init.device), init, notify);
}

/** The same on an engine that is given. */
export async function workOn(engine: Engine, init: PolicyWorkerInit, notify: Notify): Promise<PolicyWorkerCalls> {
  const { threads, lean, tokenBudget, packing } = init;
  const weights = new TrainableWeights(engine, init);
  const model = {
    config: init.config,
    positions: init.positions,
    lora: init.adapted?.lora,
    recompute: recomputation(init.recompute, init),
    frozen: engine.copiesInputs ? weights.staying() : undefined,
  };
  // Under an adapter there is room: no gradients and moments of all weights stand beside it.
  const pooled = init.adapted !== undefined;
  const programs = new ProgramCache(engine, { threads, lean, pooled, unfolded: lean }, mostPrograms(model.frozen));
  const samplers = samplerCache(init, await writingEngine(engine), weights);
  const loops = engine.copiesInputs ? new Kept<LoopSampler>() : undefined;
  const createLoop = (): Promise<LoopSampler> =>
    LoopSampler.create(engine, model, weights.inputs, { threads, lean, frozen: weights.staying() });
  const trainer = new PolicyTrainer({
    model,
    weights,
    programs,
    tokenBudget,
    packing,
    onProcessor: !engine.copiesInputs,
  });
  return {
    ...(isShared(init.shared.parameters) ? {} : mirrorOf(init.shared, init.index)),
    async refresh() {
      await samplers.weightsChange();
      weights.refresh();
    },
    async sample(requests, options, stop) {
      const isPlain = LoopSampler.draws(options) && (options.precision ?? "float32") === "float32";
      const loop = isPlain ? loops : undefined;
      const sampler = await (loop?.get(createLoop) ?? samplers.sampler(options.frozen === true, options.precision));
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

/** What the constants of all training graphs may take of a device, bytes. */
const CONSTANT_BYTES = 4 * 2 ** 30;

/** Each graph has its own copy of its constants on the device. */
function mostPrograms(constants: ReadonlyMap<string, Float32Array> = new Map()): number {
  const bytes = [...constants.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  return Math.max(1, Math.floor(CONSTANT_BYTES / bytes));
}

/**
 * What writes where a loop can't: keys and values go in and out at every token, and the CPU is faster than a device
 * that they are copied to.
 */
async function writingEngine(engine: Engine): Promise<Engine> {
  return engine.copiesInputs ? engineFor(DEFAULT_DEVICE) : engine;
}

function samplerCache(
  { config, positions, adapted, threads, lean }: PolicyWorkerInit,
  engine: Engine,
  weights: TrainableWeights,
): SamplerCache {
  const model = { config, positions, lora: adapted?.lora };
  const parts: SamplerParts = { engine, model, weights, options: { threads, lean } };
  if (adapted !== undefined) return new AdapterSamplerCache(parts);
  return new TrainedSamplerCache(parts, lean);
}
