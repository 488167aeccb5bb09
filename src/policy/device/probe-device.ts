import { askProcess, type ProcessEnd } from "../../host/ask-process.ts";
import { environmentWithoutSecrets } from "../../host/child-environment.ts";
import { programArguments } from "../../host/open-thread.ts";
import { adapterFacts, isSoftwareAdapter, type AdapterFacts } from "./adapters.ts";
import type { ProbeNews, ProbeRequest } from "./probe-messages.ts";
import type { DeviceTest } from "./test-device.ts";
import type { TestedModel } from "./tested-model.ts";

/** What came of trying a device. */
export interface DeviceProbe extends AdapterFacts {
  /** Null where it didn't come so far. */
  readonly test: DeviceTest | null;
  /** Seconds of a training step; null where they weren't asked for, or it didn't come so far. */
  readonly step: { readonly cpu: number; readonly device: number } | null;
  /** Why it can't be used or wasn't measured to the end, in one line; null where all went well. */
  readonly problem: string | null;
}

export interface ProbeOptions {
  /** Seconds of a training step are measured too, but for what is computed on the processor. */
  readonly measures?: boolean;
  /** Of the processor, to compare with. */
  readonly threads?: number;
  /** After so many the process that tests is ended, and so is the one that measures; 120 where absent. */
  readonly seconds?: number;
  readonly signal?: AbortSignal | undefined;
}

const SECONDS = 120;

/**
 * TF32 (products of 10 bits of mantissa, which cuBLAS makes of float32 where it may) would miss the bound though
 * every operator is right. So the process that tests has them off, and the one that measures has them as a run has.
 */
const EXACT_PRODUCTS = { NVIDIA_TF32_OVERRIDE: "0" };

/**
 * Tries a device in processes of their own, which have a time limit: a driver can end a process, or never answer. What
 * measures is another than what tests, since one thread of a process may use a GPU.
 *
 * @throws what the signal was aborted with
 */
export async function probeDevice(
  device: string,
  tested: TestedModel,
  { measures = false, threads = 1, seconds = SECONDS, signal }: ProbeOptions = {},
): Promise<DeviceProbe> {
  let found: Pick<DeviceProbe, "test" | "step"> = { test: null, step: null };
  const ask = (asks: ProbeRequest["asks"], further: Readonly<Record<string, string>>): Promise<ProcessEnd> =>
    askProcess<ProbeRequest, ProbeNews>({
      program: programArguments("./probe-process", import.meta.url),
      // AHA_CUDA and XDG_CACHE_HOME among them (`engineEnvironment`).
      environment: { ...environmentWithoutSecrets(), ...further },
      request: { asks, device, tested, threads },
      seconds,
      signal,
      onNews: (news) => (found = { ...found, ...news }),
    });
  const { problem, log } = await ask("test", EXACT_PRODUCTS);
  const facts = await adapterFacts(device, log);
  const isMeasured = measures && found.test?.wrong === null && !isSoftwareAdapter(facts);
  const measured = isMeasured ? (await ask("step", {})).problem : null;
  return { ...facts, ...found, problem: problem ?? measured };
}
