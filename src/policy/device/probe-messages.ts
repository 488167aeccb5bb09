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

/** What it tells, in this order; a problem ends it. */
export type ProbeNews =
  | ({ readonly kind: "tested" } & DeviceTest)
  /** Seconds of a step. */
  | { readonly kind: "measured"; readonly cpu?: number; readonly device?: number }
  | { readonly kind: "problem"; readonly text: string }
  | { readonly kind: "done" };
