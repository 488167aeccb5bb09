import { askProcess } from "../../host/ask-process.ts";
import { programArguments } from "../../host/open-thread.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { adapterFacts, isSoftwareAdapter, type AdapterFacts } from "./adapters.ts";
import type { ProbeNews, ProbeRequest } from "./probe-messages.ts";
import type { DeviceTest } from "./test-device.ts";

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
  /** After so many the process is ended; 120 where absent. */
  readonly seconds?: number;
  readonly signal?: AbortSignal | undefined;
}

const SECONDS = 120;

/**
 * Tries a device in a process of its own, which has a time limit: a driver can end a process, or never answer.
 *
 * @throws what the signal was aborted with
 */
export async function probeDevice(
  device: string,
  config: ModelConfig,
  { measures = false, threads = 1, seconds = SECONDS, signal }: ProbeOptions = {},
): Promise<DeviceProbe> {
  let found: Pick<DeviceProbe, "test" | "step"> = { test: null, step: null };
  const isMeasured = measures && !isSoftwareAdapter(await adapterFacts(device));
  const { problem, log } = await askProcess<ProbeRequest, ProbeNews>({
    program: programArguments("./probe-process", import.meta.url),
    request: { device, config, measures: isMeasured, threads },
    seconds,
    signal,
    onNews: (news) => (found = { ...found, ...news }),
  });
  return { ...(await adapterFacts(device, log)), ...found, problem };
}
