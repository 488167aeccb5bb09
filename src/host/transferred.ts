/** A worker's answer whose buffers are handed over instead of being copied; the worker can't read them afterwards. */
export class Transferred<T> {
  constructor(
    readonly value: T,
    readonly buffers: readonly ArrayBuffer[],
  ) {}
}
