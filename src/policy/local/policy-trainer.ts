import {
  readFloats,
  type DenseTensor,
  type EngineTensor,
  type ModelSpec,
  type Program,
  type ProgramInputs,
} from "../../engine/index.ts";
import { freeArray } from "../../host/collect-garbage.ts";
import { openLoss, type LossSpec, type PolicyLoss } from "../../losses/index.ts";
import { processorBlocks } from "../gradients/attention-blocks.ts";
import { layoutBatches, type BatchLayout } from "../gradients/batch-layout.ts";
import { RUN_POSITIONS } from "../gradients/cut-rows.ts";
import { logitChunks } from "../gradients/logit-chunks.ts";
import { batchInputs, batchTime, cutByToken, isLearntFrom, microBatches } from "../gradients/training-batch.ts";
import { scoringGraph, trainingGraph, type TrainedModel } from "../gradients/training-graph.ts";
import type { ProgramCache } from "../program-cache.ts";
import type { TrainingSequence } from "../../records/rollout.ts";

export interface ScoreRequest {
  readonly model: "policy" | "reference";
  readonly sequences: readonly TrainingSequence[];
  readonly temperature: number;
}

export interface GradientRequest {
  readonly loss: LossSpec;
  readonly sequences: readonly TrainingSequence[];
  readonly temperature: number;
}

/** Of the sequences of a request, in their order; measures are summed over the tokens that are learnt from. */
export interface GradientResult {
  readonly loss: number;
  readonly logprobs: readonly Float32Array[];
  readonly entropy: number;
  readonly kl: number;
  readonly clipped: number;
}

/** What is trained of a model, and the sum of its gradients. */
export interface TrainedWeights {
  /** All weights as inputs of a graph; they follow every change. */
  readonly inputs: ProgramInputs;
  /** The same with the reference policy's in the place of those that are trained. */
  referenceInputs(): ProgramInputs | Promise<ProgramInputs>;
  /** A graph as it reads them, where they are held otherwise than in float32. */
  graph?(model: ModelSpec): ModelSpec;
  clearGradients(): void | Promise<void>;
  /** How gradients are added up: by the graph, in place, or by the weights, of what a run gave. */
  readonly adding:
    | {
        graph(training: ModelSpec): ModelSpec;
        readonly inputs: ProgramInputs;
        readonly outputs: Readonly<Record<string, EngineTensor>>;
      }
    | { take(outputs: Readonly<Record<string, EngineTensor>>): Promise<void> };
}

export interface PolicyTrainerParts {
  readonly model: TrainedModel;
  readonly weights: TrainedWeights;
  readonly programs: ProgramCache;
  /** Most positions of a micro-batch, padding included. */
  readonly tokenBudget: number;
  readonly packing: boolean;
  /**
   * On a processor attention takes the queries in blocks and skips what the future hides, what all prompts begin with
   * is computed once, and a run costs little beside its positions.
   */
  readonly onProcessor?: boolean;
}

/** What the micro-batches of a request gave so far. */
interface Gathered {
  readonly logprobs: Float32Array[];
  readonly sums: { loss: number; entropy: number; kl: number; clipped: number };
}

/** Scores sequences and computes gradients, micro-batch by micro-batch, in one thread. */
export class PolicyTrainer {
  private readonly runPositions: number;

  constructor(private readonly parts: PolicyTrainerParts) {
    this.runPositions = RUN_POSITIONS[parts.onProcessor === true ? "processor" : "device"];
  }

  /** Log-probabilities of the completions, by sequence. */
  async score({ model, sequences, temperature }: ScoreRequest): Promise<Float32Array[]> {
    const { weights, tokenBudget } = this.parts;
    const fed = model === "reference" ? await weights.referenceInputs() : weights.inputs;
    const scores = new Array<Float32Array>(sequences.length);
    for (const batch of microBatches(sequences, tokenBudget, this.runPositions)) {
      const chosen = batch.map((i) => sequences[i]!);
      const cut = this.cutFor(chosen, batchTime(chosen));
      const program = await this.parts.programs.get(`score ${cut.chunks} ${cut.blocks}`, () =>
        this.reading(scoringGraph(cut)),
      );
      const inputs = batchInputs(chosen, cut.config, temperature, cut.blocks);
      const outputs = await program.run({ ...fed, ...inputs });
      freeInputs(inputs);
      cutByToken(await readFloats(outputs, "logprobs"), chosen).forEach((part, i) => (scores[batch[i]!] = part));
    }
    return scores;
  }

