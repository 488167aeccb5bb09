/** The inner side of `startWorker`: loads the program, then answers its calls one after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { sendError } from "./sent-error.ts";
import { Transferred } from "./transferred.ts";
import type { AnswerMessage, CallMessage, NoticeMessage, WorkerProgram } from "./worker-host.ts";

type Functions = Record<string, (...parameters: readonly unknown[]) => unknown>;

const port = parentPort!;
let functions: Functions = {};
// Calls are taken in order: an asynchronous one ends before the next begins.
let queue: Promise<void> = Promise.resolve();
let current = 0;

async function answer({ id, name, parameters }: CallMessage): Promise<void> {
  current = id;
  try {
    const result = name === "start" ? await start(parameters[0]) : await functions[name]!(...parameters);
    if (result instanceof Transferred)
      port.postMessage({ id, result: result.value } satisfies AnswerMessage, result.buffers);
    else port.postMessage({ id, result } satisfies AnswerMessage);
  } catch (error) {
    port.postMessage({ id, error: sendError(error) } satisfies AnswerMessage);
  }
}

async function start(init: unknown): Promise<void> {
  const module = (await import((workerData as { module: string }).module)) as {
    default: WorkerProgram<unknown, Functions>;
  };
  functions = await module.default(init, (notice) => port.postMessage({ id: current, notice } satisfies NoticeMessage));
}

port.on("message", (call: CallMessage) => {
  queue = queue.then(() => answer(call));
});
