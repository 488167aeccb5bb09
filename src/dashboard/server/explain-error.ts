import type { Context, ErrorHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AhaError } from "../../errors.ts";
import { diskError } from "../../host/disk-error.ts";
import type { ApiError } from "../api.ts";
import { RequestError } from "./request-error.ts";

/** Seconds after which a client that was refused for now may ask again. */
const ASK_AGAIN = 5;

/** Answers with one line for every error. @param onMistake takes those that are mistakes of ours */
export function explainErrors(onMistake: (error: Error) => void): ErrorHandler {
  return (error, context) => {
    const { status, message } = explain(error, onMistake);
    if (status === 429 || status === 503) context.header("retry-after", String(ASK_AGAIN));
    return context.json({ error: message } satisfies ApiError, status, { "cache-control": "no-store" });
  };
}

/** Answers for an address that there isn't. */
export function nothingHere(context: Context): Response {
  return context.json({ error: "There is nothing at this address." } satisfies ApiError, 404);
}

interface Explained {
  readonly status: ContentfulStatusCode;
  readonly message: string;
}

/** What an error says to the page, and with which status. */
function explain(error: Error, onMistake: (error: Error) => void): Explained {
  if (error instanceof RequestError) return { status: error.status, message: error.message };
  const known = diskError("read", "the run", error);
  if (known instanceof AhaError) return { status: 422, message: known.message };
  onMistake(error);
  return { status: 500, message: `This is a mistake of aha's: ${error.message}` };
}
