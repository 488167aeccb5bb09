import OpenAI from "openai";
import { show } from "../../errors.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { boundedBytes } from "../../host/bounded-bytes.ts";
import { EndpointFailure, endpointFailure } from "./endpoint-failure.ts";

/** A completion by a teacher. */
export interface TeacherAnswer {
  /** Empty where the teacher gave none. */
  readonly text: string;
  /** The teacher ended it itself; not cut at the length limit, filtered or empty. */
  readonly finished: boolean;
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
export type AskEndpoint = (prompt: string, signal: AbortSignal) => Promise<TeacherAnswer>;

/** Bytes; far more than a completion has, far less than fills the memory. */
const LARGEST_ANSWER = 2 ** 26;

/** Characters: a training example has no more. */
const LONGEST_COMPLETION = 10_000_000;

const CHECK_URL = "check that the base URL is an OpenAI-compatible endpoint";

/** Asks an OpenAI-compatible endpoint (`/chat/completions`) once, without retries. */
export function endpointClient({
  baseUrl,
  model,
  apiKey,
  temperature,
  maxTokens,
  timeoutSeconds,
}: EndpointClientOptions): AskEndpoint {
  const client = new OpenAI({
    baseURL: baseUrl,
    // The client takes what is absent from the environment, and would send OpenAI's key to whatever host this is.
    apiKey: apiKey ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: timeoutSeconds * 1000,
    logLevel: "off",
    fetch: boundedFetch,
  });
  return async (prompt, signal) => {
    signal.throwIfAborted();
    const request = new AbortController();
    const stop = (): void => request.abort();
    let late = false;
    // The client's own time-out ends with the headers; a body may hang as well.
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, timeoutSeconds * 1000);
    signal.addEventListener("abort", stop, { once: true });
    try {
      const answer = answerOf(
        await client.chat.completions.create(
          { model, temperature, max_tokens: maxTokens, messages: [{ role: "user", content: prompt }] },
          { signal: request.signal },
        ),
      );
      if (apiKey !== undefined && apiKey.length >= 8 && answer.text.includes(apiKey))
        throw new EndpointFailure(
          "a completion that repeats the API key",
          "use another endpoint, and another key",
          false,
        );
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      throw late
        ? new EndpointFailure(
            `no answer within ${timeoutSeconds} seconds`,
            "check that the server is well, or allow a longer time-out",
            true,
          )
        : (endpointFailure(error, apiKey) ?? error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  };
}

/** Reads what came, which may be anything. A completion without a text is an empty one that didn't finish. */
function answerOf(completion: unknown): TeacherAnswer {
  const { choices } = (completion ?? {}) as { readonly choices?: unknown };
  if (!Array.isArray(choices))
    throw new EndpointFailure(`an answer that is no completion (${show(completion)})`, CHECK_URL, true);
  const { message, finish_reason: reason } = (choices[0] ?? {}) as {
    readonly message?: { readonly content?: unknown } | null;
    readonly finish_reason?: unknown;
  };
  const text = message?.content;
  if (typeof text === "string" && text.length > LONGEST_COMPLETION)
    throw new EndpointFailure(
      `a completion of ${text.length} characters`,
      `use an endpoint that keeps \`max_tokens\``,
      true,
    );
  return typeof text === "string" && text !== ""
    ? { text, finished: reason === "stop" }
    : { text: "", finished: false };
}

/** `fetch`, but what comes has bounds: of its bytes, of its levels, and it comes from nowhere else. */
async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, { ...init, redirect: "manual" });
  const { status } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    throw new EndpointFailure(
      `a redirect to ${show(response.headers.get("location"))}`,
      "give the address that answers itself as the base URL",
      false,
    );
  }
  const bytes = await boundedBytes(response, LARGEST_ANSWER);
  if (bytes === null) throw new EndpointFailure(`an answer of more than ${LARGEST_ANSWER} bytes`, CHECK_URL, true);
  const json = foreignJson(bytes);
  if (json.expected !== undefined && json.got !== null)
    throw new EndpointFailure(`an answer that is no ${json.expected}`, CHECK_URL, true);
  const type = response.headers.get("content-type");
  const retryAfter = response.headers.get("retry-after");
  const headers = {
    ...(type === null ? {} : { "content-type": type }),
    ...(retryAfter === null ? {} : { "retry-after": retryAfter }),
  };
  // A status without a body may have none.
  return new Response(bytes.length === 0 ? null : Buffer.from(bytes), { status, headers });
}
