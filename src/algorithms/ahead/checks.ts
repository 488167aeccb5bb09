import { setMaxListeners } from "node:events";
import { RunError } from "../../errors.ts";
import type { Judge } from "../../judging/judge.ts";
import type { JudgedRollout, Rollout } from "../../records/rollout.ts";

/** A check that was begun. */
export interface Check {
  /** Gives it up: nothing is told of it any more. */
  cancel(): void;
}

/** Takes a group's verdicts, or why there are none. Never rejects. */
export type TellJudged = (judged: readonly JudgedRollout[] | Error) => Promise<void>;

/** Who judges groups while others are written and learnt from, and what time it is there. */
export interface Checks {
  /** @param tell is called once, later, and waited for */
  begin(rollouts: readonly Rollout[], tell: TellJudged): Check;
  /** Until something was told. @throws RunError where nothing is under way; what the signal was aborted with */
  wait(signal?: AbortSignal): Promise<void>;
  /** Seconds since some moment. */
  now(): number;
  /** The learner has written, or learnt from, so many tokens. */
  spent(work: "sampling" | "update", tokens: number): Promise<void>;
  /** The share of the verdicts under way at most that were, since the last question. */
  busyShare(): number;
  stop(): void;
}

/**
 * Checks by a judge, in the time that there is: every completion is asked about by itself.
 *
 * @param atOnce verdicts under way at most
 */
export function liveChecks(judge: Judge, atOnce: number): Checks {
  const ended = new AbortController();
  let running = 0;
  let wake = (): void => undefined;
  const share = new BusyShare(atOnce, seconds);
  const judgeOne = async (rollout: Rollout, signal: AbortSignal): Promise<JudgedRollout> => {
    try {
      const [judged] = await judge.judge([rollout], signal);
      return judged!;
    } finally {
      share.add(-1);
    }
  };
  const run = async (rollouts: readonly Rollout[], signal: AbortSignal, tell: TellJudged): Promise<void> => {
    // One that fails doesn't leave the others alone.
    const outcomes = await Promise.allSettled(rollouts.map((rollout) => judgeOne(rollout, signal)));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    const judged = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    if (!signal.aborted) await tell(failed === undefined ? judged : (failed.reason as Error));
    running--;
    wake();
  };
  return {
    begin(rollouts, tell) {
      const given = new AbortController();
      const signal = AbortSignal.any([ended.signal, given.signal]);
      // Node warns of a leak beyond ten listeners; here each completion has its own until it is judged.
      setMaxListeners(0, signal);
      running++;
      share.add(rollouts.length);
      void run(rollouts, signal, tell);
      return { cancel: () => given.abort(new Error("given up")) };
    },
    wait(signal) {
      if (running === 0) return Promise.reject(nothingUnderWay());
      return new Promise((resolve, reject) => {
        const onAbort = (): void => reject(signal!.reason as Error);
        signal?.addEventListener("abort", onAbort, { once: true });
        wake = () => {
          wake = () => undefined;
          signal?.removeEventListener("abort", onAbort);
          resolve();
        };
      });
    },
    now: seconds,
    spent: () => Promise.resolve(),
    busyShare: () => share.take(),
    stop: () => ended.abort(new Error("the run has ended")),
  };
}

/** @returns what to throw where a wait would never end */
export function nothingUnderWay(): RunError {
  return new RunError(
    "Expected a check to wait for, got none under way; report this with the run's configuration and its schedule.",
  );
}

function seconds(): number {
  return performance.now() / 1000;
}

/** How many of so many are busy, over time. */
export class BusyShare {
  private count = 0;
  private busy = 0;
  private from: number;
  private last: number;

  constructor(
    private readonly atOnce: number,
    private readonly now: () => number,
  ) {
    this.from = now();
    this.last = this.from;
  }

  add(more: number): void {
    this.settle();
    this.count += more;
  }

  /** The mean share since the last time that it was taken. */
  take(): number {
    this.settle();
    const share = this.last === this.from ? 0 : this.busy / this.atOnce / (this.last - this.from);
    this.busy = 0;
    this.from = this.last;
    return share;
  }

  private settle(): void {
    const moment = this.now();
    this.busy += Math.min(this.count, this.atOnce) * (moment - this.last);
    this.last = moment;
  }
}
