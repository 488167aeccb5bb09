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
  private sent = 0;
  private taken = 0;
  private takenAt = performance.now();
  private ended = false;

  /**
   * @param readerSeconds that a client may take nothing
   * @param onLeave the client has gone, or takes nothing
   */
  constructor(
    private readonly readerSeconds: number,
    private readonly onLeave: (why: "gone" | "slow") => void,
  ) {
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.controller = controller),
        cancel: () => this.leave("gone"),
      },
      // What waits is then counted by `desiredSize`, below 0.
      new CountQueuingStrategy({ highWaterMark: 0 }),
    );
    this.timers = [
      setInterval(() => this.watch(), Math.max(10, (readerSeconds * 1000) / 4)),
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
    this.controller?.enqueue(this.encoder.encode(text));
    this.sent++;
  }

  private watch(): void {
    const taken = this.sent + (this.controller?.desiredSize ?? 0);
    const hasAll = taken === this.sent;
    if (hasAll || taken > this.taken) this.takenAt = performance.now();
    this.taken = taken;
    if (this.ended && hasAll) this.stopTimers();
    else if (performance.now() - this.takenAt > this.readerSeconds * 1000) this.leave("slow");
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
