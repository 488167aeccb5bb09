import { askProcess } from "../host/ask-process.ts";
import { programArguments } from "../host/open-thread.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { isSoftwareAdapter } from "../policy/device/adapters.ts";
import { refusal } from "../policy/device/choose-device.ts";
import { probeDevice, type DeviceProbe } from "../policy/device/probe-device.ts";
import { SMOLLM2_135M } from "../policy/device/smollm2-shape.ts";
import type { DeviceBenchNews, DeviceBenchRequest, ModelSpeed } from "./device-bench-messages.ts";

/** What a device reaches. */
export interface DeviceBench {
  readonly device: string;
  /** Of the CPU, its own name. */
  readonly adapter: string;
  readonly driver: string;
  /** Of its test beside the CPU; null of the CPU, and where it wasn't tested. */
  readonly worstError: number | null;
  /** By model, as far as it came. */
  readonly speeds: readonly ModelSpeed[];
  /** Of this process's kind of memory, in megabytes of 2^20 bytes; null where nothing was measured. */
  readonly peakMegabytes: number | null;
  /** Why it was not measured, or not to the end; null where all went well. */
  readonly problem: string | null;
}

export interface BenchDevicesOptions {
  /** `all` for the processor and every GPU that works here. */
  readonly device: string;
  readonly workers: number;
  /** The small model. */
  readonly base: { readonly name: string; readonly config: ModelConfig };
  /** The processor's name. */
  readonly processor: string;
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: ((text: string) => void) | undefined;
}

/** Of a device's measurements in all, where shaders alone can take a minute; of one that is no GPU. */
const SECONDS = 240;
const SOFTWARE_SECONDS = 150;
/** The test of a device that comes before. */
const TEST_SECONDS = 60;
const MINUTES = (SECONDS + TEST_SECONDS) / 60;
/** The share of them that is kept for what takes longer than it was taken to. */
const SPARE = 0.1;
/** That a measurement of all layers may take. */
const MODEL_SECONDS = 40;

/**
 * Measures devices one after the other, each in a process of its own, by a small model and by the shape of
 * SmolLM2-135M.
 *
 * @throws what the signal was aborted with
 */
export async function benchDevices(options: BenchDevicesOptions): Promise<DeviceBench[]> {
  const names = options.device === "all" ? ["cpu", "webgpu", "cuda"] : [options.device];
  const measured: DeviceBench[] = [];
  for (const name of names) {
    options.onNote?.(
      `Measuring ${name}: an update, then 32 and 256 completions side by side; ${MINUTES} minutes at most.`,
    );
    measured.push(await benchDevice(name, options));
  }
  return measured;
}

async function benchDevice(device: string, options: BenchDevicesOptions): Promise<DeviceBench> {
  const { base, workers, processor, signal } = options;
  const probed: DeviceProbe =
    device === "cpu"
      ? { adapter: processor, driver: "", test: null, step: null, problem: null }
      : await probeDevice(device, { config: SMOLLM2_135M }, { seconds: TEST_SECONDS, signal });
  const { adapter, driver, test } = probed;
  const facts = { device, adapter, driver, worstError: test?.worstError ?? null };
  const why = device === "cpu" ? null : refusal(probed);
  if (why !== null) return { ...facts, speeds: [], peakMegabytes: null, problem: why };
  const small = { ...base, seconds: MODEL_SECONDS };
  const large = { name: "SmolLM2-135M", config: SMOLLM2_135M, seconds: MODEL_SECONDS };
  const isSoftware = isSoftwareAdapter(probed);
  const seconds = isSoftware ? SOFTWARE_SECONDS : SECONDS;
  const speeds: ModelSpeed[] = [];
  let peakMegabytes: number | null = null;
  const { problem } = await askProcess<DeviceBenchRequest, DeviceBenchNews>({
    program: programArguments("./device-bench-process", import.meta.url),
    // What is computed on the processor would take minutes for the large one.
    request: {
      device,
      workers,
      models: isSoftware ? [small] : [small, large],
      seconds: (1 - SPARE) * seconds,
    },
    seconds,
    signal,
    onNews: (news) => {
      const { speed } = news;
      if (speeds.at(-1)?.model === speed.model) speeds.pop();
      speeds.push(speed);
      ({ peakMegabytes } = news);
    },
  });
  const left = isSoftware ? `${adapter} is no GPU: ${large.name} is left out` : null;
  const problems = [left, problem].filter((words) => words !== null);
  return { ...facts, speeds, peakMegabytes, problem: problems.length === 0 ? null : problems.join("; ") };
}
