import { setMaxListeners } from "node:events";

/**
 * Works on items, some at a time. The first failure, or the signal, stops all others; rejects with it when they have
 * stopped.
 */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  signal: AbortSignal | undefined,
  work: (item: T, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  // Node warns of a leak beyond ten listeners; here each item under way has its own.
  setMaxListeners(0, stop.signal);
  const failures: unknown[] = [];
  const fail = (reason: unknown): void => {
    failures.push(reason);
    stop.abort(reason);
  };
  const onAbort = (): void => fail(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (stop.signal.aborted) return;
      await work(item, stop.signal).catch(fail);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  signal?.removeEventListener("abort", onAbort);
  if (failures.length > 0) throw failures[0];
}
