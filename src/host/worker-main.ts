/** The inner side of `startWorker`: loads the program, then answers its calls one after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { AhaError } from "../errors.ts";
import type { AnswerMessage, CallMessage, NoticeMessage, WorkerProgram } from "./worker-host.ts";

type Functions = Record<string, (...parameters: readonly unknown[]) => unknown>;

const port = parentPort!;
let functions: Functions = {};
// Calls are taken in order: an asynchronous one ends before the next begins.
let queue: Promise<void> = Promise.resolve();

async function answer(call: CallMessage): Promise<AnswerMessage> {
  try {
    if (call.name === "start") {
      const module = (await import((workerData as { module: string }).module)) as {
        default: WorkerProgram<unknown, Functions>;
      };
      functions = await module.default(call.parameters[0], (notice) =>
        port.postMessage({ notice } satisfies NoticeMessage),
      );
      return { id: call.id };
    }
    return { id: call.id, result: await functions[call.name]!(...call.parameters) };
  } catch (error) {
    const { name, message, stack } = error as Error;
    return { id: call.id, error: { name, message, stack, aha: error instanceof AhaError } };
  }
}

port.on("message", (call: CallMessage) => {
  queue = queue.then(async () => port.postMessage(await answer(call)));
});
