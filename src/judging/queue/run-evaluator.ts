import { setTimeout as sleep } from "node:timers/promises";
import { RunError } from "../../errors.ts";
import { askedAgain } from "../../host/asked-again.ts";
import type { WorkClaim, ClaimName, EvaluationOutcome, EvaluatorCard, EvaluatorSide } from "./evaluation-queue.ts";
import type { WorkJudge } from "./work-judge.ts";

export interface EvaluatorSettings {
  readonly card: Omit<EvaluatorCard, "has">;
  readonly judge: WorkJudge;
  /** Evaluations under way at once. */
  readonly atOnce: number;
  /** Ends it; what it holds waits again. */
  readonly signal: AbortSignal;
  /** Seconds for which a queue that can't be asked is asked again. */
  readonly patience?: number;
  /** Milliseconds between two looks at a queue that had nothing. */
  readonly idle?: number;
  /** Takes why the queue can't be asked, before each wait. */
  readonly onTrouble?: (error: Error, waitSeconds: number) => void;
  readonly onJudged?: (claim: ClaimName, outcome: EvaluationOutcome) => void;
}

const PATIENCE = 600;
const IDLE = 50;
/** The wait grows to this while there is nothing. */
const MOST_IDLE = 500;
/** Heartbeats within a lease. */
const BEATS = 4;

/**
 * Claims evaluations and judges them until the signal ends it. A queue that can't be asked for a while, be it that its
 * disk is full, is waited for, and what was judged meanwhile is told it then.
 *
 * @throws RunError where the queue can't be asked for longer, what else it throws at once
 */
export async function runEvaluator(queue: EvaluatorSide, settings: EvaluatorSettings): Promise<void> {
  const evaluator = new Evaluator(queue, settings);
  try {
    await evaluator.run();
  } finally {
    await evaluator.end();
  }
}

interface Held {
  readonly name: ClaimName;
  readonly stop: AbortController;
}

class Evaluator {
  private readonly held = new Map<number, Held>();
  private readonly ended = new AbortController();
  private readonly card: EvaluatorCard;
  private wake: () => void = () => undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly queue: EvaluatorSide,
    private readonly settings: EvaluatorSettings,
  ) {
    this.card = { ...settings.card, has: settings.judge.has };
  }

  async run(): Promise<void> {
    const { signal, atOnce, idle = IDLE } = this.settings;
    const stopped = (): void => this.wake();
    signal.addEventListener("abort", stopped);
    const beats = this.keepBeating();
    let wait = idle;
    while (!signal.aborted && this.failure === undefined) {
      const room = atOnce - this.held.size;
      const claims = room === 0 ? [] : await this.patiently(() => this.queue.claim(this.card, room));
      for (const claim of claims) void this.evaluate(claim);
      wait = claims.length > 0 ? idle : Math.min(2 * wait, MOST_IDLE);
      if (claims.length < room || room === 0) await this.woken(room === 0 ? MOST_IDLE : wait);
    }
    signal.removeEventListener("abort", stopped);
    this.ended.abort();
    await beats;
    if (this.failure !== undefined) throw this.failure.error;
  }

  /** What it held is nobody's. */
  async end(): Promise<void> {
    this.ended.abort();
    for (const { stop } of this.held.values()) stop.abort();
    try {
      await this.queue.leave(this.card);
    } catch (error) {
      // Its claims end by themselves.
      if (this.failure === undefined && !(error instanceof RunError)) throw error;
    }
  }

  private async evaluate(claim: WorkClaim): Promise<void> {
    const { judge, onJudged } = this.settings;
    const held: Held = { name: { id: claim.id, take: claim.take }, stop: new AbortController() };
    this.held.set(claim.id, held);
    try {
      const outcome = await judge.judge(claim.work, held.stop.signal);
      if (held.stop.signal.aborted || this.settings.signal.aborted) return;
      await this.patiently(() =>
        outcome.failed
          ? this.queue.fail(this.card, held.name, outcome)
          : this.queue.finish(this.card, held.name, outcome),
      );
      onJudged?.(held.name, outcome);
    } catch (error) {
      this.failure ??= { error };
    } finally {
      if (this.held.get(claim.id) === held) this.held.delete(claim.id);
      this.wake();
    }
  }

  private async keepBeating(): Promise<void> {
    const every = (1000 * this.queue.leaseSeconds) / BEATS;
    while (!this.ended.signal.aborted) {
      try {
        const held = [...this.held.values()];
        const names = held.map(({ name }) => name);
        const kept = new Set((await this.queue.heartbeat(this.card, names)).map(({ id }) => id));
        // Somebody else has it now, or it has ended since.
        for (const { name, stop } of held) if (!kept.has(name.id)) stop.abort();
      } catch (error) {
        // Without heartbeats claims are lost, as they shall be; whether the queue is there is known by the questions.
        if (!(error instanceof RunError)) this.failure ??= { error };
      }
      await sleep(every, undefined, { signal: this.ended.signal }).catch(() => undefined);
    }
  }

  private patiently<T>(ask: () => Promise<T>): Promise<T> {
    const { patience: seconds = PATIENCE, onTrouble, signal } = this.settings;
    return askedAgain(ask, { seconds, passing: RunError, signal, onTrouble });
  }

  private woken(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
