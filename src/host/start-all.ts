/** What has been started and must be ended, in the order of its start. */
export class Started {
  private readonly ends: (() => Promise<void>)[] = [];
  private over = false;

  /**
   * Takes charge of something that was started, or is starting. Returns it; what comes after the end is ended at once.
   */
  async add<T extends { stop(): Promise<void> }>(starting: T | Promise<T>): Promise<T> {
    const started = await starting;
    if (this.over) await started.stop();
    else this.ends.push(() => started.stop());
    return started;
  }

  /** Ends everything, the last first; all are ended though some fail. @throws the first failure */
  async stop(): Promise<void> {
    this.over = true;
    const failures: unknown[] = [];
    for (let end = this.ends.pop(); end !== undefined; end = this.ends.pop()) {
      await end().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Starts several things that need an end: where a later start fails, those before it are ended again.
 *
 * @param start adds what it starts
 */
export async function startAll<T>(start: (started: Started) => Promise<T>): Promise<T> {
  const started = new Started();
  try {
    return await start(started);
  } catch (error) {
    // Why the start failed is what counts.
    await started.stop().catch(() => undefined);
    throw error;
  }
}
