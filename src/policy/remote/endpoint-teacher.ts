import { sumOf } from "../../numbers/sum.ts";
import { setTimeout as wait } from "node:timers/promises";
import { AhaError, integerOption, numberOption, OptionError, show } from "../../errors.ts";
import { warnOfPlainKey } from "../../host/plain-http.ts";
import { randomKey, splitKey } from "../../random.ts";
import { endpointClient, type AskEndpoint, type EndpointAnswer, type TeacherAnswer } from "./endpoint-client.ts";
import { EndpointFailure } from "./endpoint-failure.ts";
import { inParallel } from "../../host/in-parallel.ts";
import { openJournal } from "../../host/journal.ts";
import { retryDelay } from "../../host/retry-delay.ts";
import { sha256Of } from "../../host/sha256.ts";

export type { TeacherAnswer };

export interface EndpointTeacherOptions {
  /** Of an OpenAI-compatible endpoint, for example `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Where absent, none is sent but the word `none`; never taken from the environment. */
  readonly apiKey?: string;
  readonly temperature: number;
  readonly maxTokens: number;
  /** For one completion; 300 at most, as Node's fetch gives up after that. 120 where absent. */
  readonly timeoutSeconds?: number;
  /** How often a request that failed is sent again; 6 where absent. */
  readonly retries?: number;
  /** Requests at a time; 4 where absent. */
  readonly concurrency?: number;
  /** A .jsonl file in which answers are kept as they come. */
  readonly journal: string;
  /** Waits between tries; for tests. */
  readonly sleep?: (seconds: number, signal: AbortSignal) => Promise<void>;
}

export interface TeacherRequest {
  /** Names the request for good: answers are found again by it. */
  readonly id: string;
  readonly prompt: string;
  /** Completions to ask for. */
  readonly samples: number;
}

