import OpenAI from "openai";
import { show } from "../../errors.ts";
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
      return answerOf(
        await client.chat.completions.create(
          { model, temperature, max_tokens: maxTokens, messages: [{ role: "user", content: prompt }] },
          { signal: request.signal },
        ),
      );
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
    throw new EndpointFailure(
      `an answer that is no completion (${show(completion)})`,
      "check that the base URL is an OpenAI-compatible endpoint",
      true,
    );
  const { message, finish_reason: reason } = (choices[0] ?? {}) as {
    readonly message?: { readonly content?: unknown } | null;
    readonly finish_reason?: unknown;
  };
  const text = message?.content;
  return typeof text === "string" && text !== ""
    ? { text, finished: reason === "stop" }
    : { text: "", finished: false };
}

/** `fetch`, but a body without an end breaks off. */
async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.body === null) return response;
  let bytes = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER)
        controller.error(
          new EndpointFailure(
            `an answer of more than ${LARGEST_ANSWER} bytes`,
            "check that the base URL is an OpenAI-compatible endpoint",
            true,
          ),
        );
      else controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(bound), {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
}
