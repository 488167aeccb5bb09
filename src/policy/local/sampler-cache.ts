import type { Engine, ProgramOptions } from "../../engine/index.ts";
import type { SampledModel } from "../sampling/sampling-graphs.ts";
import { Sampler } from "../sampling/sampler.ts";
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
  /** @param frozen with constant weights, which pays where much is sampled before they change */
  sampler(frozen: boolean): Promise<Sampler>;
  /** The trained weights are about to change. */
  weightsChange(): Promise<void>;
  /** Gradients are about to be computed. */
  yieldMemory(): Promise<void>;
}

/** Under an adapter: the base never changes, so that its weights are packed once for all steps, and stay. */
export class AdapterSamplerCache implements SamplerCache {
  private kept: Sampler | undefined;

  constructor(private readonly parts: SamplerParts) {}

  async sampler(): Promise<Sampler> {
    return (this.kept ??= await createSampler(this.parts, true));
  }

  async weightsChange(): Promise<void> {}

  async yieldMemory(): Promise<void> {}
}

/** All weights are trained: one sampler reads them as they are, another has them as constants until they change. */
export class TrainedSamplerCache implements SamplerCache {
  private fed: Sampler | undefined;
  private frozen: Sampler | undefined;

  constructor(private readonly parts: SamplerParts) {}

  async sampler(frozen: boolean): Promise<Sampler> {
    if (frozen) return (this.frozen ??= await createSampler(this.parts, true));
    return (this.fed ??= await createSampler(this.parts, false));
  }

  async weightsChange(): Promise<void> {
    await this.frozen?.dispose();
    this.frozen = undefined;
  }

  async yieldMemory(): Promise<void> {}

  /** Disposes what is kept. */
  async clear(): Promise<void> {
    await this.weightsChange();
    await this.fed?.dispose();
    this.fed = undefined;
  }
}

/** A large model: what writes and what trains take turns in memory. */
export class TurnTakingSamplerCache implements SamplerCache {
  private readonly cache: TrainedSamplerCache;

  /** @param yieldTraining gives the memory of what trains back */
  constructor(
    parts: SamplerParts,
    private readonly yieldTraining: () => Promise<void>,
  ) {
    this.cache = new TrainedSamplerCache(parts);
  }

  async sampler(frozen: boolean): Promise<Sampler> {
    await this.yieldTraining();
    return this.cache.sampler(frozen);
  }

  weightsChange(): Promise<void> {
    return this.cache.weightsChange();
  }

  yieldMemory(): Promise<void> {
    return this.cache.clear();
  }
}

function createSampler({ engine, model, weights, options }: SamplerParts, frozen: boolean): Promise<Sampler> {
  return Sampler.create(engine, model, weights.inputs, {
    ...options,
    ...(frozen ? { frozen: weights.constants() } : {}),
  });
}
