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

let tokenizer: Tokenizer | undefined;
/** Made at the first question: an added token may be written by the tokenizer's own patterns already. */
function made(): Tokenizer {
  return (tokenizer ??= new Tokenizer(json, config));
}

function asked(question: ThreadQuestion): unknown {
  if ("encode" in question) return made().encode(question.encode, { add_special_tokens: false }).ids;
  return made().decode([...question.decode], { skip_special_tokens: question.skipSpecial, clean_up_tokenization_spaces: config["clean_up_tokenization_spaces"] === true });
}

port.on("message", (question: ThreadQuestion) => answer(() => asked(question)));
answer(() => null);
