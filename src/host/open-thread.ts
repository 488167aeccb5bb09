import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker, type ResourceLimits, type TransferListItem } from "node:worker_threads";
import { printable } from "../text/printable.ts";
import { childEnvironment } from "./child-environment.ts";
import { refuseTelemetry } from "./no-telemetry.ts";

export interface ThreadOptions {
  /** The fewest that Node needs where not given; never the process's own, which has keys in it. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly limits?: ResourceLimits;
  /** What it writes is dropped: to read it keeps the process from ending, as the thread alone (`unref`) doesn't. */
  readonly silent?: boolean;
  /** Ports that the data holds. */
  readonly transfer?: readonly TransferListItem[];
}

/** The module of a thread beside the caller, with the ending that the caller itself runs under. */
export function workerModule(name: string, callerUrl: string): URL {
  return new URL(`${name}${callerUrl.endsWith(".ts") ? ".ts" : ".js"}`, callerUrl);
}

/**
 * The arguments with which Node runs a program beside the caller as a process of its own.
 *
 * @param name without its ending
 */
export function programArguments(name: string, callerUrl: string): readonly string[] {
  const program = fileURLToPath(workerModule(name, callerUrl));
  // In a source checkout the program is TypeScript.
  return program.endsWith(".ts")
    ? ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href, program]
    : [program];
}

/**
 * Opens a thread on a module of ours. What is written in it goes to standard error, made printable: standard output is
 * this process's own, and its last line may be for a program to read.
 *
 * @param data is the thread's `workerData`
 */
export function openThread(module: URL, data: object, options: ThreadOptions = {}): Worker {
  const { environment = childEnvironment(), limits = {}, silent = false, transfer = [] } = options;
  refuseTelemetry();
  const fromSource = import.meta.url.endsWith(".ts");
  const entry = fromSource ? new URL("./worker-from-source.mjs", import.meta.url) : module;
  const worker = new Worker(entry, {
    workerData: { ...data, main: module.href },
    // As this process was started, with a script on its command line say, is none of the thread's business.
    execArgv: [],
    env: { ...environment },
    stdout: true,
    stderr: true,
    resourceLimits: limits,
    transferList: [...transfer],
  });
  if (silent) return worker;
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => process.stderr.write(printable(text)));
  }
  return worker;
}
