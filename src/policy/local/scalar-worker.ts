/**
 * The program of a worker of a reward model or a critic: a decoder with a scalar head that scores and computes
 * gradients.
 */
import type { ModelConfig } from "../../model/model-config.ts";
import {
  engineFor,
  readFloats,
  type DenseTensor,
  type Engine,
  type ModelSpec,
  type Program,
} from "../../engine/index.ts";
import { ProgramCache } from "../program-cache.ts";
import { TrainableWeights, type TrainableWeightsInit } from "./trainable-weights.ts";
import { batchInputs, cutByToken, microBatches } from "../gradients/training-batch.ts";
import { pairwiseGraph, valueLossGraph, valuesGraph } from "../gradients/scalar-graph.ts";
import type { TrainingSequence } from "../../records/rollout.ts";

export interface ScalarWorkerInit extends TrainableWeightsInit {
  readonly threads: number;
  /** Most positions of a micro-batch, padding included. */
  readonly tokenBudget: number;
}

/** A completion with what its critic should say before each of its tokens. */
export interface ValueSequence extends Pick<TrainingSequence, "promptTokens" | "tokens" | "weight"> {
  readonly returns: readonly number[];
}

/** Two whole texts, prompt included; the first is the preferred one. */
export interface PairSequence {
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
  readonly weight: number;
}

export interface PairScores {
  readonly chosen: number;
  readonly rejected: number;
}

export interface ScalarWorkerCalls {
  /** Takes over the published parameters. */
  refresh(): void;
  /** One number before each token of the completions, by sequence. */
  values(sequences: readonly Pick<TrainingSequence, "promptTokens" | "tokens">[]): Promise<Float32Array[]>;
  /** Leaves the gradients of the value loss in this worker's shared buffer; returns the loss. */
  valueGradients(sequences: readonly ValueSequence[]): Promise<number>;
  /** The same for the pairwise loss; returns the loss and the scores before the step. */
  pairGradients(
    pairs: readonly PairSequence[],
  ): Promise<{ readonly loss: number; readonly scores: readonly PairScores[] }>;
  /**
   * Sums all workers' gradients, clips, makes one optimizer step and publishes the parameters. Returns the norm before
   * clipping.
   */
  update(learningRate: number, clipNorm: number): number;
}

export default async function start(init: ScalarWorkerInit): Promise<ScalarWorkerCalls> {
  const worker = new ScalarWorker(await engineFor(init.device), init);
  return {
    refresh: () => worker.weights.refresh(),
    values: (sequences) => worker.values(sequences),
    valueGradients: (sequences) => worker.valueGradients(sequences),
    pairGradients: (pairs) => worker.pairGradients(pairs),
    update: (learningRate, clipNorm) => worker.weights.update(learningRate, clipNorm),
  };
}

class ScalarWorker {
  readonly weights: TrainableWeights;
  private readonly programs: ProgramCache;

  constructor(
    engine: Engine,
    private readonly init: ScalarWorkerInit,
  ) {
    this.weights = new TrainableWeights(engine, init);
    this.programs = new ProgramCache(engine, { threads: init.threads });
  }

  private program(name: string, build: (config: ModelConfig) => ModelSpec): Promise<Program> {
    return this.programs.get(name, () => build(this.init.config));
  }

  async values(sequences: readonly Pick<TrainingSequence, "promptTokens" | "tokens">[]): Promise<Float32Array[]> {
    const program = await this.program("values", valuesGraph);
    const found = new Array<Float32Array>(sequences.length);
    const asked = sequences.map((sequence): TrainingSequence => ({ ...sequence, weight: 0, advantage: 0 }));
    for (const batch of microBatches(asked, this.init.tokenBudget)) {
      const chosen = batch.map((i) => asked[i]!);
      const outputs = await program.run({ ...this.weights.inputs, ...batchInputs(chosen, this.init.config, 1) });
      cutByToken(await readFloats(outputs, "values"), chosen).forEach((part, i) => (found[batch[i]!] = part));
    }
    return found;
  }

  async valueGradients(sequences: readonly ValueSequence[]): Promise<number> {
    const program = await this.program("valueLoss", valueLossGraph);
    this.weights.clearGradients();
    // What a policy learns from as its advantage is here what the critic should have said.
    const asked = sequences.map((sequence): TrainingSequence => ({ ...sequence, advantage: sequence.returns }));
    let loss = 0;
    for (const batch of microBatches(asked, this.init.tokenBudget)) {
      const { advantages, ...inputs } = batchInputs(
        batch.map((i) => asked[i]!),
        this.init.config,
        1,
      );
      const outputs = await program.run({ ...this.weights.inputs, ...inputs, returns: advantages! });
      loss += (await readFloats(outputs, "loss"))[0]!;
      await this.weights.addGradients(outputs);
    }
    return loss;
  }

  async pairGradients(pairs: readonly PairSequence[]): Promise<{ loss: number; scores: PairScores[] }> {
    const program = await this.program("pairwise", pairwiseGraph);
    this.weights.clearGradients();
    const longer = pairs
      .map((pair) => (pair.chosen.length >= pair.rejected.length ? pair.chosen : pair.rejected))
      .map(endOf);
    const scores = new Array<PairScores>(pairs.length);
    let loss = 0;
    for (const batch of microBatches(longer, Math.max(2, Math.floor(this.init.tokenBudget / 2)))) {
      const some = batch.map((i) => pairs[i]!);
      const inputs = batchInputs(
        [...some.map(({ chosen }) => endOf(chosen)), ...some.map(({ rejected }) => endOf(rejected))],
        this.init.config,
        1,
      );
      const rows = inputs["rows"]!.data as BigInt64Array;
      const side = (from: number): DenseTensor => ({
        data: rows.slice(from, from + some.length),
        dims: [some.length, 1],
      });
      const outputs = await program.run({
        ...this.weights.inputs,
        ...inputs,
        chosen: side(0),
        rejected: side(some.length),
        weights: { data: Float32Array.from(some.map(({ weight }) => weight)), dims: [some.length] },
      });
      loss += (await readFloats(outputs, "loss"))[0]!;
      const chosen = await readFloats(outputs, "chosenScores");
      const rejected = await readFloats(outputs, "rejectedScores");
      batch.forEach((pair, i) => (scores[pair] = { chosen: chosen[i]!, rejected: rejected[i]! }));
      await this.weights.addGradients(outputs);
    }
    return { loss, scores };
  }
}

/** A whole text as a sequence whose one asked position is its last: the number before a token that is never read. */
function endOf(tokens: readonly number[]): TrainingSequence {
  return { promptTokens: tokens, tokens: [0], weight: 0, advantage: 0 };
}
