import { join } from "node:path";
import { EngineError, show } from "../errors.ts";
import { loadModelFace } from "../formats/checkpoint.ts";
import { LORA_TARGETS } from "../model/lora-targets.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { adapterWords, chooseDevice, type ChosenDevice, type DeviceRecord } from "../policy/device/choose-device.ts";
import type { TestedModel } from "../policy/device/tested-model.ts";
import type { DeviceChoice, EngineOptions } from "../policy/local/engine-options.ts";
import type { RunConfig } from "../records/run-event.ts";
import { noting, type RunContext } from "./training-run.ts";

/** What decides where a run computes. */
interface RunOnDevice extends Pick<EngineOptions, "device" | "workers">, Partial<TrainedPart> {
  /** Where others compute, this machine's part is the CPU's. */
  readonly engine?: string;
  readonly samplers?: string;
}

/** What of a model is trained, which decides what a device is tested by. */
type TrainedPart = Pick<EngineOptions, "lora" | "loraTargets" | "basePrecision">;

/** A run's options on the device that they stand for, and what its config records of it. */
export interface OnDevice<T> {
  readonly options: T;
  /** Nothing of a run on the CPU. */
  readonly recorded: { readonly deviceTest?: DeviceRecord };
}

/**
 * Puts a run's options on the device that they stand for: what is recorded is a device, never `auto`.
 *
 * @throws what `chooseDevice` throws
 */
export async function onDevice<T extends RunOnDevice>(
  options: T,
  config: ModelConfig,
  context: RunContext,
): Promise<OnDevice<T>> {
  const { engine = "", samplers = "", workers } = options;
  const choice = engine === "" && samplers === "" ? options.device : "cpu";
  const { device, record } = await chosenFor(choice, { config, ...trainedPart(options), workers }, context);
  return {
    options: { ...options, device: device as DeviceChoice },
    recorded: record === null ? {} : { deviceTest: record },
  };
}

/** A run that goes on, and what it is told to do otherwise. */
interface ResumedRun {
  readonly folder: string;
  readonly config: RunConfig;
  readonly changes: Partial<Pick<EngineOptions, "device" | "workers">>;
  /** Whether a run of its kind goes on with other options. */
  readonly changeable: boolean;
}

/**
 * The device on which a run goes on: its own, or another that is asked for. Another GPU or driver than the run's is
 * told.
 *
 * @throws EngineError where the run's own device isn't there, with what to do
 */
export async function deviceToResume(run: ResumedRun, context: RunContext): Promise<ChosenDevice> {
  const stored = run.config as unknown as StoredDevice;
  const { device = "cpu", deviceTest, workers = 1 } = stored;
  const choice = run.changes.device ?? device;
  if (choice === "cpu") return { device: "cpu", record: null };
  const { config } = await loadModelFace(join(run.folder, "checkpoints", "step-0"));
  const was = deviceTest === undefined ? show(device) : `${show(device)} (${adapterWords(deviceTest)})`;
  try {
    const asked = { config, ...trainedPart(stored), workers: run.changes.workers ?? workers };
    const chosen = await chosenFor(choice, asked, context);
    if (chosen.record !== null && deviceTest !== undefined && adapterWords(chosen.record) !== adapterWords(deviceTest))
      noting(context)(
        `The run was trained on ${was} and goes on on ${adapterWords(chosen.record)}: from here on it has other bytes.`,
      );
    return chosen;
  } catch (error) {
    if (!(error instanceof EngineError) || choice !== device) throw error;
    const instead = run.changeable ? ", or with `device: cpu`, from here on to other bytes" : "";
    throw new EngineError(
      `Expected the device that the run was trained on, ${was}, got none that can be used; go on where it is${instead}. (${error.message})`,
      { cause: error },
    );
  }
}

/** A run's config on the device on which it goes on. @returns the same where nothing of it is new */
export function recordedDevice(config: RunConfig, { record }: ChosenDevice): RunConfig {
  const { deviceTest, ...rest } = config as RunConfig & { readonly deviceTest?: DeviceRecord };
  if (JSON.stringify(deviceTest ?? null) === JSON.stringify(record)) return config;
  return record === null ? rest : { ...rest, deviceTest: record };
}

/** The options of a job that is opened while another may have the GPU. */
export function besideAnother<T extends Pick<EngineOptions, "device">>(options: T, beside: string | undefined): T {
  return beside === undefined ? options : { ...options, device: "cpu" };
}

/** What a run's config says of its device. */
interface StoredDevice extends Partial<TrainedPart> {
  readonly device?: DeviceChoice;
  readonly deviceTest?: DeviceRecord;
  readonly workers?: number;
}

function chosenFor(
  choice: DeviceChoice,
  of: TestedModel & { readonly workers: number },
  context: RunContext,
): Promise<ChosenDevice> {
  return chooseDevice(choice, { ...of, signal: context.signal, onNote: noting(context) });
}

function trainedPart({
  lora = 0,
  loraTargets = LORA_TARGETS,
  basePrecision,
}: Partial<TrainedPart>): Omit<TestedModel, "config"> {
  // What a change counts decides no operator.
  return { lora: lora > 0 ? { rank: lora, alpha: 2 * lora, targets: loraTargets } : undefined, basePrecision };
}
