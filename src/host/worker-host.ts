import type { TransferListItem, Worker } from "node:worker_threads";
import { EngineError } from "../errors.ts";
import { openThread, workerModule, type ThreadOptions } from "./open-thread.ts";
import { rebuildError, type SentError } from "./sent-error.ts";

export { workerModule };

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
  /** The same calls; what one of them tells before its answer goes to `onNotice`, and nothing of other calls. */
  watched(onNotice: (notice: unknown) => void): WorkerCalls<Calls>;
  /** Ends the thread; calls that are under way are refused. */
  stop(): Promise<void>;
}

export interface WorkerSettings<Init> {
  /** What the thread is to people: "the verifier of countdown"; its failures are told by this name. */
  readonly name: string;
  /** Its default export is a `WorkerProgram`. */
  readonly module: URL;
  readonly init: Init;
  /** Buffers of `init` that are handed over instead of being copied. */
  readonly transfer?: readonly TransferListItem[];
  /** Its environment and its memory. */
  readonly thread?: ThreadOptions;
  /** Takes what the program tells outside of `watched` calls, be it after the call that told it has ended. */
  readonly onNotice?: (notice: unknown) => void;
  /** Takes how the thread ended by itself, in words: `crashed: ...`, `ended its thread (exit code 1)`. */
  readonly onEnd?: (what: string) => void;
}

/** Messages between the two sides: a call has a number, and its answer and notices carry the same. */
export interface CallMessage {
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly unknown[];
}
export interface AnswerMessage {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: SentError;
}
export interface NoticeMessage {
  readonly id: number;
  readonly notice: unknown;
}

interface CallUnderWay {
  resolve(value: unknown): void;
  reject(reason: Error): void;
  readonly onNotice: ((notice: unknown) => void) | undefined;
}

/**
 * Starts a thread that runs a program of its own (design: the engine blocks its thread, so it never runs on the main
 * one).
 *
 * @throws EngineError naming the worker when the program can't start or the thread breaks down; an error of the
 *   program's own that a user can cause keeps its class
 */
export async function startWorker<Init, Calls>(settings: WorkerSettings<Init>): Promise<WorkerHandle<Calls>> {
  const connection = new WorkerConnection(settings);
  try {
    await connection.call("start", [settings.init], { transfer: settings.transfer });
  } catch (error) {
    await connection.stop();
    throw error;
  }
  return {
    calls: callsOf(connection),
    watched: (onNotice) => callsOf(connection, onNotice),
    stop: () => connection.stop(),
  };
}

function callsOf<Calls>(connection: WorkerConnection, onNotice?: (notice: unknown) => void): WorkerCalls<Calls> {
  const proxy = new Proxy(
    {},
    {
      get: (_target, name) =>
        name === "then"
          ? undefined
          : (...parameters: unknown[]) => connection.call(String(name), parameters, { onNotice }),
    },
  );
  return proxy as WorkerCalls<Calls>;
}

/** The outer end: who waits for which answer. */
class WorkerConnection {
  private readonly worker: Worker;
  private readonly underWay = new Map<number, CallUnderWay>();
  private ended: Error | undefined;
  private nextId = 0;

  constructor(private readonly settings: Omit<WorkerSettings<unknown>, "init" | "transfer">) {
    const { name, module, thread } = settings;
    this.worker = openThread(workerModule("./worker-main", import.meta.url), { module: module.href }, thread);
    this.worker.on("message", (message: AnswerMessage | NoticeMessage) => this.take(message));
    this.worker.on("error", (error: Error) =>
      this.endBy(
        `crashed: ${error.message}`,
        new EngineError(`The thread of ${name} crashed: ${error.message}`, { cause: error }),
      ),
    );
    this.worker.on("exit", (code) =>
      this.endBy(
        `ended its thread (exit code ${code})`,
        new EngineError(`The thread of ${name} ended (exit code ${code}) with calls under way.`),
      ),
    );
  }

  call(
    name: string,
    parameters: readonly unknown[],
    {
      onNotice,
      transfer = [],
    }: {
      readonly onNotice?: CallUnderWay["onNotice"];
      readonly transfer?: readonly TransferListItem[] | undefined;
    },
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ended !== undefined) return reject(this.ended);
      const id = this.nextId++;
      this.underWay.set(id, { resolve, reject, onNotice });
      this.worker.postMessage({ id, name, parameters } satisfies CallMessage, transfer);
    });
  }

  async stop(): Promise<void> {
    this.endAll(new EngineError(`The thread of ${this.settings.name} was stopped.`));
    await this.worker.terminate();
  }

  private take(message: AnswerMessage | NoticeMessage): void {
    const call = this.underWay.get(message.id);
    if ("notice" in message) return (call?.onNotice ?? this.settings.onNotice)?.(message.notice);
    this.underWay.delete(message.id);
    if (message.error === undefined) call?.resolve(message.result);
    else call?.reject(rebuildError(message.error, this.settings.name));
  }

  /** The thread ended by itself. A crash is told as such, and not once more as the end that follows it. */
  private endBy(what: string, reason: Error): void {
    if (this.ended !== undefined) return;
    this.endAll(reason);
    this.settings.onEnd?.(what);
  }

  private endAll(reason: Error): void {
    this.ended ??= reason;
    for (const call of this.underWay.values()) call.reject(this.ended);
    this.underWay.clear();
  }
}
