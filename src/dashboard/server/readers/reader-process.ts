import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../../../host/child-environment.ts";
import { ReaderError } from "./reader-error.ts";
import type { AnswerHead, FromReader, ReaderQuestion, RunsPlace, ToReader } from "./reader-messages.ts";

/** What may be chosen of readers. */
export interface ReaderChoice {
  /** Node's words that load a reader; ours where absent. */
  readonly program?: readonly string[];
  /** For which it may say nothing, at most. */
  readonly seconds?: number;
}

/** How to start readers. */
export interface ReaderSettings extends ReaderChoice {
  readonly place: RunsPlace;
  /** Takes errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
  /** What is said where it ends, in the place of words about a run that is read. */
  readonly says?: ReaderWords;
}

/** What is said of a process that ended. */
export interface ReaderWords {
  /** By itself. */
  readonly ended: string;
  /** By us, after it said nothing for so many seconds. */
  readonly late: (seconds: number) => string;
}

/** An answer, whose body comes as it is taken. */
export interface ReaderAnswer extends AnswerHead {
  readonly body: ReadableStream<Uint8Array>;
}

/** What a question waits for. */
interface Waiting {
  readonly resolve: (message: FromReader) => void;
  readonly reject: (error: Error) => void;
  readonly seconds: number;
  timer: NodeJS.Timeout;
}

const WORDS: ReaderWords = {
  ended: "The process that read this run ended in the middle; it may need more memory than there is.",
  late: (seconds) =>
    `It took longer than ${seconds} s to read, so it was left alone; it is read again when its files change, or after a restart of the dashboard.`,
};
/** Seconds for loading a reader, on a machine that is busy. */
const START_SECONDS = 60;

const living = new Set<ChildProcess>();
// Readers end with this process by themselves as well, but a moment later (parent-watch.ts).
process.on("exit", () => living.forEach((child) => child.kill("SIGKILL")));

/**
 * A process that reads runs of others. Native code that is given no end can't be interrupted, not even by ending its
 * thread: what doesn't answer in time is killed as a whole.
 */
export class ReaderProcess {
  /** Whether it still can answer. */
  alive = true;
  /** Answers that it began. */
  answered = 0;
  /** Milliseconds from its start until it could be asked: how busy this machine is just now. */
  loadedIn = 0;
  /** When it can be asked. @throws ReaderError */
  readonly ready: Promise<unknown>;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, Waiting>();
  private readonly ended: Promise<void>;
  private nextId = 1;
  private readonly says: ReaderWords;

  /** @param megabytes of JavaScript's heap, above which it ends */
  constructor(
    private readonly settings: ReaderSettings,
    megabytes: number,
  ) {
    this.says = settings.says ?? WORDS;
    const words = [`--max-old-space-size=${megabytes}`, ...(settings.program ?? [readerProgram("reader")])];
    this.child = spawn(process.execPath, words, {
      env: childEnvironment(),
      serialization: "advanced",
      windowsHide: true,
      stdio: ["pipe", "ignore", "ignore", "ipc"],
    });
    living.add(this.child);
    this.ended = new Promise((resolve) => {
      const gone = (): void => {
        living.delete(this.child);
        this.fail(new ReaderError(this.says.ended));
        resolve();
      };
      this.child.once("exit", gone).once("error", gone);
    });
    // Nothing is written there: it is by its end that a reader notices the end of this process.
    this.child.stdin?.on("error", () => undefined);
    this.child.on("message", (message) => this.hear(message as FromReader));
    const began = performance.now();
    this.ready = this.wait(0, START_SECONDS).then(() => (this.loadedIn = performance.now() - began));
    this.ready.catch(() => undefined);
    this.tell({ kind: "start", place: settings.place });
  }

  /**
   * Asks for an answer, whose body is read on as it is taken.
   *
   * @param most seconds, after which a reader that says nothing is killed
   * @throws ReaderError
   */
  async ask(question: ReaderQuestion, most: number): Promise<ReaderAnswer> {
    await this.ready;
    const seconds = Math.min(most, this.settings.seconds ?? Infinity);
    const id = this.nextId++;
    const head = this.wait(id, seconds);
    this.tell({ kind: "ask", id, ...question });
    const message = await head;
    this.answered++;
    if (message.kind !== "head") throw new ReaderError("The process that read this run gave an answer without a head.");
    return { status: message.status, headers: message.headers, body: this.bodyOf(id, seconds) };
  }

  /** Ends it, whatever it does. */
  async kill(error: ReaderError = new ReaderError("The dashboard ends.")): Promise<void> {
    this.fail(error);
    this.child.kill("SIGKILL");
    await this.ended;
  }

  private bodyOf(id: number, seconds: number): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const next = this.wait(id, seconds);
          this.tell({ kind: "pull", id });
          const message = await next;
          if (message.kind === "chunk") controller.enqueue(message.bytes);
          else if (message.kind === "end") controller.close();
          else throw new ReaderError(message.kind === "failed" ? message.message : "The answer broke off.");
        },
        cancel: () => this.tell({ kind: "cancel", id }),
      },
      { highWaterMark: 0 },
    );
  }

  /** The next message about a question. */
  private wait(id: number, seconds: number): Promise<FromReader> {
    return new Promise((resolve, reject) => {
      if (!this.alive) return reject(new ReaderError("The process that read this run has ended; try again."));
      this.waiting.set(id, { resolve, reject, seconds, timer: this.limit(seconds) });
    });
  }

  private limit(seconds: number): NodeJS.Timeout {
    return setTimeout(() => void this.kill(new ReaderError(this.says.late(seconds))), seconds * 1000);
  }

  private hear(message: FromReader): void {
    if (message.kind === "mistake") {
      const { stack } = message;
      return this.settings.onMistake(Object.assign(new Error(message.message), { stack }));
    }
    if (message.kind === "alive") {
      for (const waiting of this.waiting.values()) {
        clearTimeout(waiting.timer);
        waiting.timer = this.limit(waiting.seconds);
      }
      return;
    }
    const id = message.kind === "ready" ? 0 : message.id;
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    clearTimeout(waiting?.timer);
    waiting?.resolve(message);
  }

  private tell(message: ToReader): void {
    // What can't be told any more is heard of by the process's end.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private fail(error: Error): void {
    this.alive = false;
    for (const { timer, reject } of this.waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.waiting.clear();
  }
}

/**
 * The program of a process that reads runs or opens their models: the built one, as the page is, also where this file
 * runs as source; with a loader where nothing is built.
 */
export function readerProgram(name: "reader" | "playground"): string {
  const own = import.meta.url;
  const folder = own.endsWith(".ts") ? "../../../../dist/dashboard/server/readers/" : "./";
  const built = new URL(`${folder}${name}-main.js`, own);
  return fileURLToPath(existsSync(built) ? built : new URL(`./${name}-from-source.mjs`, own));
}
