/** The program of an engine worker: holds a copy of the policy, samples from it, scores with it, and computes gradients. */
import { EngineError } from "../errors.ts";
import type { PolicyLossOptions } from "../losses/index.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { parameterLayout, parameterViews, type ParameterInfo } from "../model/parameters.ts";
import { createSession, inputTensor, type InputTensor, type ModelSpec, type Session } from "../onnx/index.ts";
import { adamWUpdate, clipFactor, createAdamWState, globalNorm, type AdamWOptions, type AdamWState } from "../optimizer/index.ts";
import { Sampler } from "../rollout/sampler.ts";
import type { SampledCompletion, SamplingOptions, SamplingRequest } from "../rollout/sampling-request.ts";
import { batchInputs, microBatches, type TrainingSequence } from "./training-batch.ts";
import { crossEntropyGraph, gradientName, policyGraph, scoringGraph } from "./training-graph.ts";

export interface PolicyWorkerInit {
  readonly config: ModelConfig;
  readonly threads: number;
  /** Shared by all workers: where updated parameters are published. */
  readonly parameters: SharedArrayBuffer;
  /** One a worker: where each leaves its gradients. */
  readonly gradients: readonly SharedArrayBuffer[];
  /** Which of `gradients` is this worker's. */
  readonly index: number;
  readonly loss: PolicyLossOptions | undefined;
  readonly optimizer: AdamWOptions;
}

export interface GradientRequest {
  readonly loss: "policy" | "crossEntropy";
  readonly sequences: readonly TrainingSequence[];
  readonly temperature: number;
  /** Most positions of a micro-batch, padding included. */
  readonly tokenBudget: number;
}

/** By sequence, in the order of the request. */
export interface GradientResult {
  readonly loss: number;
  readonly logprobs: readonly Float32Array[];
  /** Summed over tokens. */
  readonly entropy: number;
  /** Summed over tokens. */
  readonly kl: number;
}

export interface OptimizerMoments {
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly updates: number;
}

export default async function start(init: PolicyWorkerInit): Promise<PolicyWorkerCalls> {
  const worker = new PolicyWorker(init);
  return {
    refresh: () => worker.refresh(),
    keepReference: (parameters) => worker.keepReference(parameters),
    reference: () => worker.reference(),
    sample: (requests, options) => worker.sample(requests, options),
    score: (request) => worker.score(request),
    gradients: (request) => worker.gradients(request),
    update: (learningRate, clipNorm) => worker.update(learningRate, clipNorm),
    moments: () => worker.moments(),
    restoreMoments: (moments) => worker.restoreMoments(moments),
  };
}

export interface PolicyWorkerCalls {
  /** Takes over the published parameters. */
  refresh(): Promise<void>;
  /** Keeps a reference policy: the current parameters, or the given ones. Returns them. */
  keepReference(parameters: Float32Array | undefined): Float32Array;
  /** The reference policy's parameters. */
  reference(): Float32Array;
  sample(requests: readonly SamplingRequest[], options: SamplingOptions): Promise<SampledCompletion[][]>;
  /** Log-probabilities of the completions under the policy or the reference. */
  score(request: { readonly model: "policy" | "reference"; readonly sequences: readonly TrainingSequence[]; readonly temperature: number; readonly tokenBudget: number }): Promise<Float32Array[]>;
  /** Computes gradients and leaves them in this worker's shared buffer. */
  gradients(request: GradientRequest): Promise<GradientResult>;
  /** Sums all workers' gradients, clips, makes one optimizer step and publishes the parameters. Returns the norm before clipping. */
  update(learningRate: number, clipNorm: number): Promise<number>;
  moments(): OptimizerMoments;
  restoreMoments(moments: OptimizerMoments): void;
}

class PolicyWorker implements PolicyWorkerCalls {
  private readonly layout: readonly ParameterInfo[];
  private readonly parameters: Float32Array;
  private readonly published: Float32Array;
  private readonly allGradients: readonly Float32Array[];
  private readonly weights: Record<string, InputTensor>;
  private referenceParameters: Float32Array | undefined;
  private state: AdamWState | undefined;
  private sampler: Sampler | undefined;
  private frozenSampler: Sampler | undefined;
  private readonly sessions = new Map<string, Promise<Session>>();

  constructor(private readonly init: PolicyWorkerInit) {
    this.layout = parameterLayout(init.config);
    this.published = new Float32Array(init.parameters);
    // ONNX Runtime refuses shared memory, so each worker reads a copy of its own.
    this.parameters = this.published.slice();
    this.allGradients = init.gradients.map((buffer) => new Float32Array(buffer));
    this.weights = this.asInputs(this.parameters);
  }

  private asInputs(parameters: Float32Array): Record<string, InputTensor> {
    const views = parameterViews(parameters, this.layout);
    return Object.fromEntries(this.layout.map((info) => [info.name, inputTensor(views.get(info.name)!, info.shape)]));
  }

  private session(name: string, build: () => ModelSpec): Promise<Session> {
    let session = this.sessions.get(name);
    if (session === undefined) this.sessions.set(name, (session = createSession(build(), { threads: this.init.threads })));
    return session;
  }

  async refresh(): Promise<void> {
    await this.thaw();
    this.parameters.set(this.published);
  }

