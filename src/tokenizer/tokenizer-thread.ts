import { MessageChannel, receiveMessageOnPort, type MessagePort, type Worker } from "node:worker_threads";
import { TokenizerError } from "../errors.ts";
import { openThread, workerModule } from "../host/open-thread.ts";
import type { ThreadAnswer, ThreadQuestion, TokenizerThreadInit } from "./tokenizer-worker.ts";
import type { TokenizerJson } from "./word-tokenizer.ts";

/** What a call may take. Real tokenizers read a page in a millisecond. */
const SECONDS = 10;
/** A busy machine is slow to start a thread. */
const START_SECONDS = 60;
/** Of the thread's heap. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };

/** The library's two functions, as the thread answers them. */
export interface ThreadTokenizer {
  encode(text: string): (number | undefined)[];
  decode(ids: readonly number[], skipSpecial: boolean): string;
}

/** One thread serves all, and holds the tokenizer that was asked last: few processes have two of this kind. */
let thread: TokenizerThread | undefined;
let made = 0;

/**
 * A tokenizer in a thread of its own, for one whose regular expressions nobody has looked at: they run on our prompts,
 * and some never end. The caller waits, as it does for any tokenizer, but only until the deadline; then the thread is
 * ended and every later call of this tokenizer fails at once. The thread starts with the first call of any.
 *
 * @param seconds for each call; 10 where not given
 */
export function tokenizerThread(json: TokenizerJson, config: TokenizerJson, seconds?: number): ThreadTokenizer {
  const id = made++;
  let failure: TokenizerError | undefined;
  const ask = (question: ThreadQuestion): unknown => {
    if (failure !== undefined) throw failure;
    try {
      thread ??= new TokenizerThread();
      if (thread.holds !== id) thread.ask({ load: { json, config } }, START_SECONDS);
      thread.holds = id;
      return thread.ask(question, seconds ?? SECONDS);
    } catch (error) {
      if (!(error instanceof TokenizerError)) throw error;
      failure = error;
      thread?.end();
      thread = undefined;
      throw error;
    }
  };
  return {
    encode: (text) => ask({ encode: text }) as (number | undefined)[],
    decode: (ids, skipSpecial) => ask({ decode: ids, skipSpecial }) as string,
  };
}

class TokenizerThread {
  /** The number of the tokenizer that it has. */
  holds: number | undefined;
  private readonly worker: Worker;
  private readonly port: MessagePort;
  /** Counts the thread's answers. */
  private readonly answers: Int32Array;
  private asked = 0;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.answers = new Int32Array(new SharedArrayBuffer(4));
    const data: TokenizerThreadInit = { port: port2, answers: this.answers };
    const program = workerModule("./tokenizer-worker", import.meta.url);
    this.worker = openThread(program, data, { transfer: [port2], limits: LIMITS, silent: true });
    // Whoever waits learns of a crash by the deadline; the next call starts anew.
    this.worker.on("error", () => this.forget());
    this.worker.on("exit", () => this.forget());
    this.worker.unref();
    this.port.unref();
    // It says when it is there, so that a slow start doesn't count against the first call.
    this.wait(START_SECONDS);
  }

  ask(question: ThreadQuestion, seconds: number): unknown {
    this.port.postMessage(question);
    return this.wait(seconds);
  }

  end(): void {
    void this.worker.terminate();
  }

  private forget(): void {
    if (thread === this) thread = undefined;
  }

  private wait(seconds: number): unknown {
    const before = this.asked++;
    Atomics.wait(this.answers, 0, before, seconds * 1000);
    const message = receiveMessageOnPort(this.port) as { readonly message: ThreadAnswer } | undefined;
    if (message === undefined) {
      const came = `it ran for more than ${seconds} s, or out of memory`;
      const todo = "its own regular expressions are too slow, use another model's";
      throw new TokenizerError(`Expected the model's tokenizer to read and write text, but ${came}; ${todo}.`);
    }
    if ("error" in message.message) throw new Error(message.message.error);
    return message.message.result;
  }
}
