import { spawn } from "node:child_process";
import { environmentWithoutSecrets } from "../../host/child-environment.ts";
import { programArguments } from "../../host/open-thread.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { printableLine } from "../../text/printable.ts";
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
  readonly measures?: boolean;
  readonly threads?: number;
  /** After so many the process is ended; 120 where absent. */
  readonly seconds?: number;
  readonly signal?: AbortSignal | undefined;
}

const SECONDS = 120;
/** Of what it writes, characters that are kept: what the engine found comes first. */
const MOST_LOG = 65_536;

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
  signal?.throwIfAborted();
  // What is computed on the processor takes minutes and is never chosen.
  const isMeasured = measures && !isSoftwareAdapter(await adapterFacts(device));
  const child = spawn(process.execPath, [...programArguments("./probe-process", import.meta.url)], {
    env: environmentWithoutSecrets(),
    windowsHide: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const end = (): void => void child.kill("SIGKILL");
  const onProcessEnd = (): void => end();
  process.once("exit", onProcessEnd);
  signal?.addEventListener("abort", end);
  let log = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (log += text.slice(0, MOST_LOG - log.length)));
  let found: Omit<DeviceProbe, keyof AdapterFacts> = { test: null, step: null, problem: null };
  let cpu = 0;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, seconds * 1000);
  const how = await new Promise<string | null>((resolve) => {
    child.on("message", (news: ProbeNews) => {
      if (news.kind === "tested") found = { ...found, test: { worstError: news.worstError, wrong: news.wrong, seconds: news.seconds } };
      else if (news.kind === "problem") found = { ...found, problem: printableLine(news.text) };
      else if (news.kind === "measured") {
        cpu = news.cpu ?? cpu;
        if (news.device !== undefined) found = { ...found, step: { cpu, device: news.device } };
      } else resolve(null);
      if (news.kind === "problem") resolve(null);
    });
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, name) => resolve(`the driver ended it (${name ?? `exit code ${code}`})`));
    child.send({ device, config, measures: isMeasured, threads } satisfies ProbeRequest, () => undefined);
  });
  clearTimeout(timer);
  process.off("exit", onProcessEnd);
  signal?.removeEventListener("abort", end);
  end();
  signal?.throwIfAborted();
  if (how !== null) {
    const what = found.test === null ? "test" : "measurement";
    const why = late ? `it took longer than ${seconds} s` : how;
    found = { ...found, problem: `the ${what} of ${device} did not end: ${why}` };
  }
  return { ...(await adapterFacts(device, log)), ...found };
}
