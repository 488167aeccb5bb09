import { spawn } from "node:child_process";
import { environmentWithoutSecrets } from "../../host/child-environment.ts";

/** How a command of a lesson is run. */
export interface RunProgramOptions {
  /** Asks the command to stop, as Ctrl-C does. */
  readonly signal: AbortSignal;
  /** Whether a person types to it. */
  readonly typed: boolean;
  /** Sends its words to standard error, so that standard output stays free. */
  readonly aside: boolean;
}

/** Runs this very program with other words. @returns its exit code; 130 where a signal ended it */
export type RunProgram = (words: readonly string[], options: RunProgramOptions) => Promise<number>;

/**
 * Runs the program in a process of its own, without a shell; it ends with this one.
 *
 * @param words the program's own module with what Node needs to load it, then its arguments
 */
export const runProgram: RunProgram = (words, { signal, typed, aside }) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, {
      stdio: [typed ? "inherit" : "ignore", aside ? 2 : "inherit", "inherit"],
      env: environmentWithoutSecrets(),
    });
    // A terminal gives Ctrl-C to both; the same press twice counts once there.
    const stop = (): void => void child.kill("SIGINT");
    const end = (): void => void child.kill("SIGKILL");
    const done = (): void => {
      signal.removeEventListener("abort", stop);
      process.removeListener("exit", end);
    };
    signal.addEventListener("abort", stop, { once: true });
    process.once("exit", end);
    if (signal.aborted) stop();
    child.on("error", (error) => {
      done();
      reject(error);
    });
    child.on("close", (code) => {
      done();
      resolve(code ?? 130);
    });
  });
