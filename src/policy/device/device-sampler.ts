import { EngineError } from "../../errors.ts";
import {
  readFloats,
  type DenseTensor,
  type Engine,
  type EngineTensor,
  type ModelSpec,
  type Program,
  type ProgramInputs,
  type ProgramOptions,
} from "../../engine/index.ts";
import { causalMask } from "../../model/decoder.ts";
import { NOT_FINITE, type CutRequest, type OpenSamplingJob } from "../sampling/request-book.ts";
import type { RolloutPrecision } from "../sampling/rollout-precision.ts";
import type { SampledModel } from "../sampling/sampling-graphs.ts";
import { jobSizeFor, MOST_READ } from "../sampling/sampling-job.ts";
import type { SamplingOptions, SamplingRequest, SamplingWatch } from "../sampling/sampling-request.ts";
import { DeviceCache } from "./device-cache.ts";
import {
  copyRowsGraph,
  devicePrefillGraph,
  deviceStepGraph,
  pickedRowsGraph,
  TRANSPOSED_HEAD,
  transposedHeadGraph,
} from "./device-graphs.ts";
import { MergedAdapter } from "./merged-adapter.ts";
import { RoundedWeights } from "./rounded-weights.ts";
import { DeviceJob, type CopiedPrompt, type DrawnTokens, type Placement, type PlacedPrompt } from "./device-job.ts";

/** Prompts are padded to a multiple of so many tokens, so that few shapes come. */
const TIME_STEP = 16;
/** Room for tokens behind the longest prompt; more is made when sequences get there. */
const FIRST_ROOM = 128;

type Weights = Readonly<Record<string, EngineTensor>>;

export interface DeviceSamplerOptions extends ProgramOptions {
  /** Merge the adapter into weights of the sampler's own at each call: faster, for the memory of these weights. */
  readonly mergesAdapter?: boolean;
  /** Graphs as they read weights that are held in other types than they are read in. */
  readonly rewritten?: (graph: ModelSpec) => ModelSpec;
  /** Tied weights are kept a second time, transposed: on a GPU they are read several times as fast so. */
  readonly transposesHead?: boolean;
}

/** A model and its weights. */
interface Weighted {
  readonly model: SampledModel;
  readonly weights: Weights;
}

/** What is written with, and what it is made of. */
interface WrittenModel extends Weighted {
  /** As it came: what is rounded has the adapter beside it. */
  readonly given: Weighted;
  /** The adapter in `weights`, where `model` is without it. */
  readonly merged: MergedAdapter | undefined;
  /** An adapter is trained: the model's own weights never change. */
  readonly baseStays: boolean;
  readonly hasTransposedHead: boolean;
  readonly rewritten: (graph: ModelSpec) => ModelSpec;
}

/**
 * Samples completions of one model where its weights lie: keys and values stay on the device, tokens are drawn there,
 * and only the tokens and their probabilities come back.
 */
export class DeviceSampler {
  private readonly programs = new Map<string, Promise<Program>>();
  private readonly cache: DeviceCache;
  private readonly rounded = new Map<RolloutPrecision, RoundedWeights>();
  private transposedHead: EngineTensor | undefined;
  /** Probabilities of the slots, [slots, vocabulary], where tokens are sorted. */
  private probabilities: EngineTensor | undefined;

  private constructor(
    private readonly engine: Engine,
    private readonly written: WrittenModel,
    private readonly options: ProgramOptions,
  ) {
    this.cache = new DeviceCache(engine, this.model.config, options);
  }

  private get model(): SampledModel {
    return this.written.model;
  }

  private get weights(): Weights {
    return this.written.weights;
  }

  /**
   * @param weights the model's parameters by name, and the adapter's; what they hold may change between calls of
   *   `sample` and `write`
   * @throws EngineError where the device refuses the graphs
   */
  static async create(
    engine: Engine,
    model: SampledModel,
    weights: Weights,
    {
      mergesAdapter = false,
      rewritten = (graph) => graph,
      transposesHead = true,
      ...options
    }: DeviceSamplerOptions = {},
  ): Promise<DeviceSampler> {
    const { lora, ...plain } = model;
    const shared = {
      given: { model, weights },
      baseStays: lora !== undefined,
      // On a CPU a product with a transposed factor costs nothing more.
      hasTransposedHead: transposesHead && engine.isApart && model.config.tiedEmbeddings,
      rewritten,
    };
    const merged =
      lora !== undefined && mergesAdapter
        ? await MergedAdapter.create(engine, { ...plain, lora }, weights, options)
        : undefined;
    const written =
      merged === undefined
        ? { model, weights, merged, ...shared }
        : { model: plain, weights: { ...weights, ...merged.weights }, merged, ...shared };
    const sampler = new DeviceSampler(engine, written, options);
    await sampler.prefill();
    await sampler.step(false);
    return sampler;
  }