export interface EndpointTeacher {
  /**
   * Asks for all completions that the journal doesn't hold yet.
   *
   * @param onProgress told how many of all samples are there; what the journal held counts
   * @returns the completions by request id, in the order of the samples
   * @throws OptionError where the endpoint refuses, AhaError where it keeps failing: both say what is kept; RunError
   *   where the journal fails; the signal's reason where it is aborted
   */
  complete(
    requests: readonly TeacherRequest[],
    onProgress?: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<Map<string, readonly TeacherAnswer[]>>;
}

/** One completion of a request; `key` names it in the journal, with all settings that decide about it. */
interface Sample extends Pick<TeacherRequest, "prompt"> {
  readonly key: string;
}

/**
 * A teacher behind an OpenAI-compatible endpoint, for distillation (R1, arXiv:2501.12948, section 2.4). Each completion
 * is a request of its own, as many servers don't take `n`. What fails in passing (a time-out, no connection, 408, 409,
 * 425, 429, 5xx, garbage) is sent again after a while. Every answer is kept in a journal at once: a stopped `complete`
 * goes on where it was.
 *
 * @throws OptionError naming the option that can't be used
 */
export function createEndpointTeacher(options: EndpointTeacherOptions): EndpointTeacher {
  const { model, temperature, maxTokens, apiKey, journal: path } = options;
  const baseUrl = checkedUrl(options.baseUrl);
  if (typeof model !== "string" || model === "")
    throw new OptionError(`Expected \`model\` to be the model's name at the endpoint, got ${show(model)}.`);
  if (typeof path !== "string" || path === "")
    throw new OptionError(`Expected \`journal\` to be the path of a .jsonl file, got ${show(path)}.`);
  numberOption("temperature", temperature, 0, 10);
  integerOption("maxTokens", maxTokens, 1);
  const timeoutSeconds = numberOption("timeoutSeconds", options.timeoutSeconds ?? 120, 0.001, 300);
  const retries = integerOption("retries", options.retries ?? 6, 0, 100);
  const concurrency = integerOption("concurrency", options.concurrency ?? 4, 1, 1024);
  checkedKey(apiKey, baseUrl);
  const ask = endpointClient({
    baseUrl,
    model,
    ...(apiKey === undefined ? {} : { apiKey }),
    temperature,
    maxTokens,
    timeoutSeconds,
  });
  const sleep =
    options.sleep ?? (async (seconds: number, signal: AbortSignal) => wait(seconds * 1000, undefined, { signal }));
  const hashOf = (prompt: string): string =>
    sha256Of(JSON.stringify([baseUrl, model, temperature, maxTokens, prompt])).slice(0, 32);

  return {
    async complete(requests, onProgress, signal) {
      checkRequests(requests);
      signal?.throwIfAborted();
      const all = requests.map(({ id, prompt, samples }) =>
        Array.from({ length: samples }, (_, sample): Sample => ({ key: `${hashOf(prompt)} ${sample} ${id}`, prompt })),
      );
      const total = sumOf(all, (samples) => samples.length);
      const journal = await openJournal(path, readAnswer);
      try {
        const missing = all.flat().filter(({ key }) => journal.get(key) === undefined);
        let done = total - missing.length;
        onProgress?.(done, total);
        await inParallel(missing, concurrency, signal, async (sample, stop) => {
          const { text, finished } = await askPatiently(ask, sample, { retries, sleep }, stop);
          journal.append([[sample.key, { text, finished }]]);
          done++;
          onProgress?.(done, total);
        }).catch((error: unknown) => {
          throw error instanceof EndpointFailure
            ? explained(
                error,
                `Expected ${baseUrl} to answer for the model ${show(model)}`,
                retries + 1,
                `${done} of ${total} samples are kept in ${show(path)}`,
              )
            : error;
        });
        return new Map(all.map((samples, index) => [requests[index]!.id, samples.map(({ key }) => journal.get(key)!)]));
      } finally {
        journal.close();
      }
    },
  };
}

function readAnswer(value: unknown): TeacherAnswer | null {
  const { text, finished } = (value ?? {}) as Partial<TeacherAnswer>;
  return typeof text === "string" && typeof finished === "boolean" ? { text, finished } : null;
}

/** How often a request is sent again, and how that is waited for. */
export interface AskingPatience {
  readonly retries: number;
  readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
}

/** Asks, and asks again after what fails in passing. @param sample its key decides on the waits alone */
export async function askPatiently(
  ask: AskEndpoint,
  { key, prompt }: Sample,
  { retries, sleep }: AskingPatience,
  stop: AbortSignal,
): Promise<EndpointAnswer> {
  for (let failures = 1; ; failures++) {
    try {
      return await ask(prompt, stop);
    } catch (error) {
      if (!(error instanceof EndpointFailure) || !error.passing || failures > retries) throw error;
      await sleep(retryDelay(failures, splitKey(randomKey(0), "retry", key), error.retryAfter), stop);
    }
  }
}

function explained(failure: EndpointFailure, expected: string, tries: number, kept: string): AhaError {
  if (!failure.passing)
    return new OptionError(`${expected}, got ${failure.message}; ${failure.advice}. ${kept}.`, { cause: failure });
  return new AhaError(
    `${expected}, got ${failure.message}${tries > 1 ? ` at the last of ${tries} tries` : ""}; ${failure.advice}. ${kept}; the same command goes on from there.`,
    { cause: failure },
  );
}

function checkRequests(requests: readonly TeacherRequest[]): void {
  const ids = new Set<string>();
  for (const { id, samples } of requests) {
    if (ids.has(id)) throw new OptionError(`Expected every request to have an id of its own, got ${show(id)} twice.`);
    ids.add(id);
    integerOption("samples", samples, 0, 1e6);
  }
}

/** Warns where a key would be sent for all to read. @throws OptionError for what is no key */
export function checkedKey(apiKey: string | undefined, baseUrl: string): void {
  if (apiKey === undefined) return;
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new OptionError(
      "Expected `apiKey` to be printable ASCII without spaces, got something else; check how it was copied.",
    );
  warnOfPlainKey(baseUrl);
}

/**
 * Without a slash at the end, so that the journal knows it again. What is not the address itself might hold a secret,
 * and stands in no error.
 */
export function checkedUrl(text: string, name: "baseUrl" | "endpoint" = "baseUrl"): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new OptionError(
      `Expected \`${name}\` to be an http or https address such as http://127.0.0.1:8000/v1, got something else; check it.`,
    );
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw new OptionError(
      `Expected \`${name}\` to be without user, password, \`?\` and \`#\`, got some at ${url.host}; give a key as \`apiKey\`.`,
    );
  return url.href.replace(/\/+$/, "");
}
