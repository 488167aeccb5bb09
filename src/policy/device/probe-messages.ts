import type { DeviceTest } from "./test-device.ts";
import type { TestedModel } from "./tested-model.ts";

/** What a probing process is asked: whether a device computes rightly, or what a training step takes. */
export interface ProbeRequest {
  readonly asks: "test" | "step";
  readonly device: string;
  readonly tested: TestedModel;
  /** Of the processor. */
  readonly threads: number;
}

/** What it tells. */
export type ProbeNews =
  | { readonly test: DeviceTest }
  /** Seconds of a training step. */
  | { readonly step: { readonly cpu: number; readonly device: number } };