  /** Samples every request and tells each as soon as it has ended. Returns those that were cut short. */
  async sample(
    requests: readonly SamplingRequest[],
    options: SamplingOptions,
    watch: SamplingWatch & { readonly stopped?: () => boolean },
  ): Promise<CutRequest[]> {
    const job = new DeviceJob(this.model.config, jobSizeFor(this.model.config, requests, options.slots).slots, watch);
    job.add(requests, options);
    await this.work(job, {
      most: Math.max(0, ...requests.map(({ prompt }) => prompt.length)) + options.maxNewTokens,
      goesOn: () => watch.stopped?.() !== true,
      compacts: true,
      precision: options.precision,
    });
    return job.cut();
  }

  /**
   * Writes requests that come while others are written, until none is left.
   *
   * @param slots sequences that are written at once
   * @param intake is given the job before each step, to add and to cancel
   * @throws EngineError where the model gives what isn't a number
   */
  async write(slots: number, intake: (job: OpenSamplingJob) => void, watch: SamplingWatch): Promise<void> {
    const job = new DeviceJob(this.model.config, slots, watch);
    const goesOn = (): boolean => {
      if (!job.finite) throw new EngineError(NOT_FINITE);
      intake(job);
      return true;
    };
    await this.work(job, { most: this.model.positions ?? this.model.config.maxPositions, goesOn, compacts: false });
  }

  /** Gives back the memory of the caches until the next call. */
  release(): void {
    this.cache.clear();
    this.probabilities?.dispose();
    this.probabilities = undefined;
  }

  async dispose(): Promise<void> {
    this.release();
    this.transposedHead?.dispose();
    this.transposedHead = undefined;
    for (const rounded of this.rounded.values()) await rounded.dispose();
    this.rounded.clear();
    await this.cache.dispose();
    await this.written.merged?.dispose();
    for (const program of this.programs.values()) await (await program).dispose();
    this.programs.clear();
  }

  /** Steps of a job until it has nothing left. */
  private async work(job: DeviceJob, { most, goesOn, compacts, precision }: WorkOptions): Promise<void> {
    let opened = false;
    try {
      await this.written.merged?.refresh();
      await this.refreshHead();
      const rounded = await this.roundedTo(precision);
      while (goesOn() && job.unfinished) {
        const placement = job.begin();
        if (!opened) this.cache.open(job.capacity, Math.min(most, job.positions + FIRST_ROOM));
        opened = true;
        await this.cache.reserve(job.positions, most);
        await this.place(placement);
        // The first token is drawn by what reads the prompt.
        const isFirst = rounded !== undefined && job.begins;
        job.takeStep(await this.runStep(job, isFirst ? undefined : rounded), isFirst);
        const kept = compacts ? job.compact() : undefined;
        if (kept !== undefined) await this.cache.keep(kept);
      }
    } catch (error) {
      this.release();
      throw error;
    }
    if (this.options.lean === true || !job.finite) this.release();
  }

  private async runStep(job: DeviceJob, rounded: RoundedWeights | undefined): Promise<DrawnTokens> {
    const { isRanked } = job;
    const step = await this.step(isRanked, rounded);
    const probabilities = isRanked ? this.probabilitiesOf(job.capacity) : undefined;
    const head = this.transposedHead === undefined ? {} : { [TRANSPOSED_HEAD]: this.transposedHead };
    const weights = rounded === undefined ? this.weights : { ...this.written.given.weights, ...rounded.inputs };
    const outputs = await step.run(
      { ...weights, ...head, ...this.cache.inputs, ...job.stepInputs() },
      { ...this.cache.outputs, ...(probabilities === undefined ? {} : { probabilities }) },
    );
    const drawn = await readFloats(outputs, "drawn");
    const slots = job.slotsToRead({ isRanked, drawn });
    if (slots.length === 0 || probabilities === undefined) return { isRanked, drawn, rows: new Float32Array(0) };
    const pick = await this.program("pick", () => pickedRowsGraph(this.model.config));
    const rows = { data: Int32Array.from(slots), dims: [slots.length] };
    return { isRanked, drawn, rows: await readFloats(await pick.run({ probabilities, rows }), "picked") };
  }

  private async place({ copies, prompts }: Placement): Promise<void> {
    if (copies.length > 0) await this.copy(copies);
    let next: PlacedPrompt[] = [];
    for (const placed of prompts) {
      if (next.length > 0 && (next.length + 1) * this.timeOf([...next, placed]) > MOST_READ) {
        await this.read(next);
        next = [];
      }
      next.push(placed);
    }
    if (next.length > 0) await this.read(next);
  }

