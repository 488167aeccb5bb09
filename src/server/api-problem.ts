import { AhaError } from "../errors.ts";

/** The statuses with which a request is refused, and what clients call each kind. */
const KINDS = {
  400: { type: "invalid_request_error", code: null },
  401: { type: "authentication_error", code: "invalid_api_key" },
  403: { type: "permission_error", code: null },
  404: { type: "invalid_request_error", code: "not_found" },
  413: { type: "invalid_request_error", code: "request_too_large" },
  421: { type: "invalid_request_error", code: "misdirected_request" },
  429: { type: "rate_limit_error", code: "rate_limit_exceeded" },
  500: { type: "server_error", code: null },
  503: { type: "server_error", code: "server_stopping" },
} as const;

export type ProblemStatus = keyof typeof KINDS;

/** What a refusal may say beside its words. */
export interface ProblemDetails {
  /** The field of the request. */
  readonly param?: string;
  readonly code?: string;
  /** Seconds after which the client may ask again. */
  readonly retryAfter?: number;
}

/** A request that isn't answered, as the API says it: `{ error: { message, type, param, code } }`. */
export class ApiProblem extends AhaError {
  override readonly name: string = "ApiProblem";

  constructor(
    readonly status: ProblemStatus,
    message: string,
    readonly details: ProblemDetails = {},
  ) {
    super(message);
  }

  body(): object {
    const { type, code } = KINDS[this.status];
    const { param = null } = this.details;
    return { error: { message: this.message, type, param, code: this.details.code ?? code } };
  }
}

/**
 * What any error is to a client: a user's mistake (a word that the model doesn't know, say) is the request's.
 *
 * @param onMistake takes those that are mistakes of ours
 */
export function apiProblemOf(error: unknown, onMistake: (error: Error) => void): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const known = error instanceof Error ? error : new Error(String(error));
  if (["OptionError", "TokenizerError"].includes(known.name)) return new ApiProblem(400, known.message);
  onMistake(known);
  return new ApiProblem(500, `The server failed: ${known.message}`);
}
