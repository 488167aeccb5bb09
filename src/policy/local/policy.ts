import { EngineError } from "../../errors.ts";
import type { PolicyLossOptions } from "../../losses/index.ts";
import type { Adapter } from "../../model/lora.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { startWorker, workerModule, type WorkerHandle } from "../../host/worker-host.ts";
import type { AdamWOptions } from "../../optimizer/index.ts";
import type { SampledCompletion, SamplingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import type { GradientRequest, GradientResult, PolicyWorkerCalls, PolicyWorkerInit } from "./policy-worker.ts";
import { policySize, type PolicySize } from "./policy-size.ts";
import { momentsOf, setMoments, shareState, type OptimizerMoments, type SharedState } from "./shared-state.ts";
import { dealSequences, undeal, type TrainingSequence } from "../gradients/training-batch.ts";

export interface PolicyOptions {
  /**
   * Engine threads: workers of one thread each, or one worker of so many for a large model. Part of what decides a
   * run's exact numbers.
   */
  readonly workers: number;
  /** Most positions of a micro-batch. */
  readonly tokenBudget: number;
  /** The loss of policy updates; not needed to sample, score, or train by cross-entropy. */
  readonly loss?: PolicyLossOptions;
  readonly optimizer?: AdamWOptions;
  /** Longest sequence that will come; the model's limit where absent. */
  readonly positions?: number;
  /**
   * Every layer is computed once more for its gradient: a third more work, and the memory of one layer instead of all.
   */
  readonly recompute?: boolean;
  /** In training by cross-entropy, several short sequences share a row, each blind to the others. */
  readonly packing?: boolean;
}

/** A model, and the adapter that is trained in its place where there is one. */
export interface PolicyModel {
  readonly config: ModelConfig;
  readonly parameters: Float32Array;
  readonly adapter?: Adapter;
}

/** A model at work: one policy on several engine workers that sample, score and compute gradients side by side. */
export class Policy {
  /** Optimizer steps made so far. */
  updates = 0;
  private onToken: ((token: number) => void) | undefined;

  private constructor(
    readonly config: ModelConfig,
    private readonly options: PolicyOptions,
    private readonly size: PolicySize,
    /** The base that stays as it is, and the adapter as it began. */
    private readonly adapted: { readonly base: Float32Array; readonly adapter: Adapter } | undefined,
    private readonly shared: SharedState,
    private readonly workers: readonly WorkerHandle<PolicyWorkerCalls>[],
  ) {}

  /**
   * @param model parameters flat, in the order of `parameterLayout(config)`; with an adapter that alone is trained
   */
  static async start({ config, parameters, adapter }: PolicyModel, options: PolicyOptions): Promise<Policy> {
    const size = policySize(config, options.workers);
    const initial = adapter?.parameters ?? parameters;
    const shared = shareState(initial, size.workers);
    const module = workerModule("./policy-worker", import.meta.url);
    const init = (index: number): PolicyWorkerInit => ({
      config,
      // Rows of completions that share a prompt are longer than a sequence, up to a micro-batch.
      positions: Math.max(options.positions ?? config.maxPositions, options.tokenBudget),
      tokenBudget: options.tokenBudget,
      recompute: options.recompute ?? false,
      threads: size.threads,
      lean: size.lean,
      adapted: adapter === undefined ? undefined : { parameters, lora: adapter.lora },
      shared,
      index,
      loss: options.loss,
      optimizer: options.optimizer ?? {},
      packing: options.packing ?? false,
    });
    let policy: Policy | undefined;
    const onNotice = (token: unknown): void => policy?.onToken?.(token as number);
    const workers = await Promise.all(
      shared.gradients.map((_, index) =>
        startWorker<PolicyWorkerInit, PolicyWorkerCalls>(module, init(index), onNotice),
      ),
    );
    return (policy = new Policy(
      config,
      options,
      size,
      adapter === undefined ? undefined : { base: parameters, adapter },
      shared,
      workers,
    ));
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  /** A copy of the current parameters that are trained: the adapter's where there is one, else the model's. */
  parameters(): Float32Array {
    return this.current().slice();
  }

  private current(): Float32Array {
    return new Float32Array(this.shared.parameters);
  }

  /** The model as it is, without a copy: it follows every update. */
  model(): PolicyModel {
    if (this.adapted === undefined) return { config: this.config, parameters: this.current() };
    return {
      config: this.config,
      parameters: this.adapted.base,
      adapter: { ...this.adapted.adapter, parameters: this.current() },
    };
  }

  /**
   * Samples completions. Requests are dealt to the workers in turn, each with its own slots.
   *
   * @returns by request and sample
   */
  async sample(requests: readonly SamplingRequest[], options: SamplingOptions): Promise<SampledCompletion[][]> {
    const count = this.workers.length;
    const perWorker = {
      ...options,
      slots: Math.max(1, Math.ceil((options.slots ?? this.size.slots) / count)),
      frozen: options.frozen === true || this.size.frozen,
    };
    const shares = this.workers.map((_, worker) => requests.filter((_request, i) => i % count === worker));
    const results = await Promise.all(this.workers.map((worker, i) => worker.calls.sample(shares[i]!, perWorker)));
    return requests.map((_, i) => results[i % count]![Math.floor(i / count)]!);
  }

  /**
   * Writes one completion and gives its tokens as they come. One at a time.
   *
   * @param signal ends it where it stands; what was written so far is given back
   */
  async write(
    request: SamplingRequest,
    options: SamplingOptions,
    onToken: (token: number) => void,
    signal?: AbortSignal,
  ): Promise<SampledCompletion> {
    const stop = new SharedArrayBuffer(4);
    // The worker doesn't read messages while it samples, but it sees memory that is shared.
    const onAbort = (): void => void Atomics.store(new Int32Array(stop), 0, 1);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
    this.onToken = onToken;
    try {
      return await this.workers[0]!.calls.write(
        request,
        { ...options, slots: 1, frozen: options.frozen === true || this.size.frozen },
        stop,
      );
    } finally {
      this.onToken = undefined;
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Log-probabilities of completions under the policy, or under the reference that was kept. By sequence. */
  async score(
    model: "policy" | "reference",
    sequences: readonly TrainingSequence[],
    temperature: number,
  ): Promise<Float32Array[]> {
    const shares = dealSequences(sequences, this.workers.length);
    const results = await Promise.all(
      this.workers.map((worker, i) =>
        worker.calls.score({
          model,
          sequences: shares[i]!.map((index) => sequences[index]!),
          temperature,
          tokenBudget: this.options.tokenBudget,
        }),
      ),
    );
    return undeal(shares, results, sequences.length);
  }

  /** Keeps the current parameters, or the given ones, as the reference of the KL penalty. Returns them. */
  async keepReference(parameters?: Float32Array): Promise<Float32Array> {
    const kept = await Promise.all(this.workers.map((worker) => worker.calls.keepReference(parameters)));
    return kept[0]!;
  }

  /** A copy of the reference policy that is kept. @throws EngineError when none is */
  async reference(): Promise<Float32Array> {
    return this.workers[0]!.calls.reference();
  }

  /**
   * One optimizer step on a minibatch: gradients on all workers, their sum, clipping, AdamW.
   *
   * @returns the loss, the gradient norm before clipping, and the log-probabilities before the step by sequence
   * @throws EngineError when the gradient or the loss isn't finite; the parameters then stay as they were
   */
  async update(
    loss: GradientRequest["loss"],
    sequences: readonly TrainingSequence[],
    step: { readonly learningRate: number; readonly clipNorm: number; readonly temperature: number },
  ): Promise<GradientResult & { readonly gradNorm: number }> {
    const shares = dealSequences(sequences, this.workers.length);
    const request = (indices: readonly number[]): GradientRequest => ({
      loss,
      sequences: indices.map((index) => sequences[index]!),
      temperature: step.temperature,
      tokenBudget: this.options.tokenBudget,
    });
    const results = await Promise.all(this.workers.map((worker, i) => worker.calls.gradients(request(shares[i]!))));
    const sum = (of: (result: GradientResult) => number): number =>
      results.reduce((total, result) => total + of(result), 0);
    const total = sum((result) => result.loss);
    if (!Number.isFinite(total))
      throw new EngineError(
        `Expected a finite loss, got ${total}; nothing was updated. Lower the learning rate, or resume from an earlier checkpoint.`,
      );
    const gradNorm = await this.workers[0]!.calls.update(step.learningRate, step.clipNorm);
    await Promise.all(this.workers.slice(1).map((worker) => worker.calls.refresh()));
    this.updates++;
    return {
      loss: total,
      entropy: sum((result) => result.entropy),
      kl: sum((result) => result.kl),
      gradNorm,
      logprobs: undeal(
        shares,
        results.map((result) => result.logprobs),
        sequences.length,
      ),
    };
  }

  /** The optimizer's state, without a copy: it follows every update. */
  moments(): OptimizerMoments {
    return momentsOf(this.shared);
  }

  /** Goes on from a checkpoint's optimizer state. */
  restoreMoments(moments: OptimizerMoments): void {
    setMoments(this.shared, moments);
    this.updates = moments.updates;
  }
}
