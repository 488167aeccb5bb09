import { availableParallelism } from "node:os";
import { cudaMissing } from "../../engine/cuda-library.ts";
import { adapterWords, errorWords, refusal } from "./choose-device.ts";
import { isSoftwareAdapter, UNKNOWN } from "./adapters.ts";
import { probeDevice, type DeviceProbe } from "./probe-device.ts";
import { SMOLLM2_135M } from "./smollm2-shape.ts";

/** A device of this machine, tried. */
export interface SurveyedDevice extends DeviceProbe {
  readonly device: string;
  readonly usable: boolean;
  /** Whether `auto` would take it for a model of SmolLM2-135M's shape. */
  readonly auto: boolean;
}

export interface SurveyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly probe?: typeof probeDevice;
}

/** Every device but the CPU, which is always there. */
export const GPU_DEVICES: readonly string[] = ["webgpu", "cuda"];
/** Of the test of a device, shaders and all, and of its measurement. */
const SECONDS = 90;

/**
 * Tries every device in a process of its own and measures it by the shape of SmolLM2-135M.
 *
 * @throws what the signal was aborted with
 */
export async function surveyDevices({ signal, probe = probeDevice }: SurveyOptions = {}): Promise<SurveyedDevice[]> {
  const surveyed: SurveyedDevice[] = [];
  for (const device of GPU_DEVICES) {
    const missing = device === "cuda" ? await cudaMissing() : null;
    const options = { measures: true, threads: availableParallelism(), seconds: SECONDS, signal };
    const found =
      missing === null
        ? await probe(device, { config: SMOLLM2_135M }, options)
        : { adapter: UNKNOWN, driver: UNKNOWN, test: null, step: null, problem: missing };
    const usable = refusal(found) === null;
    const auto = usable && !isSoftwareAdapter(found) && found.step !== null && found.step.device < found.step.cpu;
    surveyed.push({ device, ...found, usable, auto });
  }
  return surveyed;
}

/** What came of a device in one line. */
export function surveyText(found: SurveyedDevice): string {
  const { test, step, problem } = found;
  const why = refusal(found);
  if (test === null || why !== null) return `no: ${why ?? "it was not tested."}`;
  const parts = [`${adapterWords(found)}; ${errorWords(found)}`];
  if (isSoftwareAdapter(found)) parts.push("no GPU, so `auto` never takes it");
  else if (step === null) parts.push(`its speed was not measured: ${problem ?? "unknown"}`);
  else {
    const ratio = step.cpu / step.device;
    parts.push(
      `a training step of SmolLM2-135M's shape takes ${ratio >= 1 ? `1/${ratio.toFixed(1)}` : `${(1 / ratio).toFixed(1)} times`} of the CPU's time: \`auto\` ${found.auto ? "takes it" : "stays on the CPU"}`,
    );
  }
  return parts.join("; ");
}
