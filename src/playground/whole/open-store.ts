/** Opens the worker that keeps runs. */
export function openStore(): Worker {
  return new Worker(new URL("./store-worker.ts", import.meta.url), { type: "module" });
}
