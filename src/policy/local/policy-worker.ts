/**
 * The program of an engine worker: holds a copy of the policy, samples from it, scores with it, and computes gradients.
 */
import { EngineError } from "../../errors.ts";
import type { PolicyLossOptions } from "../../losses/index.ts";
import { createSession, type InputTensor, type ModelSpec, type Session } from "../../engine/index.ts";
import { Sampler } from "../sampling/sampler.ts";
import type {
  SampledCompletion,
  SamplingOptions,
  SamplingRequest,
  SamplingWatch,
} from "../sampling/sampling-request.ts";
import { logitChunks } from "../gradients/logit-chunks.ts";
import { packedBatches, packedInputs } from "../gradients/packing.ts";
import { sharedBatches, sharedInputs } from "../gradients/shared-prompts.ts";
import { TrainableWeights, type TrainableWeightsInit } from "./trainable-weights.ts";
import { batchInputs, cutByToken, microBatches, type TrainingSequence } from "../gradients/training-batch.ts";
import { crossEntropyGraph, policyGraph, scoringGraph, type TrainedModel } from "../gradients/training-graph.ts";

export interface PolicyWorkerInit extends TrainableWeightsInit {
  /** Longest sequence, for the tables of positions. */
  readonly positions: number;
  readonly tokenBudget: number;
  /** Every layer is computed once more for its gradient. */
  readonly recompute: boolean;
  readonly threads: number;
  /** What isn't at work gives its memory back. */
  readonly lean: boolean;
  readonly loss: PolicyLossOptions | undefined;
  readonly packing: boolean;
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

export default async function start(
  init: PolicyWorkerInit,
  notify: (token: number) => void,
): Promise<PolicyWorkerCalls> {
  const worker = new PolicyWorker(init, notify);
  return {
    refresh: () => worker.refresh(),
    keepReference: (parameters) => worker.keepReference(parameters),
    reference: () => worker.reference(),
    sample: (requests, options) => worker.sample(requests, options),
    write: (request, options, stop) => worker.write(request, options, stop),
    score: (request) => worker.score(request),
    gradients: (request) => worker.gradients(request),
    update: (learningRate, clipNorm) => worker.update(learningRate, clipNorm),
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
  /**
   * Samples the first completion of one request and tells each token as it is drawn; ends early once `stop` holds a
   * number other than 0.
   */
  write(request: SamplingRequest, options: SamplingOptions, stop: SharedArrayBuffer): Promise<SampledCompletion>;
  /** Log-probabilities of the completions under the policy or the reference. */
  score(request: {
    readonly model: "policy" | "reference";
    readonly sequences: readonly TrainingSequence[];
    readonly temperature: number;
    readonly tokenBudget: number;
  }): Promise<Float32Array[]>;
  /** Computes gradients and leaves them in this worker's shared buffer. */
  gradients(request: GradientRequest): Promise<GradientResult>;
  /**
   * Sums all workers' gradients, clips, makes one optimizer step and publishes the parameters. Returns the norm before
   * clipping.
   */
  update(learningRate: number, clipNorm: number): Promise<number>;
}

class PolicyWorker implements PolicyWorkerCalls {
  private readonly weights: TrainableWeights;
  private referenceParameters: Float32Array | undefined;
  private sampler: Sampler | undefined;
  private frozenSampler: Sampler | undefined;
  private readonly sessions = new Map<string, Promise<Session>>();

  private readonly model: TrainedModel;

  constructor(
    private readonly init: PolicyWorkerInit,
    private readonly notify: (token: number) => void,
  ) {
    this.weights = new TrainableWeights(init);
    this.model = {
      config: init.config,
      positions: init.positions,
      lora: init.adapted?.lora,
      recompute: init.recompute,
    };
  }

  private session(name: string, build: () => ModelSpec): Promise<Session> {
    let session = this.sessions.get(name);
    if (session === undefined) this.sessions.set(name, (session = createSession(build(), this.init)));
    return session;
  }

  async refresh(): Promise<void> {
    await this.thaw();
    this.weights.refresh();
  }

  keepReference(parameters: Float32Array | undefined): Float32Array {
    this.referenceParameters = parameters ?? this.weights.parameters.slice();
    return this.referenceParameters;
  }

  reference(): Float32Array {
    if (this.referenceParameters === undefined)
      throw new EngineError("Expected a reference policy to be kept before it is used.");
    return this.referenceParameters;
  }

  async sample(
    requests: readonly SamplingRequest[],
    options: SamplingOptions,
    watch?: SamplingWatch,
  ): Promise<SampledCompletion[][]> {
    const { threads, lean, adapted } = this.init;
    if (lean && adapted === undefined) await this.releaseSessions();
    if (adapted !== undefined) {
      // The base never changes: its weights are packed once for all steps.
      this.sampler ??= await Sampler.create(this.model, this.weights.inputs, {
        threads,
        lean,
        frozen: this.weights.constants(),
      });
    } else if (options.frozen === true) {
      this.frozenSampler ??= await Sampler.create(this.model, this.weights.inputs, {
        threads,
        lean,
        frozen: this.weights.constants(),
      });
      return this.frozenSampler.sample(requests, options, watch);
    }
    this.sampler ??= await Sampler.create(this.model, this.weights.inputs, { threads, lean });
    return this.sampler.sample(requests, options, watch);
  }

  private async releaseSessions(): Promise<void> {
    for (const session of this.sessions.values()) await (await session).release();
    this.sessions.clear();
  }

  /**
   * What writes gives its memory to what trains. Under an adapter it stays: packing the base again would take longer
   * than it is worth.
   */
  private async makeRoom(): Promise<void> {
    if (!this.init.lean || this.init.adapted !== undefined) return;
    await this.thaw();
    await this.sampler?.release();
    this.sampler = undefined;
  }

  async write(request: SamplingRequest, options: SamplingOptions, stop: SharedArrayBuffer): Promise<SampledCompletion> {
    const flag = new Int32Array(stop);
    const [completions] = await this.sample([request], options, {
      onToken: this.notify,
      stopped: () => Atomics.load(flag, 0) !== 0,
    });
    return completions![0]!;
  }

  /** The weights change: what was compiled for the old ones goes. */
  private async thaw(): Promise<void> {
    await this.frozenSampler?.release();
    this.frozenSampler = undefined;
  }

  async score({
    model,
    sequences,
    temperature,
    tokenBudget,
  }: Parameters<PolicyWorkerCalls["score"]>[0]): Promise<Float32Array[]> {
    await this.makeRoom();
    const weights = model === "policy" ? this.weights.inputs : this.weights.asInputs(this.reference());
    const scores = new Array<Float32Array>(sequences.length);
    for (const batch of microBatches(sequences, tokenBudget)) {
      const chosen = batch.map((i) => sequences[i]!);
      const chunks = this.chunksFor(chosen);
      const session = await this.session(`score ${chunks}`, () => scoringGraph({ ...this.model, chunks }));
      const { tokens, mask, rows, labels, inverseTemperature } = batchInputs(chosen, this.init.config, temperature);
      const outputs = await session.run({
        ...weights,
        tokens: tokens!,
        mask: mask!,
        rows: rows!,
        labels: labels!,
        inverseTemperature: inverseTemperature!,
      });
      cutByToken(outputs["logprobs"]!.data as Float32Array, chosen).forEach((part, i) => (scores[batch[i]!] = part));
    }
    return scores;
  }

  async gradients(request: GradientRequest): Promise<GradientResult> {
    const { config, loss: lossOptions, packing } = this.init;
    const { sequences, loss: kind, temperature, tokenBudget } = request;
    const policyLoss = kind === "policy" ? lossOptions! : undefined;
    const shared = policyLoss === undefined ? null : sharedBatches(sequences, tokenBudget);
    await this.makeRoom();
    this.weights.clearGradients();
    const found: Gathered = {
      logprobs: new Array<Float32Array>(sequences.length),
      sums: { loss: 0, entropy: 0, kl: 0 },
    };
    if (shared !== null) {
      for (const rows of shared)
        await this.addGradients(found, rows.flat(), sequences, policyLoss, true, (chosen) =>
          sharedInputs(regrouped(rows, chosen), config, temperature),
        );
    } else if (packing && policyLoss === undefined) {
      for (const rows of packedBatches(sequences, tokenBudget))
        await this.addGradients(found, rows.flat(), sequences, policyLoss, true, (chosen) =>
          packedInputs(regrouped(rows, chosen), config),
        );
    } else {
      for (const batch of microBatches(sequences, tokenBudget))
        await this.addGradients(found, batch, sequences, policyLoss, false, (chosen) =>
          batchInputs(chosen, config, temperature),
        );
    }
    return { ...found.sums, logprobs: found.logprobs };
  }

  /** The gradients of a micro-batch: `indices` says which sequences are in it, in the order of the graph's rows. */
  private async addGradients(
    found: Gathered,
    indices: readonly number[],
    sequences: readonly TrainingSequence[],
    loss: PolicyLossOptions | undefined,
    packed: boolean,
    inputsOf: (chosen: readonly TrainingSequence[]) => Record<string, InputTensor>,
  ): Promise<void> {
    const chosen = indices.map((i) => sequences[i]!);
    const session = await this.trainingSession(loss, packed, chosen);
    const { advantages, oldLogprobs, refLogprobs, ...inputs } = inputsOf(chosen);
    const ofPolicy = {
      advantages: advantages!,
      oldLogprobs: oldLogprobs!,
      ...(loss !== undefined && loss.klCoefficient > 0 ? { refLogprobs: refLogprobs! } : {}),
    };
    const outputs = await session.run({ ...this.weights.inputs, ...inputs, ...(loss === undefined ? {} : ofPolicy) });
    found.sums.loss += (outputs["loss"]!.data as Float32Array)[0]!;
    found.sums.entropy += sum(outputs["entropy"]?.data as Float32Array | undefined);
    found.sums.kl += sum(outputs["kl"]?.data as Float32Array | undefined);
    cutByToken(outputs["logprobs"]!.data as Float32Array, chosen).forEach(
      (part, i) => (found.logprobs[indices[i]!] = part),
    );
    this.weights.addGradients(outputs);
  }

  /** Logits over a large vocabulary are made in chunks, unless there are too few tokens for that. */
  private trainingSession(
    loss: PolicyLossOptions | undefined,
    packed: boolean,
    chosen: readonly TrainingSequence[],
  ): Promise<Session> {
    const chunks = this.chunksFor(chosen);
    return this.session(`${loss === undefined ? "crossEntropy" : "policy"} ${packed} ${chunks}`, () =>
      loss === undefined
        ? crossEntropyGraph({ ...this.model, chunks }, packed)
        : policyGraph({ ...this.model, chunks }, loss, packed),
    );
  }

  private chunksFor(chosen: readonly TrainingSequence[]): number {
    const chunks = logitChunks(this.init.config, this.init.tokenBudget);
    return chosen.reduce((total, { tokens }) => total + tokens.length, 0) < chunks ? 1 : chunks;
  }

  async update(learningRate: number, clipNorm: number): Promise<number> {
    await this.thaw();
    return this.weights.update(learningRate, clipNorm);
  }
}

/** What the micro-batches of a request gave so far. */
interface Gathered {
  readonly logprobs: Float32Array[];
  readonly sums: { loss: number; entropy: number; kl: number };
}

/** Chosen sequences in the rows that they were chosen from. */
function regrouped(rows: readonly (readonly number[])[], chosen: readonly TrainingSequence[]): TrainingSequence[][] {
  let at = 0;
  return rows.map((row) => row.map(() => chosen[at++]!));
}

function sum(values: Float32Array | undefined): number {
  let total = 0;
  for (const value of values ?? []) total += value;
  return total;
}
