import type { ModelConfig } from "../model/model-config.ts";

/** What a measuring process is asked. */
export interface DeviceBenchRequest {
  readonly device: string;
  /** Engine threads, where the processor computes. */
  readonly workers: number;
  /** Measured one after the other. */
  readonly models: readonly BenchedModel[];
  /** For all of it, from the process's start: what would take longer is left out. */
  readonly seconds: number;
}

/** A model whose shape is measured; its weights are random. */
export interface BenchedModel {
  readonly name: string;
  readonly config: ModelConfig;
  /** Seconds that a measurement of all its layers may take; with fewer layers where it would take more. */
  readonly seconds: number;
}

/** What a device reaches with a model. */
export interface ModelSpeed {
  readonly model: string;
  /** So many layers were measured, of so many; the speeds are those of all, by parameters. */
  readonly layers: number;
  readonly ofLayers: number;
  /** A policy's update on 8 sequences of 128 tokens; null where it wasn't measured. */
  readonly trainTokensPerSecond: number | null;
  /** Sampled tokens by second, of 32 and of 256 completions side by side; null where it wasn't measured. */
  readonly writeTokensPerSecond32: number | null;
  readonly writeTokensPerSecond256: number | null;
}

/** What such a process tells: of each model again and again, with one figure more. */
export interface DeviceBenchNews {
  readonly speed: ModelSpeed;
  /** Most memory that the process has had resident, in megabytes of 2^20 bytes; a GPU's own isn't in it. */
  readonly peakMegabytes: number;
}
