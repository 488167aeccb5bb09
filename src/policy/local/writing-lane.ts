import type { MessagePort } from "node:worker_threads";
import { StopFlag } from "../../host/stop-flag.ts";
import type { WorkerHandle } from "../../host/worker-calls.ts";
import type { Completion } from "../../records/rollout.ts";
import type { WritingWatch } from "../policy.ts";
import type { DrawingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import type { PolicyWorkerCalls } from "./policy-worker.ts";
import type { WritingNotice, WritingOrder } from "./writing-intake.ts";

/** An order on its way, as who gave it sees it. */
interface OpenOrder extends WritingOrder {
  readonly watch: WritingWatch;
  readonly written: Completion[][];
  /** Requests that haven't ended. */
  left: number;
  end(): void;
  fail(reason: unknown): void;
}

/** What one worker writes while it is asked: one call of the worker, which others join and leave at any step. */
export class WritingLane {
  private readonly orders = new Map<number, OpenOrder>();
  /** Those that wait for the call under way to end, since other work wants the worker. */
  private readonly held: OpenOrder[] = [];
  private writes = false;
  private closed = false;
  private tickets = 0;

  /**
   * @param port the worker has its other end
   * @param slots sequences that are written at once
   */
  constructor(
    private readonly worker: WorkerHandle<PolicyWorkerCalls>,
    private readonly port: MessagePort,
    private readonly slots: number,
  ) {}

  /** Samples that are being written, or wait. */
  get load(): number {
    let samples = 0;
    for (const { requests } of this.orders.values()) for (const { keys } of requests) samples += keys.length;
    return samples;
  }

  /** As `Policy.write`. */
  async write(
    requests: readonly SamplingRequest[],
    options: DrawingOptions,
    watch: WritingWatch,
  ): Promise<Completion[][]> {
    const written: Completion[][] = requests.map(() => []);
    if (requests.length === 0) return written;
    const stop = new StopFlag(watch.signal);
    try {
      await new Promise<void>((end, fail) => {
        const order = { ticket: this.tickets++, requests, options, stop: stop.memory };
        this.take({ ...order, watch, written, left: requests.length, end, fail });
      });
      return written;
    } finally {
      // One that failed is not written on.
      stop.raise();
      stop.release();
    }
  }

  /** Other work wants the worker: what comes from now on waits until that has been done. */
  yieldWorker(): void {
    this.closed = this.writes;
  }

  /** The worker is about to be stopped. */
  close(): void {
    this.port.close();
  }

  private take(order: OpenOrder): void {
    this.orders.set(order.ticket, order);
    if (this.closed) return void this.held.push(order);
    this.send(order);
    if (!this.writes) void this.run();
  }

  private send({ ticket, requests, options, stop }: OpenOrder): void {
    const { topK, topP, greedy, temperature, maxNewTokens, likeliest = 0 } = options;
    const drawing = { topK, topP, greedy, temperature, maxNewTokens, likeliest };
    this.port.postMessage({ ticket, requests, options: drawing, stop } satisfies WritingOrder);
  }

  /** Calls of the worker as long as there are orders: one may come just as a call ends. */
  private async run(): Promise<void> {
    this.writes = true;
    while (this.orders.size > 0) {
      try {
        await this.worker.watched((notice) => this.hear(notice as WritingNotice)).write(this.slots);
      } catch (error) {
        const failed = [...this.orders.values()].filter((order) => !this.held.includes(order));
        for (const order of failed) {
          this.orders.delete(order.ticket);
          order.fail(error);
        }
      }
      this.closed = false;
      for (const order of this.held.splice(0)) this.send(order);
    }
    this.writes = false;
  }

  private hear(notice: WritingNotice): void {
    const order = this.orders.get(notice.ticket);
    if (order === undefined) return;
    if (notice.kind === "token") return order.watch.onToken(notice.token, notice.request, notice.sample, notice.from);
    order.written[notice.request] = [...notice.completions];
    if (--order.left > 0) return;
    this.orders.delete(order.ticket);
    order.end();
  }
}
