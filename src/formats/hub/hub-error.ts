import { CheckpointError, show } from "../../errors.ts";
import { tokenOf, type HubAccess } from "./hub-access.ts";

/** Says in one line why the hub gave nothing. Never shows the token. */
export function hubError(error: unknown, what: string, access: Pick<HubAccess, "url" | "token">): Error {
  if (error instanceof CheckpointError) return error;
  const { statusCode } = error as { readonly statusCode?: unknown };
  const with_ = tokenOf(access) === undefined ? "without a token" : "with the token given";
  if (statusCode === 404)
    return new CheckpointError(
      `Expected ${show(what)} to be on the hub, got status 404; check the name and the revision.`,
    );
  if (statusCode === 401 || statusCode === 403) {
    return new CheckpointError(
      `Expected to be allowed to read ${show(what)}, got status ${statusCode} ${with_}; the name is wrong, or the model is private or gated: accept its terms on its page, and give a token that may read it as HF_TOKEN or by \`hf auth login\`.`,
    );
  }
  if (typeof statusCode === "number")
    return new CheckpointError(`Expected ${show(what)} from the hub, got status ${statusCode}; try again later.`);
  // The library met a value of another shape than the hub's.
  if (error instanceof TypeError && error.cause === undefined)
    return new CheckpointError(
      `Expected ${show(what)} from the hub, got an answer of another form; check HF_ENDPOINT where it is set, or try again later.`,
      { cause: error },
    );
  const { message, cause } = error as Error;
  const reason = cause instanceof Error && cause.message !== "" ? cause.message : message;
  return new CheckpointError(
    `Expected ${show(what)} from the hub, got no answer (${show(reason)}); check the network, or name a folder that is on this machine. What came is kept: the same command goes on.`,
    { cause: error },
  );
}
