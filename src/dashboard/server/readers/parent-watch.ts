import { Socket } from "node:net";

/**
 * The thread of a reader that notices when the server is gone, however it went: then standard input ends. It ends the
 * reader also while native code holds all of the main thread.
 */
export default function parentWatch(): Record<string, never> {
  const input = new Socket({ fd: 0, readable: true, writable: false });
  const end = (): void => void process.kill(process.pid, "SIGKILL");
  input.on("error", end).on("close", end).resume();
  return {};
}
