import { systemCode } from "../../host/system-code.ts";

/**
 * Why a server of the Tinker API gave no result.
 *
 * - `away`: it surely didn't take the request, and may later.
 * - `doubt`: it may have taken the request; nobody here knows.
 * - `forgotten`: it doesn't know the model, the future or the weights any more.
 * - `refused`: it said no, and will again.
 */
export type TinkerFailureKind = "away" | "doubt" | "forgotten" | "refused";

export class TinkerFailure extends Error {
  override readonly name: string = "TinkerFailure";

  constructor(
    readonly kind: TinkerFailureKind,
    /** What came in the place of a result, in words; with no secret in it. */
    reason: string,
    /** The status of the answer, where one came. */
    readonly status?: number,
    /** Seconds that the server asked to be left alone. */
    readonly retryAfter?: number,
  ) {
    super(reason);
  }
}

/** What a server says of a model that it doesn't hold, in its own words. */
const FORGOTTEN = /\bnot (loaded|found)\b|\bstale request\b|\bno such (model|checkpoint)\b/i;

/** What an answer of that status, or a result that says so, means. */
export function kindOfRefusal(status: number, said: string): TinkerFailureKind {
  if (status === 429) return "away";
  if (status >= 500 || status === 408 || status === 425) return "doubt";
  return status === 404 || status === 410 || FORGOTTEN.test(said) ? "forgotten" : "refused";
}

/** Codes of connections that were never made. */
const NEVER_SENT: readonly string[] = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
];

/** What `fetch` throws where no answer came. */
export function connectionFailed(error: Error): TinkerFailure {
  const code = systemCode(error);
  const isSent = code === undefined || !NEVER_SENT.includes(code);
  return new TinkerFailure(isSent ? "doubt" : "away", `no answer (${code ?? "the connection broke"})`);
}
