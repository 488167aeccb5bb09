/** The program of `tokenizerThread`: answers one question after the other. */
import { workerData, type MessagePort } from "node:worker_threads";
import { Tokenizer } from "@huggingface/tokenizers";
import type { TokenizerJson } from "./word-tokenizer.ts";

export interface TokenizerThreadInit {
  readonly port: MessagePort;
  readonly answers: Int32Array;
}

export interface GuardedFiles {
  readonly json: TokenizerJson;
  readonly config: TokenizerJson;
}

export type ThreadQuestion =
  | { readonly load: GuardedFiles }
  | { readonly encode: string }
  | { readonly decode: readonly number[]; readonly skipSpecial: boolean };
export type ThreadAnswer = { readonly result: unknown } | { readonly error: string };

type Reader = (question: Exclude<ThreadQuestion, { readonly load: unknown }>) => unknown;

const { port, answers } = workerData as TokenizerThreadInit;
let files: GuardedFiles;
/** Made at the first question: an added token may be written by the tokenizer's own patterns already. */
let reader: Reader | undefined;

function readerOf({ json, config }: GuardedFiles): Reader {
  const tokenizer = new Tokenizer(json, config);
  const clean_up_tokenization_spaces = config["clean_up_tokenization_spaces"] === true;
  return (question) => {
    if ("encode" in question) return tokenizer.encode(question.encode, { add_special_tokens: false }).ids;
    const options = { skip_special_tokens: question.skipSpecial, clean_up_tokenization_spaces };
    return tokenizer.decode([...question.decode], options);
  };
}

function answerTo(question: ThreadQuestion): unknown {
  if (!("load" in question)) return (reader ??= readerOf(files))(question);
  files = question.load;
  reader = undefined;
  return null;
}

function answer(make: () => unknown): void {
  let message: ThreadAnswer;
  try {
    message = { result: make() };
  } catch (error) {
    message = { error: (error as Error).message };
  }
  port.postMessage(message);
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
}

port.on("message", (question: ThreadQuestion) => answer(() => answerTo(question)));
answer(() => null);