  /** Computes gradients and leaves them in this worker's shared buffer. */
  async gradients({ loss: spec, sequences, temperature }: GradientRequest): Promise<GradientResult> {
    const { weights, tokenBudget, packing } = this.parts;
    const loss = await openLoss(spec);
    const gathered: Gathered = {
      logprobs: new Array<Float32Array>(sequences.length),
      sums: { loss: 0, entropy: 0, kl: 0, clipped: 0 },
    };
    await weights.clearGradients();
    const { adding } = weights;
    const sums = "take" in adding ? undefined : adding;
    const { layout, batches } = layoutBatches(sequences, {
      ofSamples: loss.ofSamples,
      packing,
      tokenBudget,
      runPositions: this.runPositions,
      prefixes: this.parts.onProcessor === true,
    });
    for (const rows of batches) {
      const chosen = rows.map((row) => row.map((i) => sequences[i]!));
      const cut = this.cutFor(chosen.flat(), layout.time(chosen));
      const program = await this.trainingProgram(loss, layout, cut);
      const batch = layout.inputs(chosen, cut.config, temperature, cut.blocks);
      const outputs = await program.run({ ...weights.inputs, ...batch, ...sums?.inputs }, sums?.outputs);
      freeInputs(batch);
      await this.gather(gathered, rows.flat(), chosen.flat(), outputs);
      if ("take" in adding) await adding.take(outputs);
    }
    return { ...gathered.sums, logprobs: gathered.logprobs };
  }

  /** @param indices of the sequences of the micro-batch, in the order of the graph's rows */
  private async gather(
    { logprobs, sums }: Gathered,
    indices: readonly number[],
    chosen: readonly TrainingSequence[],
    outputs: Readonly<Record<string, EngineTensor>>,
  ): Promise<void> {
    sums.loss += (await readFloats(outputs, "loss"))[0]!;
    for (const measure of ["entropy", "kl", "clipped"] as const) sums[measure] += await sumOf(outputs, measure, chosen);
    cutByToken(await readFloats(outputs, "logprobs"), chosen).forEach((part, i) => (logprobs[indices[i]!] = part));
  }

  private trainingProgram(loss: PolicyLoss, { mask }: BatchLayout, cut: TrainedModel): Promise<Program> {
    const { name, options, module = "" } = loss;
    const key = `${module} ${name} ${JSON.stringify(options)} ${mask} ${cut.chunks} ${cut.blocks}`;
    return this.parts.programs.get(key, () => this.summed(this.reading(trainingGraph(cut, loss, mask))));
  }

  private reading(graph: ModelSpec): ModelSpec {
    return this.parts.weights.graph?.(graph) ?? graph;
  }

  private summed(graph: ModelSpec): ModelSpec {
    const { adding } = this.parts.weights;
    return "take" in adding ? graph : adding.graph(graph);
  }

  /**
   * The model as a micro-batch is computed. Logits over a large vocabulary are made in chunks, unless there are too few
   * tokens for that.
   */
  private cutFor(chosen: readonly TrainingSequence[], time: number): TrainedModel {
    const { model, tokenBudget, onProcessor = false } = this.parts;
    const chunks = logitChunks(model.config, tokenBudget);
    return {
      ...model,
      chunks: chosen.reduce((total, { tokens }) => total + tokens.length, 0) < chunks ? 1 : chunks,
      blocks: onProcessor ? processorBlocks(model.config, time) : undefined,
    };
  }
}

/** A mask has some megabytes, and no run but its own reads it. */
function freeInputs(batch: Readonly<Record<string, DenseTensor>>): void {
  for (const { data } of Object.values(batch)) freeArray(data);
}

/**
 * The sum of an output of numbers by token, over those that are learnt from; 0 where the graph has none of that name.
 */
async function sumOf(
  outputs: Readonly<Record<string, EngineTensor>>,
  name: string,
  sequences: readonly TrainingSequence[],
): Promise<number> {
  if (outputs[name] === undefined) return 0;
  let total = 0;
  cutByToken(await readFloats(outputs, name), sequences).forEach((values, i) =>
    values.forEach((value, place) => {
      if (isLearntFrom(sequences[i]!, place)) total += value;
    }),
  );
  return total;
}
