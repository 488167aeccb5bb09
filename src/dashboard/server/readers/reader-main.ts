/** A process that reads runs for the dashboard's server, which may kill it at any time: it only reads. */
import { startWorker, workerModule } from "../../../host/worker-host.ts";
import { RunFolders } from "../run-folders.ts";
import { readerApp } from "./reader-app.ts";
import type { FromReader, ToReader } from "./reader-messages.ts";

/** Milliseconds between two signs of life of a long reading. */
const ALIVE_EVERY = 500;

type Body = ReadableStreamDefaultReader<Uint8Array>;
const bodies = new Map<number, Body>();
let app: ReturnType<typeof readerApp> | undefined;
let lastSign = 0;

const tell = (message: FromReader): void => void process.send?.(message, undefined, undefined, () => undefined);

function signOfLife(): void {
  const now = performance.now();
  if (now - lastSign < ALIVE_EVERY) return;
  lastSign = now;
  tell({ kind: "alive" });
}

function tellMistake({ message, stack = "" }: Error): void {
  tell({ kind: "mistake", message, stack });
}

async function answer(id: number, path: string, gzip: boolean): Promise<void> {
  const headers = { "accept-encoding": gzip ? "gzip" : "identity" };
  const response = await app!.fetch(new Request(`http://reader${path}`, { headers }));
  const { body } = response;
  bodies.set(id, (body ?? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() })).getReader());
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
  if (message.kind === "ask") void answer(message.id, message.path, message.gzip);
  else if (message.kind === "pull") void next(message.id);
  else if (message.kind === "cancel") cancel(message.id);
  else {
    app = readerApp({ folders: new RunFolders(message.place), onProgress: signOfLife, onMistake: tellMistake });
    tell({ kind: "ready" });
  }
});
// Ctrl-C at a terminal reaches every process: it is the server that ends its readers.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
await startWorker({
  name: "the watch of the server",
  module: workerModule("./parent-watch", import.meta.url),
  init: null,
});
