import { AhaError } from "../../errors.ts";

/** A request that can't be answered, with the status of the answer that says so. */
export class RequestError extends AhaError {
  override readonly name: string = "RequestError";

  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 421 | 429 | 503,
    message: string,
  ) {
    super(message);
  }
}
