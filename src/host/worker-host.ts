import type { TransferListItem, Worker } from "node:worker_threads";
import { EngineError } from "../errors.ts";
import { openThread, workerModule, type ThreadOptions } from "./open-thread.ts";
import {
  CallBook,
  startCalls,
  type AnswerMessage,
  type CallMessage,
  type CallOptions,
  type NoticeMessage,
  type WorkerHandle,
} from "./worker-calls.ts";

export { workerModule };

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

/**
 * Starts a thread that runs a program of its own (design: the engine blocks its thread, so it never runs on the main
 * one).
 *
 * @throws EngineError naming the worker when the program can't start or the thread breaks down; an error of the
 *   program's own that a user can cause keeps its class
 */
export async function startWorker<Init, Calls>(settings: WorkerSettings<Init>): Promise<WorkerHandle<Calls>> {
  return startCalls(new WorkerConnection(settings), settings);
}

class WorkerConnection {
  private readonly worker: Worker;
  private readonly book: CallBook;

  constructor(private readonly settings: Omit<WorkerSettings<unknown>, "init" | "transfer">) {
    const { name, module, thread } = settings;
    this.book = new CallBook(name, settings.onNotice);
    this.worker = openThread(workerModule("./worker-main", import.meta.url), { module: module.href }, thread);
    this.worker.on("message", (message: AnswerMessage | NoticeMessage) => this.book.take(message));
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
    { onNotice, transfer = [] }: CallOptions<TransferListItem>,
  ): Promise<unknown> {
    return this.book.call((id) => this.worker.postMessage({ id, name, parameters } satisfies CallMessage, transfer), {
      onNotice,
    });
  }

  async stop(): Promise<void> {
    this.book.endAll(this.book.stopped());
    await this.worker.terminate();
  }

  /** The thread ended by itself. A crash is told as such, and not once more as the end that follows it. */
  private endBy(what: string, reason: Error): void {
    if (this.book.hasEnded) return;
    this.book.endAll(reason);
    this.settings.onEnd?.(what);
  }
}
