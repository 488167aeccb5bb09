import { MessageChannel, receiveMessageOnPort, type MessagePort, type Worker } from "node:worker_threads";
import { TokenizerError } from "../errors.ts";
import { openThread, workerModule } from "../onnx/open-thread.ts";
import type { ThreadAnswer, ThreadQuestion, TokenizerThreadInit } from "./tokenizer-worker.ts";
import type { TokenizerJson } from "./word-tokenizer.ts";

/** What a call may take. Real tokenizers read a page in a millisecond. */
const SECONDS = 10;
/** A busy machine is slow to start a thread. */
const START_SECONDS = 60;
const MEGABYTES = 512;

/** The library's two functions, as the thread answers them. */
export interface ThreadTokenizer {
  encode(text: string): (number | undefined)[];
  decode(ids: readonly number[], skipSpecial: boolean): string;
}

/** Threads go when nobody holds their tokenizer any more. */
const FORGOTTEN = new FinalizationRegistry<Worker>((worker) => void worker.terminate());

/**
 * A tokenizer in a thread of its own, for one whose regular expressions nobody has looked at: they run on our prompts, and
 * some never end. The caller waits, as it does for any tokenizer, but only until the deadline; then the thread is ended
 * and every later call fails at once. It starts with its first call.
 *
 * @param seconds for each call
 */
export function tokenizerThread(json: TokenizerJson, config: TokenizerJson, seconds: number = SECONDS): ThreadTokenizer {
  let conversation: Conversation | undefined;
  const ask = (question: ThreadQuestion): unknown => {
    if (conversation === undefined) {
      conversation = new Conversation({ json, config }, seconds);
      FORGOTTEN.register(tokenizer, conversation.worker);
    }
    return conversation.ask(question);
  };
  const tokenizer: ThreadTokenizer = {
    encode: (text) => ask({ encode: text }) as (number | undefined)[],
    decode: (ids, skipSpecial) => ask({ decode: ids, skipSpecial }) as string,
  };
  return tokenizer;
}

class Conversation {
  readonly worker: Worker;
  private readonly port: MessagePort;
  /** Counts the thread's answers. */
  private readonly answers: Int32Array;
  private asked = 0;
  private failure: TokenizerError | undefined;

  constructor(init: Pick<TokenizerThreadInit, "json" | "config">, private readonly seconds: number) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.answers = new Int32Array(new SharedArrayBuffer(4));
    const data: TokenizerThreadInit = { ...init, port: port2, answers: this.answers };
    this.worker = openThread(workerModule("./tokenizer-worker", import.meta.url), data, { transfer: [port2], limits: { maxOldGenerationSizeMb: MEGABYTES } });
    this.worker.on("error", (error) => this.end(`it crashed: ${error.message}`));
    this.worker.unref();
    this.port.unref();
    // The thread says when it has read the files, so that a slow start doesn't count against the first call.
    this.wait(START_SECONDS);
  }

  ask(question: ThreadQuestion): unknown {
    if (this.failure !== undefined) throw this.failure;
    this.port.postMessage(question);
    return this.wait(this.seconds);
  }

  private wait(seconds: number): unknown {
    const before = this.asked++;
    Atomics.wait(this.answers, 0, before, seconds * 1000);
    const message = receiveMessageOnPort(this.port) as { readonly message: ThreadAnswer } | undefined;
    if (message === undefined) throw this.end(`it ran for more than ${seconds} s, or out of memory`);
    if ("error" in message.message) throw new Error(message.message.error);
    return message.message.result;
  }

  private end(why: string): TokenizerError {
    this.failure ??= new TokenizerError(`Expected the model's tokenizer to read and write text, but ${why}; its own regular expressions are too slow, use another model's.`);
    void this.worker.terminate();
    return this.failure;
  }
}
