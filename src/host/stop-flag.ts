import { sharedMemory } from "./shared-memory.ts";

/** A signal that a thread sees while it works and reads no messages: a number in shared memory. */
export class StopFlag {
  readonly memory: SharedArrayBuffer = sharedMemory(4);
  private readonly onAbort = (): void => this.raise();

  constructor(private readonly signal?: AbortSignal | undefined) {
    signal?.addEventListener("abort", this.onAbort);
    if (signal?.aborted === true) this.raise();
  }

  raise(): void {
    Atomics.store(new Int32Array(this.memory), 0, 1);
  }

  /** Listens to the signal no more. */
  release(): void {
    this.signal?.removeEventListener("abort", this.onAbort);
  }
}

/** The other side: whether the flag behind this memory is raised. */
export function isStopped(memory: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(memory), 0) !== 0;
}
