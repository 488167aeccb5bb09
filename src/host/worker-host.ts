import { Worker } from "node:worker_threads";
import { AhaError, EngineError } from "../errors.ts";

/**
 * What a worker's module exports as default: takes the start-up data, gives the functions that may be called. With
 * `notify` a call can tell something before it ends.
 */
export type WorkerProgram<Init, Calls> = (init: Init, notify: (notice: unknown) => void) => Calls | Promise<Calls>;

type AsyncResult<F> = F extends (...parameters: infer P) => infer R ? (...parameters: P) => Promise<Awaited<R>> : never;

/** The functions of a worker, as seen from outside: each answers with a promise. */
export type WorkerCalls<Calls> = { readonly [K in keyof Calls]: AsyncResult<Calls[K]> };

export interface WorkerHandle<Calls> {
  readonly calls: WorkerCalls<Calls>;
  /** Ends the thread; calls that are under way are refused. */
  stop(): Promise<void>;
}

/** Messages between the two sides: a call has a number, and its answer carries the same. */
export interface CallMessage {
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly unknown[];
}
export interface AnswerMessage {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly stack: string | undefined;
    readonly aha: boolean;
  };
}
export interface NoticeMessage {
  readonly notice: unknown;
}

/** The module of a worker beside the caller, with the ending that the caller itself runs under. */
export function workerModule(name: string, callerUrl: string): URL {
  return new URL(`${name}${callerUrl.endsWith(".ts") ? ".ts" : ".js"}`, callerUrl);
}

/**
 * Starts a thread that runs a program of its own (design: the engine blocks its thread, so it never runs on the main
 * one).
 *
 * @param module the program's module: its default export is a `WorkerProgram`
 * @param onNotice takes what the worker tells, before the answer of the call that told it
 * @throws EngineError when the program can't start
 */
export async function startWorker<Init, Calls>(
  module: URL,
  init: Init,
  onNotice?: (notice: unknown) => void,
): Promise<WorkerHandle<Calls>> {
  const fromSource = import.meta.url.endsWith(".ts");
  const main = workerModule("./worker-main", import.meta.url);
  const entry = fromSource ? new URL("./worker-from-source.mjs", import.meta.url) : main;
  const worker = new Worker(entry, { workerData: { module: module.href, main: main.href } });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (reason: Error) => void }>();
  let ended: Error | undefined;
  const endAll = (reason: Error): void => {
    ended ??= reason;
    for (const call of waiting.values()) call.reject(ended);
    waiting.clear();
  };
  worker.on("message", (answer: AnswerMessage | NoticeMessage) => {
    if ("notice" in answer) return onNotice?.(answer.notice);
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.error === undefined) call?.resolve(answer.result);
    else call?.reject(revive(answer.error));
  });
  worker.on("error", (error: Error) =>
    endAll(new EngineError(`A worker of the tensor engine crashed: ${error.message}`, { cause: error })),
  );
  worker.on("exit", (code) =>
    endAll(new EngineError(`A worker of the tensor engine ended (exit code ${code}) with calls under way.`)),
  );
  let nextId = 0;
  const call = (name: string, parameters: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, name, parameters } satisfies CallMessage);
    });
  await call("start", [init]);
  const calls = new Proxy(
    {},
    {
      get: (_target, name) =>
        name === "then" ? undefined : (...parameters: unknown[]) => call(String(name), parameters),
    },
  );
  return {
    calls: calls as WorkerCalls<Calls>,
    stop: async () => {
      endAll(new EngineError("The worker was stopped."));
      await worker.terminate();
    },
  };
}

function revive(error: NonNullable<AnswerMessage["error"]>): Error {
  const revived = error.aha
    ? new AhaError(error.message)
    : new EngineError(`The tensor engine's worker failed: ${error.message}`);
  if (error.stack !== undefined) revived.stack = error.stack;
  return revived;
}
