import { OptionError, RunError, show } from "../../errors.ts";
import { boundedBytes } from "../../host/bounded-bytes.ts";
import { proxiedFetch } from "../../host/proxied-fetch.ts";
import { MOST_BUNDLE } from "../../sandbox/repository/task-bundle.ts";
import { fields, list, misfitText, number, oneOf, truth, type Shape } from "../../store/shape.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import type { WorkClaim, ClaimName, EvaluationOutcome, EvaluatorCard, EvaluatorSide } from "./evaluation-queue.ts";
import { CLAIM_SHAPE, CLAIM_WORK_SHAPE, logTail, MOST_WORK_BYTES } from "./queue-rows.ts";

/** What the front of a queue says of itself: tells it from other servers. */
export const QUEUE_FRONT = "aha-queue-1";
/** Claims in one answer, and names in one question. */
export const MOST_CLAIMS = 256;

const SECONDS = 30;
const MOST_BYTES = 2 * MOST_WORK_BYTES;

const GREETING: Shape = fields({ front: oneOf(QUEUE_FRONT), leaseSeconds: number(0.001, 86_400) });
const CLAIMS: Shape = fields({ claims: list(CLAIM_WORK_SHAPE, MOST_CLAIMS) });
const KEPT: Shape = fields({ claims: list(CLAIM_SHAPE, MOST_CLAIMS) });
const DONE: Shape = fields({ done: truth });

/**
 * The evaluator's side of a queue that another process serves (`aha queue RUN --serve`).
 *
 * @param token proves that one may ask
 * @throws OptionError for what is no address, for a wrong token and for a server that is none of ours; RunError where
 *   nothing answers
 */
export async function openHttpQueue(address: string, token: string | undefined): Promise<EvaluatorSide> {
  const base = queueAddress(address);
  const ask = async <T>(path: string, body: object | undefined, shape: Shape): Promise<T> => {
    const response = await answerOf(`${base}/queue${path}`, token, body);
    const bytes = await boundedBytes(response, MOST_BYTES);
    const json = bytes === null ? undefined : foreignJson(bytes);
    const value = json?.expected === undefined ? json?.value : undefined;
    if (!response.ok) throw refusal(base, response.status, value);
    const misfit = shape(value);
    if (misfit !== null) throw notOurs(base, misfitText(misfit));
    return value as T;
  };
  const { leaseSeconds } = await ask<{ readonly leaseSeconds: number }>("", undefined, GREETING);
  const told = async (path: string, evaluator: EvaluatorCard, more: object): Promise<boolean> =>
    (await ask<{ readonly done: boolean }>(path, { evaluator, ...more }, DONE)).done;
  const nameOf = ({ id, take }: ClaimName): ClaimName => ({ id, take });
  const sent = (outcome: EvaluationOutcome): EvaluationOutcome =>
    outcome.log === undefined ? outcome : { ...outcome, log: logTail(outcome.log) };
  return {
    leaseSeconds,
    async claim(evaluator, most) {
      const asked = { evaluator, most: Math.min(most, MOST_CLAIMS) };
      return (await ask<{ readonly claims: WorkClaim[] }>("/claim", asked, CLAIMS)).claims;
    },
    async heartbeat(evaluator, claims) {
      const asked = { evaluator, claims: claims.map(nameOf) };
      return (await ask<{ readonly claims: ClaimName[] }>("/heartbeat", asked, KEPT)).claims;
    },
    finish: (evaluator, claim, outcome) => told("/finish", evaluator, { claim: nameOf(claim), outcome: sent(outcome) }),
    fail: (evaluator, claim, outcome) => told("/fail", evaluator, { claim: nameOf(claim), outcome: sent(outcome) }),
    async content(sha256) {
      const response = await answerOf(`${base}/queue/content/${sha256}`, token, undefined);
      if (response.status === 404) return null;
      const bytes = await boundedBytes(response, MOST_BUNDLE);
      if (!response.ok) throw refusal(base, response.status, foreignJson(bytes ?? "").value);
      return bytes;
    },
    leave: async (evaluator) => void (await told("/leave", evaluator, {})),
    close: () => Promise.resolve(),
  };
}

/** The address without its end. @throws OptionError for what is none */
function queueAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    throw new OptionError(
      `Expected a run's folder, the address that \`aha queue RUN --serve\` prints or one of a Redis, got ${show(address)}.`,
    );
  if (url.username !== "" || url.password !== "")
    throw new OptionError("Expected an address without a name and password, got one with them; give `token`.");
  return url.href.replace(/\/+$/, "");
}

async function answerOf(address: string, token: string | undefined, body: object | undefined): Promise<Response> {
  try {
    return await proxiedFetch(address, {
      method: body === undefined ? "GET" : "POST",
      redirect: "error",
      signal: AbortSignal.timeout(SECONDS * 1000),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (error instanceof OptionError) throw error;
    const { cause } = error as { readonly cause?: { readonly code?: string } };
    const what = cause?.code ?? (error as Error).name;
    throw new RunError(`The queue at ${new URL(address).origin} can't be reached (${what}); see that it is served.`, {
      cause: error,
    });
  }
}

function refusal(base: string, status: number, value: unknown): Error {
  if (status === 401)
    return new OptionError(`Expected the token of the queue at ${base} as \`token\`, got another or none.`);
  const message = (value as { readonly error?: { readonly message?: unknown } } | undefined)?.error?.message;
  if (typeof message !== "string") return notOurs(base, `status ${status}`);
  // It may be able to answer later: its disk may be full.
  if (status >= 500) return new RunError(`The queue at ${base} can't answer: ${message.slice(0, 500)}`);
  return new OptionError(`The queue at ${base} refuses: ${message.slice(0, 500)}`);
}

function notOurs(base: string, came: string): OptionError {
  return new OptionError(`Expected a queue of \`aha queue RUN --serve\` at ${base}, got another answer (${came}).`);
}

/** Whether it is an address, and no folder. */
export function isQueueAddress(target: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(target);
}
