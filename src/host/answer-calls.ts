import { sendError } from "./sent-error.ts";
import { Transferred } from "./transferred.ts";
import type { AnswerMessage, CallMessage, NoticeMessage, WorkerProgram } from "./worker-calls.ts";

type Functions = Record<string, (...parameters: readonly unknown[]) => unknown>;

/** The program that a thread runs. */
export type AnyProgram = WorkerProgram<unknown, Functions>;

type Post = (message: AnswerMessage | NoticeMessage, transfer?: readonly ArrayBuffer[]) => void;

/**
 * The inner side of `startWorker`: loads the program, then answers its calls one after the other.
 *
 * @returns takes each call as it comes
 */
export function answerCalls(load: () => Promise<AnyProgram>, post: Post): (call: CallMessage) => void {
  let functions: Functions = {};
  // Calls are taken in order: an asynchronous one ends before the next begins.
  let queue: Promise<void> = Promise.resolve();
  let current = 0;

  async function start(init: unknown): Promise<void> {
    const program = await load();
    functions = await program(init, (notice) => post({ id: current, notice }));
  }

  async function answer({ id, name, parameters }: CallMessage): Promise<void> {
    current = id;
    try {
      const result = name === "start" ? await start(parameters[0]) : await functions[name]!(...parameters);
      if (result instanceof Transferred) post({ id, result: result.value }, result.buffers);
      else post({ id, result });
    } catch (error) {
      post({ id, error: sendError(error) });
    }
  }

  return (call) => {
    queue = queue.then(() => answer(call));
  };
}
