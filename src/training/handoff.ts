/** Values from one who makes them to one who takes them, one at a time: the maker waits until the next is asked for. */
export class Handoff<T> {
  private readonly waiting: { readonly value: T; readonly taken: () => void }[] = [];
  private closed = false;
  private wake: () => void = () => undefined;

  /** Ends when the value was taken and the next is asked for; at once after `close`. */
  put(value: T): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((taken) => {
      this.waiting.push({ value, taken });
      this.wake();
    });
  }

  /** No more values come, or nobody takes them. */
  close(): void {
    this.closed = true;
    for (const { taken } of this.waiting.splice(0)) taken();
    this.wake();
  }

  /**
   * The values in their order; the maker goes on when the next is asked for.
   *
   * @param onLeft told before the maker goes on, where whoever takes them leaves
   */
  async *taken(onLeft: () => void): AsyncGenerator<T> {
    while (!this.closed) {
      const next = this.waiting.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      let asked = false;
      try {
        yield next.value;
        asked = true;
      } finally {
        if (!asked) onLeft();
        next.taken();
      }
    }
  }
}
