import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { LiveWatch } from "./live-watch.ts";
import { RequestError } from "./request-error.ts";

/** So often something is sent, that both sides notice a broken connection. */
const HEARTBEAT = 15_000;
/** Milliseconds after which a browser connects again. */
const RETRY = 1000;
/** Runs that one page can watch. */
const MOST_RUNS = 100;
/**
 * Events that wait for a page which doesn't take them; then its connection is ended, and it comes back for what is new.
 */
const MOST_WAITING = 1000;

/**
 * Answers with server-sent events, as HTML's standard has them. Nothing is kept for a page that went away: when it
 * comes back it asks for what came after its last step.
 *
 * @param closing aborted when the server ends
 */
export function eventStream(context: Context, watch: LiveWatch, closing: AbortSignal): Response {
  const runs = new Set((context.req.query("runs") ?? "").split(",").filter((id) => id !== ""));
  if (runs.size > MOST_RUNS)
    throw new RequestError(400, `Expected at most ${MOST_RUNS} runs to watch, got ${runs.size}.`);
  // Hono answers HEAD as it would GET, and nobody would ever end the stream.
  if (context.req.raw.method === "HEAD") return context.body(null, 200, { "content-type": "text/event-stream" });
  const response = streamSSE(context, async (stream) => {
    let id = 0;
    let waiting = 0;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const write = (work: Promise<unknown>): void => {
      if (++waiting > MOST_WAITING) end();
      // A write fails when the page is gone, which ends the stream.
      work.then(() => waiting--, end);
    };
    const stop = watch.listen({
      runs,
      send: (event) =>
        write(
          stream.writeSSE({ id: String(id++), data: JSON.stringify(event), ...(id === 1 ? { retry: RETRY } : {}) }),
        ),
    });
    const heartbeat = setInterval(() => write(stream.write(": still here\n\n")), HEARTBEAT);
    stream.onAbort(end);
    closing.addEventListener("abort", end);
    try {
      await ended;
    } finally {
      closing.removeEventListener("abort", end);
      clearInterval(heartbeat);
      stop();
    }
  });
  response.headers.set("cache-control", "no-store");
  return response;
}
