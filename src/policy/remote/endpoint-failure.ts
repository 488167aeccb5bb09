import { show } from "../../errors.ts";
import { maskSecret } from "../../text/mask-secret.ts";
import { retryAfterSeconds } from "../../host/retry-delay.ts";
import { systemCode } from "../../host/system-code.ts";

/** Why an endpoint gave no answer. */
export class EndpointFailure extends Error {
  override readonly name: string = "EndpointFailure";

  constructor(
    /** What came instead of an answer, in words. */
    reason: string,
    /** What to check. */
    readonly advice: string,
    /** The same request may succeed later. */
    readonly passing: boolean,
    /** Seconds that the server asked to be left alone. */
    readonly retryAfter?: number,
  ) {
    super(reason);
  }
}

const ADVICE: Readonly<Record<number, string>> = {
  400: "check the model's name, `maxTokens` and `temperature`, and that the prompts fit the model",
  401: "check the API key",
  402: "check the account's credit",
  403: "check that the API key may use this model",
  404: "check the base URL (it often ends in /v1) and the model's name",
  413: "leave longer prompts out",
  422: "check the model's name, `maxTokens` and `temperature`",
};

/** Characters of what a server says; `show` gives fewer. */
const LONGEST_SAID = 1000;

/** Statuses below 500 that pass: time-out, conflict, too early, rate limit. */
const PASSING: readonly number[] = [408, 409, 425, 429];

/** A failure whose words don't hold a secret. */
export function maskedFailure(failure: EndpointFailure, secret: string | undefined): EndpointFailure {
  if (secret === undefined) return failure;
  return new EndpointFailure(maskSecret(failure.message, secret), failure.advice, failure.passing, failure.retryAfter);
}

/** What a status that is no success means. @param said what the server says */
export function statusFailure(status: number, said: string, headers: Headers): EndpointFailure {
  const passing = status >= 500 || PASSING.includes(status);
  const advice = passing
    ? "check that the server is well and its limits allow so many requests"
    : "check the base URL and what the server takes";
  return new EndpointFailure(
    `status ${status} (${show(said.slice(0, LONGEST_SAID))})`,
    ADVICE[status] ?? advice,
    passing,
    retryAfterSeconds(headers.get("retry-after")),
  );
}

export function connectionFailure(error: TypeError): EndpointFailure {
  return new EndpointFailure(
    `no connection (${systemCode(error) ?? show(error.message)})`,
    "check that the server runs and can be reached",
    true,
  );
}
