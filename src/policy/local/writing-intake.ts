import type { MessagePort } from "node:worker_threads";
import { isStopped } from "../../host/stop-flag.ts";
import { waitingMessage } from "../../host/waiting-message.ts";
import type { Completion } from "../../records/rollout.ts";
import type { OpenSamplingJob } from "../sampling/request-book.ts";
import type { DrawingOptions, DrawnFrom, SamplingRequest, SamplingWatch } from "../sampling/sampling-request.ts";

/** Requests that come together, and are followed and stopped together. */
export interface WritingOrder {
  readonly ticket: number;
  readonly requests: readonly SamplingRequest[];
  readonly options: DrawingOptions;
  /** Holds a number other than 0 once all of them are to end where they stand. */
  readonly stop: SharedArrayBuffer;
}

/** What is told of an order while it is written: tokens as they are drawn, and each request once as a whole. */
export type WritingNotice = { readonly ticket: number; readonly request: number } & (
  | { readonly kind: "token"; readonly token: number; readonly sample: number; readonly from: DrawnFrom }
  | { readonly kind: "group"; readonly completions: readonly Completion[] }
);

interface Live {
  readonly order: WritingOrder;
  /** The job's number of its first request. */
  readonly first: number;
  /** Requests that haven't ended. */
  left: number;
}

/**
 * Orders on their way into a job. A thread that computes reads no messages by itself: it looks into the port before
 * each step, so that what comes while others are written joins them.
 */
export class WritingIntake {
  /** For the job that takes them. */
  readonly watch: SamplingWatch;
  private readonly byNumber = new Map<number, Live>();
  private readonly live = new Set<Live>();

  constructor(
    private readonly port: MessagePort,
    notify: (notice: WritingNotice) => void,
  ) {
    this.watch = {
      onToken: (token, number, sample, from) => {
        const { order, first } = this.byNumber.get(number)!;
        notify({ kind: "token", ticket: order.ticket, request: number - first, token, sample, from });
      },
      onGroup: (number, completions) => {
        const live = this.byNumber.get(number)!;
        notify({ kind: "group", ticket: live.order.ticket, request: number - live.first, completions });
        this.byNumber.delete(number);
        if (--live.left === 0) this.live.delete(live);
      },
    };
  }

  /** Ends what was stopped and takes what has come. */
  serve(job: OpenSamplingJob): void {
    for (let message = waitingMessage(this.port); message !== undefined; message = waitingMessage(this.port))
      this.take(job, message.message as WritingOrder);
    for (const { order, first } of this.live) {
      if (isStopped(order.stop)) order.requests.forEach((_request, i) => job.cancel(first + i));
    }
  }

  private take(job: OpenSamplingJob, order: WritingOrder): void {
    const live: Live = { order, first: job.requests, left: order.requests.length };
    this.live.add(live);
    order.requests.forEach((_request, i) => this.byNumber.set(live.first + i, live));
    job.add(order.requests, order.options);
  }
}
