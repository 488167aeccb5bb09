import { EngineError, OptionError } from "../../errors.ts";
import { DEFAULT_DEVICE, engineEnvironment } from "../../engine/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { startAll } from "../../host/start-all.ts";
import type { WorkerHandle } from "../../host/worker-calls.ts";
import { startWorker, workerModule } from "../../host/worker-host.ts";
import type { AdamWOptions } from "../../optimizer/index.ts";
import { policySize } from "./policy-size.ts";
import type { PairScores, PairSequence, ScalarWorkerCalls, ScalarWorkerInit, ValueSequence } from "./scalar-worker.ts";
import { momentsOf, setMoments, shareState, type SharedState } from "./shared-state.ts";
import type { OptimizerMoments } from "../policy.ts";
import { DEFAULT_TOKEN_BUDGET } from "../gradients/token-budget.ts";
import { dealSequences, undeal } from "../gradients/training-batch.ts";
import type { TrainingSequence } from "../../records/rollout.ts";

export interface ScalarModelOptions {
  /** What computes, by name; the CPU where absent. */
  readonly device?: string;
  readonly workers: number;
  /** Most positions of a micro-batch; `DEFAULT_TOKEN_BUDGET` where absent. */
  readonly tokenBudget?: number;
  readonly optimizer?: AdamWOptions;
}

export interface ScalarStep {
  readonly learningRate: number;
  readonly clipNorm: number;
}

/**
 * A decoder that gives one number for each position: a reward model (read at the last token) or a critic (before each
 * token).
 */
export class ScalarModel {
  /** Optimizer steps made so far. */
  updates = 0;

  private constructor(
    readonly config: ModelConfig,
    private readonly shared: SharedState,
    private readonly workers: readonly WorkerHandle<ScalarWorkerCalls>[],
  ) {}

  /**
   * @param parameters flat, in the order of `parameterLayout(config)`
   * @throws OptionError for a config without a scalar head
   */
  static async start(config: ModelConfig, parameters: Float32Array, options: ScalarModelOptions): Promise<ScalarModel> {
    if (config.scalarHead !== true)
      throw new OptionError(
        "Expected a model with a scalar head, got one with logits; make one with `withScalarHead`.",
      );
    const size = policySize(config, options.workers);
    const shared = shareState(parameters, size.workers);
    const init = (index: number): ScalarWorkerInit => ({
      device: options.device ?? DEFAULT_DEVICE,
      config,
      threads: size.threads,
      tokenBudget: options.tokenBudget ?? DEFAULT_TOKEN_BUDGET,
      shared,
      index,
      optimizer: options.optimizer ?? {},
    });
    const module = workerModule("./scalar-worker", import.meta.url);
    const start = (index: number): Promise<WorkerHandle<ScalarWorkerCalls>> =>
      startWorker<ScalarWorkerInit, ScalarWorkerCalls>({
        name: "the tensor engine",
        module,
        init: init(index),
        thread: { environment: engineEnvironment() },
      });
    const workers = await startAll((started) =>
      Promise.all(shared.gradients.map((_, index) => started.add(start(index)))),
    );
    return new ScalarModel(config, shared, workers);
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  /** A copy of the current parameters. */
  parameters(): Float32Array {
    return new Float32Array(this.shared.parameters).slice();
  }

  /** What a critic says before each token of the completions. By sequence. */
  async values(sequences: readonly Pick<TrainingSequence, "promptTokens" | "tokens">[]): Promise<Float32Array[]> {
    const shares = dealSequences(sequences, this.workers.length);
    const results = await Promise.all(
      this.workers.map((worker, i) => worker.calls.values(shares[i]!.map((index) => sequences[index]!))),
    );
    return undeal(shares, results, sequences.length);
  }

  /** What a reward model says of whole texts, prompt included: the number at each one's last token. */
  async scores(texts: readonly (readonly number[])[]): Promise<number[]> {
    const values = await this.values(texts.map((promptTokens) => ({ promptTokens, tokens: [0] })));
    return values.map((value) => value[0]!);
  }

  /** One optimizer step towards given returns. */
  async updateValues(
    sequences: readonly ValueSequence[],
    step: ScalarStep,
  ): Promise<{ readonly loss: number; readonly gradNorm: number }> {
    const shares = dealSequences(sequences, this.workers.length);
    const losses = await Promise.all(
      this.workers.map((worker, i) => worker.calls.valueGradients(shares[i]!.map((index) => sequences[index]!))),
    );
    return { loss: finite(losses.reduce((sum, loss) => sum + loss, 0)), gradNorm: await this.step(step) };
  }

  /** One optimizer step on preference pairs; their scores before it. */
  async updatePairs(
    pairs: readonly PairSequence[],
    step: ScalarStep,
  ): Promise<{ readonly loss: number; readonly gradNorm: number; readonly scores: readonly PairScores[] }> {
    const lengths = pairs.map(({ chosen, rejected }) => ({ promptTokens: chosen, tokens: rejected }));
    const shares = dealSequences(lengths, this.workers.length);
    const results = await Promise.all(
      this.workers.map((worker, i) => worker.calls.pairGradients(shares[i]!.map((index) => pairs[index]!))),
    );
    const loss = finite(results.reduce((sum, result) => sum + result.loss, 0));
    return {
      loss,
      gradNorm: await this.step(step),
      scores: undeal(
        shares,
        results.map(({ scores }) => scores),
        pairs.length,
      ),
    };
  }

  private async step({ learningRate, clipNorm }: ScalarStep): Promise<number> {
    const norm = await this.workers[0]!.calls.update(learningRate, clipNorm);
    await Promise.all(this.workers.slice(1).map((worker) => worker.calls.refresh()));
    this.updates++;
    return norm;
  }

  /** The optimizer's state, without a copy: it follows every update. */
  moments(): OptimizerMoments {
    return momentsOf(this.shared);
  }

  /** Goes on from a checkpoint's parameters and optimizer state. */
  async restore(parameters: Float32Array, moments: OptimizerMoments): Promise<void> {
    new Float32Array(this.shared.parameters).set(parameters);
    await Promise.all(this.workers.map((worker) => worker.calls.refresh()));
    setMoments(this.shared, moments);
    this.updates = moments.updates;
  }
}

function finite(loss: number): number {
  if (!Number.isFinite(loss))
    throw new EngineError(`Expected a finite loss, got ${loss}; nothing was updated. Lower the learning rate.`);
  return loss;
}
