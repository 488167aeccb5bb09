import type { ModelConfig } from "../../model/model-config.ts";
import type { DeviceTest } from "./test-device.ts";

/** What a probing process is asked. */
export interface ProbeRequest {
  readonly device: string;
  readonly config: ModelConfig;
  /** A training step of the model is measured too, on the processor and on the device. */
  readonly measures: boolean;
  /** Of the processor. */
  readonly threads: number;
}

/** What it tells, in this order. */
export type ProbeNews =
  | { readonly test: DeviceTest }
  /** Seconds of a training step. */
  | { readonly step: { readonly cpu: number; readonly device: number } };
