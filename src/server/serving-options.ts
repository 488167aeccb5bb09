import { CHAT, CHAT_TOP_P } from "../chat/chat-options.ts";
import { ASKED } from "../evaluation/evaluate-options.ts";
import { adapted, decimal, integer, optionGroup, type FlatValues } from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { SAMPLING } from "../policy/sampling/sampling-options.ts";

/** How a model is served. */
export const SERVE = {
  asking: optionGroup("asking", "How it is asked", {
    task: CHAT.conversation.options.task,
    template: ASKED.options.template,
  }),
  engine: optionGroup("engine", ENGINE.title, {
    workers: adapted(ENGINE.options.workers, {
      from: 0,
      fallback: 0,
      otherwise: "all cores for a large model, 2 for a small one",
    }),
    device: ENGINE.options.device,
  }),
  serving: optionGroup("serving", "Serving", {
    slots: integer({
      from: 1,
      to: 1024,
      fallback: 16,
      flag: "--slots <n>",
      help: "completions that are written at once",
    }),
    queue: integer({
      from: 0,
      to: 100_000,
      fallback: 64,
      flag: "--queue <n>",
      help: "completions that may wait; then clients are told to come again",
    }),
    context: integer({
      from: 0,
      fallback: 0,
      flag: "--context <n>",
      help: "most tokens of a prompt with its completion",
      otherwise: "the model's own, at most 4096",
    }),
    temperature: adapted(CHAT.conversation.options.temperature, {
      help: "where a request says none; 0 takes the likeliest",
    }),
    topP: adapted(SAMPLING.options.topP, { from: 0, fallback: CHAT_TOP_P, help: "where a request says none" }),
    maxBodyBytes: integer({ from: 1, fallback: 2 ** 20, flag: null, help: "bytes of a request" }),
    readerSeconds: decimal({
      from: 0.01,
      fallback: 30,
      flag: null,
      help: "after which a client that takes nothing of its stream is left",
    }),
  }),
} as const;

export interface ServingOptions extends FlatValues<typeof SERVE> {}