  private async copy(copies: readonly CopiedPrompt[]): Promise<void> {
    const program = await this.program("copy", () => copyRowsGraph(this.model.config));
    const rows = (end: "from" | "to"): DenseTensor =>
      this.cache.rows(
        copies.flatMap((copy) =>
          Array.from({ length: copy.positions }, (_, position) => ({ slot: copy[end], position })),
        ),
      );
    await program.run({ ...this.cache.inputs, from: rows("from"), to: rows("to") }, this.cache.outputs);
  }

  /** Reads prompts, but for the last token of each, into their slots. */
  private async read(prompts: readonly PlacedPrompt[]): Promise<void> {
    const { heads, kvHeads } = this.model.config;
    const [time, group] = [this.timeOf(prompts), heads / kvHeads];
    const tokens = new Int32Array(prompts.length * time);
    const from: number[] = [];
    const to: { slot: number; position: number }[] = [];
    prompts.forEach(({ prompt, slots }, row) => {
      const kept = prompt.slice(0, -1);
      tokens.set(kept, row * time);
      for (const slot of slots) {
        for (let position = 0; position < kept.length; position++) {
          to.push({ slot, position });
          for (let head = 0; head < kvHeads; head++) from.push((row * time + position) * kvHeads + head);
        }
      }
    });
    const inputs: ProgramInputs = {
      tokens: { data: tokens, dims: [prompts.length, time] },
      mask: { data: causalMask(time, group), dims: [time * group, time] },
      from: { data: Int32Array.from(from), dims: [from.length] },
      to: this.cache.rows(to),
    };
    const prefill = await this.prefill();
    await prefill.run({ ...this.weights, ...this.cache.inputs, ...inputs }, this.cache.outputs);
  }

  /** Tokens that some prompts are padded to, each without its last. */
  private timeOf(prompts: readonly PlacedPrompt[]): number {
    const longest = Math.max(...prompts.map(({ prompt }) => prompt.length - 1));
    return Math.min(Math.ceil(longest / TIME_STEP) * TIME_STEP, this.model.positions ?? this.model.config.maxPositions);
  }

  /** The output layer's weight as it is now: under an adapter it never changes. */
  private async refreshHead(): Promise<void> {
    if (!this.written.hasTransposedHead) return;
    if (this.transposedHead !== undefined && this.written.baseStays) return;
    const { config } = this.model;
    this.transposedHead ??= this.engine.zeros([config.hiddenSize, config.vocabSize]);
    const program = await this.program("head", () => transposedHeadGraph(config));
    await program.run(this.weights, { transposed: this.transposedHead });
  }

  /** The weights as they are now in a precision; none where that is float32. */
  private async roundedTo(precision: RolloutPrecision = "float32"): Promise<RoundedWeights | undefined> {
    if (precision === "float32") return undefined;
    const { given, baseStays } = this.written;
    const rounded =
      this.rounded.get(precision) ??
      (await RoundedWeights.create(this.engine, given, { ...this.options, precision, stays: baseStays }));
    this.rounded.set(precision, rounded);
    await rounded.refresh();
    return rounded;
  }

  private probabilitiesOf(slots: number): EngineTensor {
    if (this.probabilities?.dims[0] === slots) return this.probabilities;
    this.probabilities?.dispose();
    this.probabilities = this.engine.zeros([slots, this.model.config.vocabSize]);
    return this.probabilities;
  }

  private prefill(): Promise<Program> {
    return this.program("prefill", () => devicePrefillGraph(this.model));
  }

  private step(isRanked: boolean, rounded?: RoundedWeights): Promise<Program> {
    const { hasTransposedHead, given } = this.written;
    const variant = { isRanked, hasTransposedHead };
    const name = isRanked ? "ranked step" : "step";
    if (rounded === undefined) return this.program(name, () => deviceStepGraph(this.model, variant));
    const graph = (): ModelSpec => rounded.graph(deviceStepGraph(given.model, variant));
    return this.program(`${name} in ${rounded.bits} bits`, graph);
  }

  /** A program by its name, compiled when it is first needed. */
  private program(name: string, graph: () => ModelSpec): Promise<Program> {
    const known = this.programs.get(name);
    if (known !== undefined) return known;
    const { profile } = this.options;
    const made = this.engine.compile(this.written.rewritten(graph()), {
      ...this.options,
      ...(profile === undefined ? {} : { profile: `${profile}-${name.replaceAll(" ", "-")}` }),
    });
    this.programs.set(name, made);
    // One that can't be made is asked for again.
    made.catch(() => this.programs.delete(name));
    return made;
  }
}

interface WorkOptions {
  /** Positions that no sequence gets beyond. */
  readonly most: number;
  /** Asked before each step. */
  readonly goesOn: () => boolean;
  /** No request comes later: slots may be given up. */
  readonly compacts: boolean;
  /** What tokens are written with; prompts are read, and the first token drawn, in float32. */
  readonly precision?: RolloutPrecision | undefined;
}
