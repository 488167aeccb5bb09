import { show } from "../../errors.ts";
import { boundedBytes } from "../../host/bounded-bytes.ts";
import { proxiedFetch } from "../../host/proxied-fetch.ts";
import { retryAfterSeconds } from "../../host/retry-delay.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { maskSecret } from "../../text/mask-secret.ts";
import type { TinkerAddress } from "./tinker-address.ts";
import { connectionFailed, kindOfRefusal, TinkerFailure } from "./tinker-failure.ts";

export const PROTOBUF = "application/x-protobuf";

/** What a server answered: JSON; or bytes, protobuf where it has it so, or a file. */
export type TinkerAnswer = { readonly json: unknown } | { readonly bytes: Uint8Array };

export interface TinkerHttpOptions {
  readonly address: TinkerAddress;
  readonly apiKey: string | undefined;
}

/** One request, once. @throws TinkerFailure; the signal's reason where it was aborted */
export type TinkerRequest = (path: string, request: TinkerBody, signal?: AbortSignal) => Promise<TinkerAnswer>;

export interface TinkerBody {
  readonly method?: "GET" | "POST" | "DELETE";
  /** JSON; protobuf where it is bytes. */
  readonly body?: object | Uint8Array;
  /** How long an answer is waited for. */
  readonly seconds: number;
  /** Most bytes of the answer; `LARGEST_ANSWER` where absent. */
  readonly most?: number;
  /** The answer is a file, perhaps elsewhere: a redirect is followed once, to another host without the key. */
  readonly file?: boolean;
}

/** Bytes; a step of a million tokens has less. */
const LARGEST_ANSWER = 2 ** 28;
/** Characters of what a server says of an error. */
const LONGEST_SAID = 300;
const MOST_ERROR = 65_536;

/** Asks a server of the Tinker API, without retries. */
export function tinkerHttp({ address, apiKey }: TinkerHttpOptions): TinkerRequest {
  const masked = (text: string): string => (apiKey === undefined ? text : maskSecret(text, apiKey));
  const { origin } = new URL(address.url);
  return async (path, body, signal) => {
    signal?.throwIfAborted();
    const late = AbortSignal.timeout(Math.ceil(body.seconds * 1000));
    const ofCall = signal === undefined ? late : AbortSignal.any([signal, late]);
    const send = (url: string): Promise<Response> =>
      proxiedFetch(url, initOf(body, new URL(url).origin === origin ? apiKey : undefined, ofCall));
    try {
      const first = await send(`${address.url}${path}`);
      const elsewhere = body.file === true ? redirectOf(first) : null;
      if (elsewhere === null) return await read(first, body);
      await first.body?.cancel();
      return await read(await send(elsewhere), body);
    } catch (error) {
      signal?.throwIfAborted();
      if (late.aborted) throw new TinkerFailure("doubt", `no answer within ${body.seconds} seconds`);
      if (error instanceof TinkerFailure)
        throw new TinkerFailure(error.kind, masked(error.message), error.status, error.retryAfter);
      // A connection that can't be made, or that breaks while the answer is read, is fetch's own TypeError.
      throw error instanceof TypeError ? connectionFailed(error) : error;
    }
  };
}

function initOf({ method = "POST", body }: TinkerBody, apiKey: string | undefined, signal: AbortSignal): RequestInit {
  return {
    method,
    headers: {
      accept: `${PROTOBUF}, application/json`,
      "content-type": body instanceof Uint8Array ? PROTOBUF : "application/json",
      ...(apiKey === undefined ? {} : { "x-api-key": apiKey, authorization: `Bearer ${apiKey}` }),
    },
    ...(body === undefined ? {} : { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
    redirect: "manual",
    signal,
  };
}

/** Where an answer sends to, by http or https; null where it doesn't. */
function redirectOf({ status, headers, url }: Response): string | null {
  const location = headers.get("location");
  if (status < 300 || status >= 400 || location === null || !URL.canParse(location, url)) return null;
  const target = new URL(location, url);
  return /^https?:$/.test(target.protocol) ? target.href : null;
}

async function read(response: Response, { most = LARGEST_ANSWER, file = false }: TinkerBody): Promise<TinkerAnswer> {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    throw new TinkerFailure("refused", `a redirect to ${show(headers.get("location"))}`, status);
  }
  const isGood = status >= 200 && status < 300;
  const bytes = await boundedBytes(response, isGood ? most : MOST_ERROR);
  if (bytes === null) throw new TinkerFailure(isGood ? "refused" : "doubt", "an answer beyond its bound", status);
  if (!isGood) {
    const said = saidOf(bytes);
    const retryAfter = retryAfterSeconds(headers.get("retry-after"));
    throw new TinkerFailure(kindOfRefusal(status, said), `status ${status} (${show(said)})`, status, retryAfter);
  }
  if (file || headers.get("content-type")?.split(";")[0]?.trim() === PROTOBUF) return { bytes };
  if (bytes.length === 0) return { json: null };
  const json = foreignJson(bytes);
  if (json.expected !== undefined) throw new TinkerFailure("refused", "an answer that is no JSON", status);
  return { json: json.value };
}

/** FastAPI's `detail`, or all that came. */
function saidOf(bytes: Uint8Array): string {
  const { value } = foreignJson(bytes);
  const { detail, message } = (value ?? {}) as { readonly detail?: unknown; readonly message?: unknown };
  const said = detail ?? message;
  if (typeof said === "string") return said.slice(0, LONGEST_SAID);
  if (said !== undefined) return JSON.stringify(said).slice(0, LONGEST_SAID);
  return bytes.length === 0 ? "no body" : new TextDecoder().decode(bytes.subarray(0, LONGEST_SAID));
}
