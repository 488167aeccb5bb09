/** So often something is sent while nothing is written, that both sides notice a broken connection. */
const HEARTBEAT_SECONDS = 15;

/**
 * Server-sent events for one client. What it doesn't take waits here, and nobody waits for it: a client that takes
 * nothing for too long is left.
 */
export class EventSink {
  readonly body: ReadableStream<Uint8Array>;
  private readonly encoder = new TextEncoder();
  private readonly timers: readonly ReturnType<typeof setInterval>[];
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private taken = performance.now();
  private ended = false;

  /**
   * @param readerSeconds that a client may take nothing
   * @param onLeave the client has gone, or takes nothing
   */
  constructor(
    readerSeconds: number,
    private readonly onLeave: (why: "gone" | "slow") => void,
  ) {
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.controller = controller),
      pull: () => void (this.taken = performance.now()),
      cancel: () => this.leave("gone"),
    });
    const watch = (): void => {
      const waits = (this.controller?.desiredSize ?? 1) <= 0;
      if (waits && performance.now() - this.taken > readerSeconds * 1000) this.leave("slow");
      else if (this.ended && !waits) this.stopTimers();
    };
    this.timers = [
      setInterval(watch, Math.max(10, (readerSeconds * 1000) / 4)),
      setInterval(() => this.write(": still writing\n\n"), HEARTBEAT_SECONDS * 1000),
    ];
    for (const timer of this.timers) timer.unref();
  }

  send(data: object | "[DONE]"): void {
    this.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  }

  /** Nothing comes any more. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.timers[1]);
    this.controller?.close();
  }

  private write(text: string): void {
    if (this.ended) return;
    if ((this.controller?.desiredSize ?? 0) > 0) this.taken = performance.now();
    this.controller?.enqueue(this.encoder.encode(text));
  }

  private leave(why: "gone" | "slow"): void {
    this.ended = true;
    this.stopTimers();
    this.onLeave(why);
  }

  private stopTimers(): void {
    for (const timer of this.timers) clearInterval(timer);
  }
}
