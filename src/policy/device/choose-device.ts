import { DEFAULT_DEVICE } from "../../engine/index.ts";
import { EngineError, show } from "../../errors.ts";
import { parameterCount } from "../../model/parameters.ts";
import type { DeviceChoice } from "../local/engine-options.ts";
import { isSoftwareAdapter, UNKNOWN, type AdapterFacts } from "./adapters.ts";
import { STEP_TOKENS } from "./measure-step.ts";
import { probeDevice, type DeviceProbe } from "./probe-device.ts";
import type { TestedModel } from "./tested-model.ts";

/** Below so many parameters a GPU isn't worth its calls (docs/gpu.md), and `auto` looks for none. */
export const AUTO_FROM = 10_000_000;
/** What `auto` gives a device to show what it can do. */
const AUTO_SECONDS = 90;

/** What a device was when a run began on it: it decides the run's bytes. */
export interface DeviceRecord extends AdapterFacts {
  /** Of its test beside the CPU, relative. */
  readonly worstError: number;
}

/** A device that computes. */
export interface ChosenDevice {
  readonly device: string;
  /** Null of the CPU. */
  readonly record: DeviceRecord | null;
}

/** For what a device is chosen, and who hears of it. */
export interface DeviceQuestion extends TestedModel {
  /** Engine threads that the CPU would have. */
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: ((text: string) => void) | undefined;
}

/** What tries devices; tests give their own. */
export type ProbeDevice = typeof probeDevice;

/**
 * The device that a choice stands for. One that is named is tested, and refused where it computes something else than
 * the CPU; `auto` takes what makes a training step sooner, and says why.
 *
 * @throws EngineError where a named device isn't there, or computes wrongly
 */
export async function chooseDevice(
  choice: DeviceChoice,
  question: DeviceQuestion,
  probe: ProbeDevice = probeDevice,
): Promise<ChosenDevice> {
  if (choice === DEFAULT_DEVICE) return ON_CPU;
  if (choice === "auto") return chooseFastest(question, probe);
  const { signal, onNote } = question;
  const found = await probe(choice, testedOf(question), { signal });
  const why = refusal(found);
  if (why !== null) throw new EngineError(`Expected \`device\` ${show(choice)} to be of use here, but: ${why}`);
  onNote?.(`Computes on ${choice}: ${adapterWords(found)}, ${errorWords(found)}.`);
  return chosen(choice, found);
}

/** What is sent to another process: nothing but what it tests. */
function testedOf({ config, lora, basePrecision }: DeviceQuestion): TestedModel {
  return { config, lora, basePrecision };
}

const ON_CPU: ChosenDevice = { device: DEFAULT_DEVICE, record: null };

async function chooseFastest(question: DeviceQuestion, probe: ProbeDevice): Promise<ChosenDevice> {
  const { config, workers: threads, signal, onNote } = question;
  const parameters = parameterCount(config);
  const stay = (why: string): ChosenDevice => {
    onNote?.(`Computes on the CPU: ${why}`);
    return ON_CPU;
  };
  if (parameters < AUTO_FROM)
    return stay(
      `a model of ${millions(parameters)} parameters is too small to gain by a GPU (\`auto\` looks for one from ${millions(AUTO_FROM)}).`,
    );
  const reasons: string[] = [];
  let best: { readonly name: string; readonly found: DeviceProbe; readonly seconds: number } | undefined;
  let cpu = Infinity;
  for (const name of candidates()) {
    const found = await probe(name, testedOf(question), { measures: true, threads, seconds: AUTO_SECONDS, signal });
    const why = isSoftwareAdapter(found) ? `${found.adapter} is no GPU.` : (refusal(found) ?? found.problem);
    if (why !== null || found.step === null) {
      reasons.push(`${name}: ${why ?? "it was not measured."}`);
      continue;
    }
    cpu = Math.min(cpu, found.step.cpu);
    const seconds = found.step.device;
    reasons.push(`${name} (${adapterWords(found)}) ${secondsWords(seconds)}`);
    if (seconds < (best?.seconds ?? Infinity)) best = { name, found, seconds };
  }
  if (best === undefined) return stay(reasons.join(" "));
  const times = `a training step of ${STEP_TOKENS} tokens takes the CPU ${secondsWords(cpu)}, ${reasons.join(", ")}`;
  if (cpu <= best.seconds) return stay(`${times}.`);
  onNote?.(`Computes on ${best.name}: ${times}; ${errorWords(best.found)}.`);
  return chosen(best.name, best.found);
}

/** CUDA is there for those who say where its libraries are. */
function candidates(): readonly DeviceChoice[] {
  return (process.env["AHA_CUDA"] ?? "") === "" ? ["webgpu"] : ["webgpu", "cuda"];
}

/** Why a device must not be used; null where it may be. */
export function refusal({ test, problem }: DeviceProbe): string | null {
  if (test === null) return problem ?? "it was not tested.";
  if (test.wrong === null) return null;
  return `it computes ${test.wrong} wrongly (${errorText(test.worstError)} beside the CPU); update its driver, or use \`device: cpu\`.`;
}

function chosen(device: string, { adapter, driver, test }: DeviceProbe): ChosenDevice {
  // Two digits: the others say nothing.
  return { device, record: { adapter, driver, worstError: Number(test!.worstError.toPrecision(2)) } };
}

/** The GPU and its driver, as far as they are known. */
export function adapterWords({ adapter, driver }: AdapterFacts): string {
  const known = adapter === UNKNOWN ? "an unknown GPU" : adapter;
  return driver === UNKNOWN ? known : `${known}, driver ${driver}`;
}

/** How far a device is from the CPU. */
export function errorWords({ test }: Pick<DeviceProbe, "test">): string {
  return `gradients, an update and draws within ${errorText(test!.worstError)} of the CPU's`;
}

function errorText(error: number): string {
  return Number.isFinite(error) ? error.toExponential(0) : "not finite";
}

function millions(count: number): string {
  return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)}M`;
}

function secondsWords(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}
