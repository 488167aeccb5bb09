import { lossSpec, clippedPolicyLoss } from "../../losses/index.ts";
import type { Engine } from "../../engine/index.ts";
import { joinedLayout } from "../../model/joined-weights.ts";
import { parameterViews } from "../../model/parameters.ts";
import { randomKey, splitKey } from "../../random.ts";
import type { Completion, TrainingSequence } from "../../records/rollout.ts";
import { PolicyTrainer } from "../local/policy-trainer.ts";
import { ProgramCache } from "../program-cache.ts";
import { momentsOf, setMoments, shareState, type SharedState } from "../local/shared-state.ts";
import {
  gradientName,
  trainableLayout,
  TrainableWeights,
  type TrainableWeightsInit,
} from "../local/trainable-weights.ts";
import { WHOLE_DISTRIBUTION } from "../sampling/draw-token.ts";
import type { Sampler } from "../sampling/sampler.ts";
import type { SamplingRequest } from "../sampling/sampling-request.ts";
import { DeviceSampler } from "./device-sampler.ts";
import { DeviceWeights } from "./device-weights.ts";
import { LoopSampler } from "./loop-sampler.ts";
import type { SmallModel } from "./tested-model.ts";

/** Numbers of one name, and by what a difference is divided: their largest where absent. */
export interface TriedNumbers {
  readonly values: Float32Array;
  readonly scale?: number;
}

export type NamedNumbers = ReadonlyMap<string, TriedNumbers>;

/** With every part that a policy's loss can have. */
const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
/** Positions of a micro-batch: two for the sequences below. */
const TOKEN_BUDGET = 24;
const POSITIONS = 32;
const OPTIMIZER = { weightDecay: 0.1 };
/** So large that what an update changes is no less than what was there. */
const LEARNING_RATE = 0.1;
const CLIP_NORM = 0.1;
/** Updates that the moments have seen. */
const UPDATES = 3;

/** What trains and writes a small model as a run does on its engine. */
interface TriedParts {
  readonly trainer: PolicyTrainer;
  sums(): Promise<NamedNumbers>;
  setSums(sums: NamedNumbers): Promise<void>;
  update(learningRate: number, clipNorm: number): Promise<number>;
  /** Brings parameters and moments into the shared arrays, and takes them over from there. */
  settle(): Promise<void>;
  refresh(): Promise<void>;
  sampler(): Promise<Pick<Sampler, "sample">>;
}

/** A small model at work on an engine: what it computes by the same steps on two of them is to be the same. */
export class TriedModel {
  private constructor(
    private readonly small: SmallModel,
    private readonly shared: SharedState,
    private readonly parts: TriedParts,
  ) {}

  /** @throws EngineError where the engine can't hold the base in its precision */
  static async create(engine: Engine, small: SmallModel): Promise<TriedModel> {
    const { config, parameters, adapter } = small;
    const shared = shareState(adapter?.parameters ?? parameters, 1);
    setMoments(shared, {
      firstMoment: momentsOf(shared).firstMoment.map((_, i) => Math.sin(i) / 100),
      secondMoment: momentsOf(shared).secondMoment.map((_, i) => (1.1 + Math.cos(i)) / 1000),
      updates: UPDATES,
    });
    const adapted = adapter === undefined ? undefined : { parameters, lora: adapter.lora };
    const init = { device: engine.device, config, adapted, shared, index: 0, optimizer: OPTIMIZER };
    const parts = await (engine.copiesInputs ? copyingParts(engine, init) : residentParts(engine, init, small));
    return new TriedModel(small, shared, parts);
  }

  /** The sum of the gradients of two micro-batches, and what comes with them. */
  async gradients(): Promise<NamedNumbers> {
    const { trainer } = this.parts;
    const sequences = sequencesFor(this.small.config.vocabSize);
    const { loss, entropy, logprobs } = await trainer.gradients({ loss: lossSpec(LOSS), sequences, temperature: 0.8 });
    return new Map<string, TriedNumbers>([
      ...(await this.parts.sums()),
      ["logprobs", { values: Float32Array.from(logprobs.flatMap((values) => [...values])) }],
      ["entropy", { values: Float32Array.of(entropy) }],
      // Its terms have both signs.
      ["loss", { values: Float32Array.of(loss), scale: Math.max(1, Math.abs(loss)) }],
    ]);
  }

  /**
   * One update by gradients that are given: by its own, the first digits of numbers near 0 would be another's, and
   * AdamW makes as much of them as of large ones.
   */
  async update(gradients: NamedNumbers): Promise<NamedNumbers> {
    await this.parts.setSums(gradients);
    const norm = await this.parts.update(LEARNING_RATE, CLIP_NORM);
    await this.parts.settle();
    const { config, adapter } = this.small;
    const { firstMoment, secondMoment } = momentsOf(this.shared);
    const views = parameterViews(new Float32Array(this.shared.parameters), trainableLayout(config, adapter?.lora));
    return new Map<string, TriedNumbers>([
      ["norm", { values: Float32Array.of(norm) }],
      ...Array.from(views, ([name, values]) => [name, { values }] as const),
      ["first moment", { values: firstMoment }],
      ["second moment", { values: secondMoment }],
    ]);
  }

