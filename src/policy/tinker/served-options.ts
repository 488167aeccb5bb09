import { decimal, optionGroup, text, type GroupValues } from "../../options/index.ts";

/** A server that samples and trains in the place of this machine. */
export const SERVED = optionGroup("served", "A server of the Tinker API", {
  engine: text({
    fallback: "",
    flag: "--engine <address>",
    help: "samples and trains in the place of this machine: tinker+http://HOST:PORT, tinker+https://HOST; its key is TINKER_API_KEY",
    otherwise: "this machine",
  }),
  tokenizer: text({
    fallback: "",
    flag: "--tokenizer <folder>",
    help: "with `engine`: a folder with config.json and tokenizer.json of the server's model",
    otherwise: "the base by its name",
  }),
  enginePatience: decimal({
    from: 0,
    to: 14 * 24 * 60,
    fallback: 10,
    flag: "--engine-patience <m>",
    help: "minutes that such a server is waited for when it is away",
  }),
});

export type ServedOptions = GroupValues<typeof SERVED>;
