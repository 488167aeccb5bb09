import type { MemoryWatchInit } from "./memory-watch.ts";
import { startWorker, workerModule } from "./worker-host.ts";

/** The watch, until it is stopped. */
export interface MemoryWatch {
  stop(): Promise<void>;
}

/**
 * Has this process ended once it takes more memory than it was given, or once the process that started it is gone.
 *
 * @param most bytes of resident memory
 */
export function watchMemory(most: number): Promise<MemoryWatch> {
  return startWorker<MemoryWatchInit, object>({
    name: "the watch of memory",
    module: workerModule("./memory-watch", import.meta.url),
    init: { most },
  });
}
