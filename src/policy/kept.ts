/** What gives back what it holds. */
interface Disposable {
  dispose(): Promise<void>;
}

/** One thing: made when it is first asked for, by however many calls at once, and kept until it is dropped. */
export class Kept<Made extends Disposable> {
  private made: Promise<Made> | undefined;

  /** Whether it is there, or being made. */
  get isHeld(): boolean {
    return this.made !== undefined;
  }

  /** @throws what `make` throws; one that couldn't be made is made when it is asked for again */
  get(make: () => Promise<Made>): Promise<Made> {
    if (this.made !== undefined) return this.made;
    const made = make();
    this.made = made;
    made.catch(() => this.made === made && (this.made = undefined));
    return made;
  }

  async drop(): Promise<void> {
    const { made } = this;
    this.made = undefined;
    // That one couldn't be made is told to whoever asked for it.
    await made?.then(
      (one) => one.dispose(),
      () => undefined,
    );
  }
}
