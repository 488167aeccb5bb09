import { freeUnreachable } from "../../host/collect-garbage.ts";
import type { Engine, ProgramOptions } from "../../engine/index.ts";
import { ROLLOUT_PRECISIONS, type RolloutPrecision } from "../sampling/rollout-precision.ts";
import type { SampledModel } from "../sampling/sampling-graphs.ts";
import { Sampler } from "../sampling/sampler.ts";
import { Kept } from "../kept.ts";
import type { TrainableWeights } from "./trainable-weights.ts";

/** What samplers are made of. */
export interface SamplerParts {
  readonly engine: Engine;
  readonly model: SampledModel;
  readonly weights: TrainableWeights;
  readonly options: ProgramOptions;
}

/** Which samplers of a worker are kept, and until when. */
export interface SamplerCache {
  /**
   * @param frozen with constant weights, which pays where much is sampled before they change
   * @param precision other than float32 is frozen in any case
   */
  sampler(frozen: boolean, precision?: RolloutPrecision): Promise<Sampler>;
  /** The trained weights are about to change. */
  weightsChange(): Promise<void>;
  /** Gradients are about to be computed. */
  yieldMemory(): Promise<void>;
}

/** One sampler for each precision. */
class KeptSamplers {
  private readonly kept = new Map(ROLLOUT_PRECISIONS.map((precision) => [precision, new Kept<Sampler>()]));

  constructor(private readonly parts: SamplerParts) {}

  get(precision: RolloutPrecision = "float32"): Promise<Sampler> {
    return this.kept.get(precision)!.get(() => createSampler(this.parts, true, precision));
  }

  async drop(): Promise<void> {
    for (const sampler of this.kept.values()) await sampler.drop();
  }
}

/** Under an adapter: the base never changes, so that its weights are packed once for all steps, and stay. */
export class AdapterSamplerCache implements SamplerCache {
  private readonly kept: KeptSamplers;

  constructor(private readonly parts: SamplerParts) {
    this.kept = new KeptSamplers(parts);
  }

  sampler(_frozen?: boolean, precision?: RolloutPrecision): Promise<Sampler> {
    return this.kept.get(precision);
  }

  async weightsChange(): Promise<void> {}

  async yieldMemory(): Promise<void> {
    // Keys and values of what was written.
    if (this.parts.options.lean === true) freeUnreachable();
  }
}

/** All weights are trained: one sampler reads them as they are, another has them as constants until they change. */
export class TrainedSamplerCache implements SamplerCache {
  private readonly fed = new Kept<Sampler>();
  private readonly frozen: KeptSamplers;

  /**
   * @param yields for a large model: its copies of the weights give their memory to what trains. That gives its own
   *   back after every run, and stays: a graph of 4,000 nodes takes 1.6 s to be made and some 50 MB.
   */
  constructor(
    private readonly parts: SamplerParts,
    private readonly yields: boolean = false,
  ) {
    this.frozen = new KeptSamplers(parts);
  }

  sampler(frozen: boolean, precision: RolloutPrecision = "float32"): Promise<Sampler> {
    return frozen || precision !== "float32"
      ? this.frozen.get(precision)
      : this.fed.get(() => createSampler(this.parts, false));
  }

  weightsChange(): Promise<void> {
    return this.frozen.drop();
  }

  async yieldMemory(): Promise<void> {
    if (!this.yields) return;
    await this.frozen.drop();
    await this.fed.drop();
    freeUnreachable();
  }
}

function createSampler(
  { engine, model, weights, options }: SamplerParts,
  frozen: boolean,
  precision: RolloutPrecision = "float32",
): Promise<Sampler> {
  return Sampler.create(engine, model, weights.inputs, {
    ...options,
    precision,
    ...(frozen ? { frozen: weights.constants() } : {}),
  });
}