  /** Some completions by the weights of another, greedily and drawn. */
  async draws(of: TriedModel): Promise<NamedNumbers> {
    if (of !== this) {
      new Float32Array(this.shared.parameters).set(new Float32Array(of.shared.parameters));
      setMoments(this.shared, momentsOf(of.shared));
    }
    await this.parts.refresh();
    const sampler = await this.parts.sampler();
    const numbers = new Map<string, TriedNumbers>();
    for (const greedy of [true, false]) {
      const options = { ...WHOLE_DISTRIBUTION, greedy, temperature: 1, maxNewTokens: 4 };
      const groups: (readonly Completion[])[] = [];
      await sampler.sample(REQUESTS, options, { onGroup: (request, group) => (groups[request] = group) });
      const how = greedy ? "greedy" : "drawn";
      const all = groups.flat();
      const tokens = Float32Array.from(all.flatMap((completion) => completion.tokens));
      const logprobs = Float32Array.from(all.flatMap((completion) => completion.logprobs));
      numbers.set(`${how} tokens`, { values: tokens, scale: this.small.config.vocabSize });
      numbers.set(`${how} log-probabilities`, { values: logprobs, scale: 1 });
    }
    return numbers;
  }
}

/** Two prompts with two samples each. */
const REQUESTS: readonly SamplingRequest[] = [
  [1, 2, 3],
  [40, 5, 60, 7, 80],
].map((prompt, i) => ({
  prompt,
  keys: [0, 1].map((sample) => splitKey(randomKey(3), i, sample)),
}));

/** Completions of different lengths, with advantages of both signs. */
function sequencesFor(vocabulary: number): TrainingSequence[] {
  return [9, 6, 4].map((length, i) => ({
    promptTokens: [1, 2, 3],
    tokens: Array.from({ length }, (_, t) => (t * 7 + i * 31) % vocabulary),
    weight: 0.1 + 0.05 * i,
    advantage: i - 0.7,
    oldLogprobs: Array.from({ length }, (_, t) => -5 - 0.1 * t),
    refLogprobs: Array.from({ length }, () => -5.2),
  }));
}

/** As device-worker.ts: all that is trained is resident. */
async function residentParts(
  engine: Engine,
  init: TrainableWeightsInit,
  { parameters, basePrecision, keeps }: SmallModel,
): Promise<TriedParts> {
  const { config, adapted } = init;
  const weights = await DeviceWeights.create(engine, { ...init, basePrecision });
  if (adapted !== undefined)
    for (const { name, parts } of joinedLayout(config))
      await weights.placeBase(
        name,
        parts.map(({ offset, size }) => parameters.slice(offset, offset + size)),
      );
  const model = { config, positions: POSITIONS, lora: adapted?.lora, joined: true };
  const { outputs } = weights.adding;
  return {
    trainer: trainerOf(engine, model, weights),
    async sums() {
      const read = new Map<string, TriedNumbers>();
      for (const [name, sum] of Object.entries(outputs))
        read.set(name, { values: Float32Array.from((await sum.read()) as Float32Array) });
      return read;
    },
    async setSums(sums) {
      for (const [name, sum] of Object.entries(outputs)) await sum.write(sums.get(name)!.values);
    },
    update: (learningRate, clipNorm) => weights.update(learningRate, clipNorm),
    settle: () => weights.settle(),
    refresh: () => weights.refresh(),
    sampler: () =>
      DeviceSampler.create(engine, model, weights.inputs, { rewritten: (graph) => weights.graph(graph), ...keeps }),
  };
}

/** As policy-worker.ts on a device that copies what it reads: the base is constant, updates are the processor's. */
async function copyingParts(engine: Engine, init: TrainableWeightsInit): Promise<TriedParts> {
  const { config, adapted, shared } = init;
  const weights = new TrainableWeights(engine, init);
  const frozen = weights.staying();
  const model = { config, positions: POSITIONS, lora: adapted?.lora, frozen };
  const sums = parameterViews(new Float32Array(shared.gradients[0]!), trainableLayout(config, adapted?.lora));
  return {
    trainer: trainerOf(engine, model, weights),
    sums: async () => new Map(Array.from(sums, ([name, values]) => [gradientName(name), { values: values.slice() }])),
    async setSums(given) {
      for (const [name, values] of sums) values.set(given.get(gradientName(name))!.values);
    },
    update: async (learningRate, clipNorm) => weights.update(learningRate, clipNorm),
    async settle() {},
    refresh: async () => weights.refresh(),
    sampler: () => LoopSampler.create(engine, model, weights.inputs, { frozen }),
  };
}

function trainerOf(
  engine: Engine,
  model: ConstructorParameters<typeof PolicyTrainer>[0]["model"],
  weights: ConstructorParameters<typeof PolicyTrainer>[0]["weights"],
): PolicyTrainer {
  const programs = new ProgramCache(engine, {});
  return new PolicyTrainer({ model, weights, programs, tokenBudget: TOKEN_BUDGET, packing: false });
}
