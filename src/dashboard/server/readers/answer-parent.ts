import type { Hono } from "hono";
import { startWorker, workerModule } from "../../../host/worker-host.ts";
import type { FromReader, ReaderQuestion, RunsPlace, ToReader } from "./reader-messages.ts";

/** Milliseconds between two signs of life of a long reading. */
const ALIVE_EVERY = 500;

/** How an app tells the server of itself. */
export interface ParentTools {
  /** That a long work came forward. */
  readonly onProgress: () => void;
  /** An error that is a mistake of ours. */
  readonly onMistake: (error: Error) => void;
}

/**
 * Answers what the dashboard's server asks of this process, which it may kill at any time, and ends with it.
 *
 * @param open makes the routes, once the server has said where the runs are
 */
export async function answerParent(open: (place: RunsPlace, tools: ParentTools) => Hono): Promise<void> {
  const bodies = new Map<number, ReadableStreamDefaultReader<Uint8Array>>();
  let app: Hono | undefined;
  let lastSign = 0;
  const tell = (message: FromReader): void => void process.send?.(message, undefined, undefined, () => undefined);
  const tools: ParentTools = {
    onProgress() {
      const now = performance.now();
      if (now - lastSign < ALIVE_EVERY) return;
      lastSign = now;
      tell({ kind: "alive" });
    },
    onMistake: ({ message, stack = "" }) => tell({ kind: "mistake", message, stack }),
  };

  async function answer(id: number, question: ReaderQuestion): Promise<void> {
    const response = await app!.fetch(requestOf(question));
    const { body } = response;
    const pieces = body ?? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
    bodies.set(id, pieces.getReader());
    tell({ kind: "head", id, status: response.status, headers: Object.fromEntries(response.headers) });
  }

  async function next(id: number): Promise<void> {
    const body = bodies.get(id);
    if (body === undefined) return;
    try {
      const { done, value } = await body.read();
      if (!done) return tell({ kind: "chunk", id, bytes: value });
      tell({ kind: "end", id });
    } catch (error) {
      tell({ kind: "failed", id, message: (error as Error).message });
    }
    bodies.delete(id);
  }

  function cancel(id: number): void {
    // What breaks while nobody wants it is nobody's loss.
    bodies
      .get(id)
      ?.cancel()
      .catch(() => undefined);
    bodies.delete(id);
  }

  process.on("message", (message: ToReader) => {
    if (message.kind === "ask") void answer(message.id, message);
    else if (message.kind === "pull") void next(message.id);
    else if (message.kind === "cancel") cancel(message.id);
    else {
      app = open(message.place, tools);
      tell({ kind: "ready" });
    }
  });
  // Ctrl-C at a terminal reaches every process: it is the server that ends its own.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
  await startWorker({
    name: "the watch of the server",
    module: workerModule("./parent-watch", import.meta.url),
    init: null,
  });
}

function requestOf({ path, gzip, body }: ReaderQuestion): Request {
  const headers = { "accept-encoding": gzip ? "gzip" : "identity" };
  return new Request(`http://reader${path}`, { headers, ...(body === undefined ? {} : { method: "POST", body }) });
}
