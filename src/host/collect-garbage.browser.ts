/** A browser frees array buffers by itself. */
export function noteGarbage(_bytes: number): void {}

export function noteFreed(_bytes: number): void {}

export function freeUnreachable(): void {}

/** What browsers have since 2023, and Node since 21. */
interface Detachable {
  transfer?(bytes: number): ArrayBuffer;
}

/**
 * Gives back the memory of an array that nobody reads any more, nor anything else in its buffer. V8 sees the small
 * object that holds it, and would let some hundred megabytes of a thread wait.
 */
export function freeArray({ buffer }: ArrayBufferView): void {
  (buffer as Detachable).transfer?.(0);
}
