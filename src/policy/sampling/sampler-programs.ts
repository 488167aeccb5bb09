import type { Engine, ModelSpec, Program, ProgramOptions } from "../../engine/index.ts";
import { ProgramCache } from "../program-cache.ts";
import { inRolloutPrecision, type RolloutPrecision } from "./rollout-precision.ts";
import { prefillBehindGraph, prefillGraph, stepGraph, type SampledModel } from "./sampling-graphs.ts";

export interface SamplerOptions extends ProgramOptions {
  /** Those of the weights that don't change: writing has them as constants, which the engine packs once. */
  readonly frozen?: ReadonlyMap<string, Float32Array>;
  /** What tokens are written with; prompts are read in float32. Other than that it needs `frozen`. */
  readonly precision?: RolloutPrecision;
  /** The graphs as they read the weights, where those are held otherwise than in float32. */
  readonly rewritten?: (graph: ModelSpec) => ModelSpec;
}

/** The graphs of a sampler, compiled when they are first needed. */
export class SamplerPrograms {
  private readonly programs: ProgramCache;

  constructor(
    private readonly engine: Engine,
    private readonly model: SampledModel,
    private readonly options: SamplerOptions,
  ) {
    const { frozen: _frozen, precision: _precision, rewritten: _rewritten, ...compiling } = options;
    this.programs = new ProgramCache(engine, compiling);
  }

  /** Reads whole prompts. */
  prefill(): Promise<Program> {
    return this.program("prefill", () => prefillGraph(this.model));
  }

  /** Reads the rests of prompts behind what they begin with. */
  prefillBehind(): Promise<Program> {
    return this.program("prefill behind", () => prefillBehindGraph(this.model));
  }

  /** Writes a token. Of the two ways one is kept at a time where memory is scarce: each packs the constants anew. */
  async step(isBehind: boolean): Promise<Program> {
    const [name, other] = isBehind ? ["step behind", "step"] : ["step", "step behind"];
    if (this.options.lean === true) await this.programs.drop(other!);
    const { frozen = new Map<string, Float32Array>(), precision = "float32", ...options } = this.options;
    return this.program(name!, () =>
      inRolloutPrecision(this.engine, stepGraph(this.model, frozen, isBehind), frozen, { ...options, precision }),
    );
  }

  async dispose(): Promise<void> {
    await this.programs.dispose();
  }

  private program(name: string, graph: () => ModelSpec | Promise<ModelSpec>): Promise<Program> {
    const { rewritten = (given) => given } = this.options;
    return this.programs.get(name, async () => rewritten(await graph()));
  }
}
