import { randomInt } from "node:crypto";
import { setMaxListeners } from "node:events";
import { namesAsked } from "../evaluation/evaluate-options.ts";
import type { AskedBy } from "../evaluation/open-subject.ts";
import { hostInUrl } from "../host/allowed-hosts.ts";
import { placesOf, refuseUnknown, resolveFlat } from "../options/index.ts";
import { Admission } from "./admission.ts";
import { checkListening, endListening, GRACE_SECONDS, startListening } from "./listening.ts";
import { openServedModel } from "./served-model.ts";
import { serverApp } from "./server-app.ts";
import { SERVE, type ServingOptions } from "./serving-options.ts";

const DEFAULT_PORT = 8080;

export interface ServeOptions extends AskedBy, Partial<Omit<ServingOptions, keyof AskedBy>> {
  /** A port that must be had; the first free one from 8080 on where absent. 0 for any. */
  readonly port?: number;
  /** Where to listen; 127.0.0.1 where absent, which this machine alone can reach. */
  readonly host?: string;
  /** What clients must bring as their API key; nobody needs one where absent, which only this machine may be given. */
  readonly token?: string;
  /** Names by which the server is reached too: that of a proxy or a container, say. */
  readonly allowHosts?: readonly string[];
  /** Origins of pages that may ask from a browser (CORS); none where absent. */
  readonly allowOrigins?: readonly string[];
  /** The model's name for clients; that of its folder where absent. */
  readonly name?: string;
  /** Takes errors that are mistakes of ours; the client gets a line about them. */
  readonly onMistake?: (error: Error) => void;
  /** Takes what is to be known about the device, in words. */
  readonly onNote?: (text: string) => void;
}

/** A model that is being served. */
export interface ServedApi {
  /** What clients take as their base URL: `http://127.0.0.1:8080/v1`. */
  readonly url: string;
  readonly port: number;
  /** The model's name for clients. */
  readonly model: string;
  /** `chat`: it reads whole conversations; `question`: the last question alone. */
  readonly kind: "chat" | "question";
  /**
   * Takes no new requests, lets what is being written end, and ends.
   *
   * @param options.graceSeconds after which clients are left; 30 where absent
   */
  stop(options?: { readonly graceSeconds?: number }): Promise<void>;
}

const LISTENING = ["port", "host", "token", "allowHosts", "allowOrigins", "name", "onMistake", "onNote"];

/**
 * Serves a model of any form, or the trained model of a run, as OpenAI's API has it: `/v1/models`,
 * `/v1/chat/completions`, `/v1/completions`. Requests are written side by side, and the same request with the same seed
 * gives the same answer whatever is written beside it.
 *
 * @throws OptionError for unknown options, a port that is taken, an address that isn't this machine's, and one that
 *   others can reach without a token; what `loadSubject` throws for the model
 */
export async function serve(model: string, options: ServeOptions = {}): Promise<ServedApi> {
  const names = placesOf(SERVE).map(({ stored }) => stored);
  refuseUnknown(options, Object.fromEntries([...names, ...LISTENING].map((option) => [option, true])));
  const given = Object.entries(options).filter(
    ([option]) => names.includes(option) && !["task", "template"].includes(option),
  );
  const serving = resolveFlat(SERVE, { ...Object.fromEntries(given), ...namesAsked(options) });
  const { host = "127.0.0.1", token, allowHosts = [], allowOrigins = [], onMistake = () => undefined } = options;
  checkListening(options, "server");
  const { name, task, template, onNote } = options;
  const served = await openServedModel(model, { ...serving, name, task, template, onNote });
  try {
    const closing = new AbortController();
    // Each request listens to it.
    setMaxListeners(0, closing.signal);
    const admission = new Admission(serving.slots, serving.queue);
    let port = 0;
    let stopping = false;
    const app = serverApp({
      model: served,
      admission,
      options: serving,
      readerSeconds: serving.readerSeconds,
      closing: closing.signal,
      stopping: () => stopping,
      newSeed: () => randomInt(2 ** 47),
      guard: { host, port: () => port, token: token ?? null, allowHosts, allowOrigins },
      onMistake,
    });
    const listening = await startListening(app.fetch, { port: options.port, host }, DEFAULT_PORT);
    const { server } = listening;
    ({ port } = listening);
    return {
      url: `http://${hostInUrl(host)}:${port}/v1`,
      port,
      model: served.name,
      kind: served.kind,
      async stop({ graceSeconds = GRACE_SECONDS } = {}) {
        stopping = true;
        await endListening(server, admission.empty(), graceSeconds, () => closing.abort());
        await served.stop();
      },
    };
  } catch (error) {
    await served.stop();
    throw error;
  }
}
