import type { SamplerTotals } from "../policy/samplers/run-sampler.ts";

export interface SamplerFlags {
  /** Of the Redis that runs with `samplers` have. */
  readonly address: string;
  readonly token?: string;
  /** Engine threads; as many as the machine has processors where absent. */
  readonly workers?: number;
}

export interface SamplerSummary extends SamplerTotals {
  /** The address without a password. */
  readonly address: string;
}
