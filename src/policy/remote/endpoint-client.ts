import { proxiedFetch } from "../../host/proxied-fetch.ts";
import { show } from "../../errors.ts";
import { contentText, withReasoning } from "../../prompts/index.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { boundedBytes } from "../../host/bounded-bytes.ts";
import { connectionFailure, EndpointFailure, maskedFailure, statusFailure } from "./endpoint-failure.ts";

/** A completion by a teacher. */
export interface TeacherAnswer {
  /** Empty where the teacher gave none. */
  readonly text: string;
  /** The teacher ended it itself; not cut at the length limit, filtered or empty. */
  readonly finished: boolean;
}

/** What the endpoint gave, with the tokens that it says it took; null where it doesn't say. */
export interface EndpointAnswer extends TeacherAnswer {
  readonly usage: TokenUsage | null;
}

export interface TokenUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface EndpointClientOptions {
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly timeoutSeconds: number;
}

/** One completion of a prompt. @throws EndpointFailure where none came; the signal's reason where it was aborted */
export type AskEndpoint = (prompt: string, signal: AbortSignal) => Promise<EndpointAnswer>;

/** Bytes; far more than a completion has, far less than fills the memory. */
const LARGEST_ANSWER = 2 ** 26;

/** Characters: a training example has no more. */
const LONGEST_COMPLETION = 10_000_000;

/** Bytes of an error that is no JSON. */
const MOST_SAID = 4096;

const CHECK_URL = "check that the base URL is an OpenAI-compatible endpoint";

/** Asks an OpenAI-compatible endpoint (`/chat/completions`) once, without retries. */
export function endpointClient(options: EndpointClientOptions): AskEndpoint {
  const { apiKey, timeoutSeconds } = options;
  return async (prompt, signal) => {
    signal.throwIfAborted();
    const late = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      const answer = answerOf(await post(options, prompt, AbortSignal.any([signal, late])));
      if (apiKey !== undefined && apiKey.length >= 8 && answer.text.includes(apiKey))
        throw new EndpointFailure(
          "a completion that repeats the API key",
          "use another endpoint, and another key",
          false,
        );
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted)
        throw new EndpointFailure(
          `no answer within ${timeoutSeconds} seconds`,
          "check that the server is well, or allow a longer time-out",
          true,
        );
      throw error instanceof EndpointFailure ? maskedFailure(error, apiKey) : error;
    }
  };
}

/** The answer's JSON. @throws EndpointFailure for another status, for no JSON, and where nothing came */
async function post(
  { baseUrl, model, apiKey, temperature, maxTokens }: EndpointClientOptions,
  prompt: string,
  signal: AbortSignal,
): Promise<unknown> {
  const request = { model, temperature, max_tokens: maxTokens, messages: [{ role: "user", content: prompt }] };
  const { status, headers, bytes } = await boundedFetch(`${baseUrl.replace(/\/+$/, "")}/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      authorization: `Bearer ${apiKey ?? "none"}`,
    },
    body: JSON.stringify(request),
    signal,
  });
  const json = foreignJson(bytes);
  if (json.expected !== undefined && json.got !== null)
    throw new EndpointFailure(`an answer that is no ${json.expected}`, CHECK_URL, true);
  if (status < 200 || status >= 300) throw statusFailure(status, said(json.value, bytes), headers);
  if (json.expected !== undefined) throw new EndpointFailure("an answer that is no JSON", CHECK_URL, true);
  return json.value;
}

/** What a server says of an error: OpenAI's `error.message`, or all that came. */
function said(json: unknown, bytes: Uint8Array): string {
  const { error } = (json ?? {}) as { readonly error?: unknown };
  const { message } = (error ?? {}) as { readonly message?: unknown };
  if (typeof message === "string") return message;
  if (error !== undefined && error !== null) return JSON.stringify(error);
  return bytes.length === 0 ? "no body" : new TextDecoder().decode(bytes.subarray(0, MOST_SAID));
}

/** Reads what came, which may be anything. A completion without a text is an empty one that didn't finish. */
function answerOf(completion: unknown): EndpointAnswer {
  const { choices, usage: said } = (completion ?? {}) as { readonly choices?: unknown; readonly usage?: unknown };
  const usage = usageOf(said);
  if (!Array.isArray(choices))
    throw new EndpointFailure(`an answer that is no completion (${show(completion)})`, CHECK_URL, true);
  const { message, finish_reason: reason } = (choices[0] ?? {}) as {
    readonly message?: Readonly<Record<string, unknown>> | null;
    readonly finish_reason?: unknown;
  };
  const content = contentText(message?.["content"]);
  const text = content === null ? null : withReasoning(message!, content);
  if (typeof text === "string" && text.length > LONGEST_COMPLETION)
    throw new EndpointFailure(
      `a completion of ${text.length} characters`,
      `use an endpoint that keeps \`max_tokens\``,
      true,
    );
  return typeof text === "string" && text !== ""
    ? { text, finished: reason === "stop", usage }
    : { text: "", finished: false, usage };
}

function usageOf(said: unknown): TokenUsage | null {
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = (said ?? {}) as {
    readonly prompt_tokens?: unknown;
    readonly completion_tokens?: unknown;
  };
  return isCount(promptTokens) && isCount(completionTokens) ? { promptTokens, completionTokens } : null;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** `fetch`, but what comes has a bound, and comes from nowhere else. @throws EndpointFailure */
async function boundedFetch(
  url: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly headers: Headers; readonly bytes: Uint8Array }> {
  try {
    const response = await proxiedFetch(url, { ...init, redirect: "manual" });
    const { status, headers } = response;
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      throw new EndpointFailure(
        `a redirect to ${show(headers.get("location"))}`,
        "give the address that answers itself as the base URL",
        false,
      );
    }
    const bytes = await boundedBytes(response, LARGEST_ANSWER);
    if (bytes === null) throw new EndpointFailure(`an answer of more than ${LARGEST_ANSWER} bytes`, CHECK_URL, true);
    return { status, headers, bytes };
  } catch (error) {
    // A connection that can't be made, or that breaks while the answer is read, is fetch's own TypeError.
    throw error instanceof TypeError ? connectionFailure(error) : error;
  }
}
