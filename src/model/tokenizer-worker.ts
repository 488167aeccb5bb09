/** The program of `tokenizerThread`: answers one question after the other. */
import { workerData, type MessagePort } from "node:worker_threads";
import { Tokenizer } from "@huggingface/tokenizers";
import type { TokenizerJson } from "./word-tokenizer.ts";

export interface TokenizerThreadInit {
  readonly json: TokenizerJson;
  readonly config: TokenizerJson;
  readonly port: MessagePort;
  readonly answers: Int32Array;
}

export type ThreadQuestion = { readonly encode: string } | { readonly decode: readonly number[]; readonly skipSpecial: boolean };
export type ThreadAnswer = { readonly result: unknown } | { readonly error: string };

const { json, config, port, answers } = workerData as TokenizerThreadInit;

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

/** Made at the first question: an added token may be written by the tokenizer's own patterns already. */
let reader: ((question: ThreadQuestion) => unknown) | undefined;

function makeReader(): (question: ThreadQuestion) => unknown {
  const tokenizer = new Tokenizer(json, config);
  const cleanUp = config["clean_up_tokenization_spaces"] === true;
  return (question) => {
    if ("encode" in question) return tokenizer.encode(question.encode, { add_special_tokens: false }).ids;
    return tokenizer.decode([...question.decode], { skip_special_tokens: question.skipSpecial, clean_up_tokenization_spaces: cleanUp });
  };
}

port.on("message", (question: ThreadQuestion) => answer(() => (reader ??= makeReader())(question)));
answer(() => null);
