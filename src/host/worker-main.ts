/** The inner side of `startWorker` in a thread of Node. */
import { parentPort, workerData } from "node:worker_threads";
import { answerCalls, type AnyProgram } from "./answer-calls.ts";
import type { CallMessage } from "./worker-calls.ts";

const port = parentPort!;

async function load(): Promise<AnyProgram> {
  const module = (await import((workerData as { module: string }).module)) as { default: AnyProgram };
  return module.default;
}

port.on(
  "message",
  answerCalls(load, (message, transfer = []) => port.postMessage(message, transfer)) as (call: CallMessage) => void,
);
