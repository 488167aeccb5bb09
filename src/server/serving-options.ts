import { decimal, integer, optionGroup, type GroupValues } from "../options/index.ts";

/** How a model is served. */
export const SERVING = optionGroup("serving", "Serving", {
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
    help: "most tokens of a prompt with its completion; 0 for the model's own, at most 4096",
  }),
  temperature: decimal({
    from: 0,
    to: 10,
    fallback: 0.6,
    flag: "--temperature <t>",
    help: "where a request says none; 0 takes the likeliest",
  }),
  topP: decimal({ from: 0, to: 1, fallback: 0.95, flag: "--top-p <p>", help: "where a request says none" }),
  maxBodyBytes: integer({ from: 1, fallback: 2 ** 20, flag: null, help: "bytes of a request" }),
  readerSeconds: decimal({ from: 0.01, fallback: 30, flag: null, help: "for a client that takes nothing of a stream" }),
});

export type ServingOptions = GroupValues<typeof SERVING>;
