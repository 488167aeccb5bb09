import { EngineError } from "../errors.ts";
import {
  CallBook,
  startCalls,
  type AnswerMessage,
  type CallMessage,
  type CallOptions,
  type NoticeMessage,
  type WorkerHandle,
} from "./worker-calls.ts";

export interface WorkerSettings<Init> {
  /** What the thread is to people; its failures are told by this name. */
  readonly name: string;
  /** By `workerModule`: a tab's workers know their programs by name. */
  readonly module: URL;
  readonly init: Init;
  /** Ports of `init`. */
  readonly transfer?: readonly Transferable[];
  readonly onNotice?: (notice: unknown) => void;
}

/** Opens a worker that answers calls of the program of this name. */
export type OpenWebWorker = (program: string) => Worker;

let open: OpenWebWorker | undefined;

/** Says how this page opens workers: a bundler wants to see their addresses where they are made. */
export function openWorkersBy(opener: OpenWebWorker): void {
  open = opener;
}

/** The program of a worker by its name, whoever calls. */
export function workerModule(name: string, _callerUrl: string): URL {
  return new URL(`program:${name.split("/").at(-1)}`);
}

/**
 * Starts a Web Worker that runs a program of its own.
 *
 * @throws EngineError naming the worker when the program can't start or the thread breaks down
 */
export async function startWorker<Init, Calls>(settings: WorkerSettings<Init>): Promise<WorkerHandle<Calls>> {
  return startCalls(new WebWorkerConnection(settings), settings);
}

class WebWorkerConnection {
  private readonly worker: Worker;
  private readonly book: CallBook;

  constructor({ name, module, onNotice }: Omit<WorkerSettings<unknown>, "init">) {
    if (open === undefined) throw new EngineError("Expected `openWorkersBy` to have said how workers are opened.");
    this.book = new CallBook(name, onNotice);
    this.worker = open(module.pathname);
    this.worker.onmessage = ({ data }: MessageEvent<AnswerMessage | NoticeMessage>) => this.book.take(data);
    this.worker.onerror = ({ message }) =>
      this.book.endAll(new EngineError(`The thread of ${name} crashed: ${message || "it could not be loaded"}`));
  }

  call(
    name: string,
    parameters: readonly unknown[],
    { onNotice, transfer = [] }: CallOptions<Transferable>,
  ): Promise<unknown> {
    return this.book.call(
      (id) => this.worker.postMessage({ id, name, parameters } satisfies CallMessage, [...transfer]),
      { onNotice },
    );
  }

  async stop(): Promise<void> {
    this.book.endAll(this.book.stopped());
    this.worker.terminate();
  }
}
