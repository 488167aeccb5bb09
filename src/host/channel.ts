/** Items that come when they come, for one reader. */
export class Channel<T> implements AsyncIterable<T> {
  private readonly waiting: T[] = [];
  private ended = false;
  private failure: { readonly reason: unknown } | undefined;
  private wake: (() => void) | undefined;

  push(item: T): void {
    this.waiting.push(item);
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  /** The reader gets what has come, then this. */
  fail(reason: unknown): void {
    this.failure = { reason };
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.waiting.length > 0) yield this.waiting.shift()!;
      if (this.failure !== undefined) throw this.failure.reason;
      if (this.ended) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
