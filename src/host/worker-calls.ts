import { EngineError } from "../errors.ts";
import { rebuildError, type SentError } from "./sent-error.ts";

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

/** How a call is made: what hears of it, and the buffers of its parameters that are handed over. */
export interface CallOptions<Transfer> {
  readonly onNotice?: ((notice: unknown) => void) | undefined;
  readonly transfer?: readonly Transfer[] | undefined;
}

type MakeCall = (
  name: string,
  parameters: readonly unknown[],
  options: { readonly onNotice?: ((notice: unknown) => void) | undefined },
) => Promise<unknown>;

/** The calls of a worker, each a message. */
export function callsOf<Calls>(call: MakeCall, onNotice?: (notice: unknown) => void): WorkerCalls<Calls> {
  const proxy = new Proxy(
    {},
    {
      get: (_target, name) =>
        name === "then" ? undefined : (...parameters: unknown[]) => call(String(name), parameters, { onNotice }),
    },
  );
  return proxy as WorkerCalls<Calls>;
}

/** A thread that can be called and ended. */
interface CalledThread<Transfer> {
  call(name: string, parameters: readonly unknown[], options: CallOptions<Transfer>): Promise<unknown>;
  stop(): Promise<void>;
}

/** Has a thread start its program. @throws what keeps the program from starting; the thread is then ended */
export async function startCalls<Calls, Transfer>(
  thread: CalledThread<Transfer>,
  { init, transfer }: { readonly init: unknown; readonly transfer?: readonly Transfer[] },
): Promise<WorkerHandle<Calls>> {
  try {
    await thread.call("start", [init], { transfer });
  } catch (error) {
    await thread.stop();
    throw error;
  }
  const call = thread.call.bind(thread);
  return { calls: callsOf(call), watched: (onNotice) => callsOf(call, onNotice), stop: () => thread.stop() };
}

/** The outer end: who waits for which answer. */
export class CallBook {
  private readonly underWay = new Map<number, CallUnderWay>();
  private ended: Error | undefined;
  private nextId = 0;

  /**
   * @param name of the thread, to people
   * @param onNotice takes what is told outside of watched calls
   */
  constructor(
    private readonly name: string,
    private readonly onNotice?: (notice: unknown) => void,
  ) {}

  get hasEnded(): boolean {
    return this.ended !== undefined;
  }

  /** Notes a call and has it sent. */
  call(
    send: (id: number) => void,
    { onNotice }: { readonly onNotice?: ((notice: unknown) => void) | undefined },
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ended !== undefined) return reject(this.ended);
      const id = this.nextId++;
      this.underWay.set(id, { resolve, reject, onNotice });
      send(id);
    });
  }

  take(message: AnswerMessage | NoticeMessage): void {
    const call = this.underWay.get(message.id);
    if ("notice" in message) return (call?.onNotice ?? this.onNotice)?.(message.notice);
    this.underWay.delete(message.id);
    if (message.error === undefined) call?.resolve(message.result);
    else call?.reject(rebuildError(message.error, this.name));
  }

  /** Refuses the calls under way, and all that come. */
  endAll(reason: Error): void {
    this.ended ??= reason;
    for (const call of this.underWay.values()) call.reject(this.ended);
    this.underWay.clear();
  }

  /** The end that was asked for. */
  stopped(): EngineError {
    return new EngineError(`The thread of ${this.name} was stopped.`);
  }
}