  keepReference(parameters: Float32Array | undefined): Float32Array {
    this.referenceParameters = parameters ?? this.parameters.slice();
    return this.referenceParameters;
  }

  reference(): Float32Array {
    if (this.referenceParameters === undefined) throw new EngineError("Expected a reference policy to be kept before it is used.");
    return this.referenceParameters;
  }

  async sample(requests: readonly SamplingRequest[], options: SamplingOptions): Promise<SampledCompletion[][]> {
    const { config, threads } = this.init;
    if (options.frozen === true) {
      this.frozenSampler ??= await Sampler.createFrozen(config, parameterViews(this.parameters, this.layout), threads);
      return this.frozenSampler.sample(requests, options);
    }
    this.sampler ??= await Sampler.create(config, this.weights, threads);
    return this.sampler.sample(requests, options);
  }

  /** The weights change: what was compiled for the old ones goes. */
  private async thaw(): Promise<void> {
    await this.frozenSampler?.release();
    this.frozenSampler = undefined;
  }

  async score({ model, sequences, temperature, tokenBudget }: Parameters<PolicyWorkerCalls["score"]>[0]): Promise<Float32Array[]> {
    const weights = model === "policy" ? this.weights : this.asInputs(this.reference());
    const session = await this.session("score", () => scoringGraph(this.init.config));
    const scores = new Array<Float32Array>(sequences.length);
    for (const batch of microBatches(sequences, tokenBudget)) {
      const chosen = batch.map((i) => sequences[i]!);
      const { tokens, mask, rows, labels, inverseTemperature } = batchInputs(chosen, this.init.config, temperature);
      const outputs = await session.run({ ...weights, tokens: tokens!, mask: mask!, rows: rows!, labels: labels!, inverseTemperature: inverseTemperature! });
      cutByToken(outputs["logprobs"]!.data as Float32Array, chosen).forEach((part, i) => (scores[batch[i]!] = part));
    }
    return scores;
  }

  async gradients(request: GradientRequest): Promise<GradientResult> {
    const { config, loss: lossOptions } = this.init;
    const { sequences, loss: kind, temperature, tokenBudget } = request;
    const session = await this.session(kind, () => (kind === "policy" ? policyGraph(config, lossOptions!) : crossEntropyGraph(config)));
    const target = this.allGradients[this.init.index]!;
    target.fill(0);
    const logprobs = new Array<Float32Array>(sequences.length);
    const sums = { loss: 0, entropy: 0, kl: 0 };
    for (const batch of microBatches(sequences, tokenBudget)) {
      const chosen = batch.map((i) => sequences[i]!);
      const { advantages, oldLogprobs, refLogprobs, ...inputs } = batchInputs(chosen, config, temperature);
      const policyInputs = { advantages: advantages!, oldLogprobs: oldLogprobs!, ...(lossOptions !== undefined && lossOptions.klCoefficient > 0 ? { refLogprobs: refLogprobs! } : {}) };
      const outputs = await session.run({ ...this.weights, ...inputs, ...(kind === "policy" ? policyInputs : {}) });
      sums.loss += (outputs["loss"]!.data as Float32Array)[0]!;
      sums.entropy += sum(outputs["entropy"]?.data as Float32Array | undefined);
      sums.kl += sum(outputs["kl"]?.data as Float32Array | undefined);
      cutByToken(outputs["logprobs"]!.data as Float32Array, chosen).forEach((part, i) => (logprobs[batch[i]!] = part));
      for (const info of this.layout) addInto(target, info.offset, outputs[gradientName(info.name)]!.data as Float32Array);
    }
    return { ...sums, logprobs };
  }

  async update(learningRate: number, clipNorm: number): Promise<number> {
    await this.thaw();
    const [total, ...others] = this.allGradients as [Float32Array, ...Float32Array[]];
    for (const gradients of others) addInto(total, 0, gradients);
    const norm = globalNorm(total);
    if (!Number.isFinite(norm)) throw new EngineError(`Expected a finite gradient, got a norm of ${norm}; nothing was updated. Lower the learning rate, or resume from an earlier checkpoint.`);
    this.state ??= createAdamWState(this.parameters.length);
    adamWUpdate(this.parameters, total, this.state, learningRate, clipFactor(norm, clipNorm), this.layout, this.init.optimizer);
    this.published.set(this.parameters);
    return norm;
  }

  moments(): OptimizerMoments {
    this.state ??= createAdamWState(this.parameters.length);
    return { ...this.state };
  }

  restoreMoments(moments: OptimizerMoments): void {
    this.state = { firstMoment: moments.firstMoment.slice(), secondMoment: moments.secondMoment.slice(), updates: moments.updates };
  }
}

/** The rows of a batch's tokens, cut by sequence. */
function cutByToken(values: Float32Array, sequences: readonly TrainingSequence[]): Float32Array[] {
  let at = 0;
  return sequences.map((sequence) => values.slice(at, (at += sequence.tokens.length)));
}

function addInto(target: Float32Array, offset: number, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) target[offset + i] = target[offset + i]! + values[i]!;
}

function sum(values: Float32Array | undefined): number {
  let total = 0;
  for (const value of values ?? []) total += value;
  return total;
}
