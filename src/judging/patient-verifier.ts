import { setTimeout as sleep } from "node:timers/promises";
import { TaskError } from "../errors.ts";
import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import { countReasons, verdictReason } from "../verifiers/verdict-score.ts";
import type { VerifierOutcome } from "../verifiers/ask-verifier.ts";

/** Failures in a row after which a verifier counts as down. */
export const MOST_FAILURES = 20;
/** The first wait, in seconds; each next one is twice as long, at most the longest. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 60;

/** The verifier is down, and judging waits for it. */
export interface JudgePause {
  readonly taskName: string;
  /** The commonest reason, in the verifier's own words. */
  readonly reason: string;
  /** Until it is tried again. */
  readonly waitSeconds: number;
  readonly patienceMinutes: number;
}

/** Which completion asks, where that is known: how many updates its policy had, and its place in its group. */
export interface AskedFrom {
  readonly version?: number;
  readonly sample?: number;
}

/** Asks for one verdict. Never rejects; a signal ends those that have not begun. */
export type AsksVerifier = (
  problem: Problem,
  answer: string,
  from: AskedFrom,
  signal?: AbortSignal,
) => Promise<VerifierOutcome>;

export interface PatientVerifierOptions {
  readonly taskName: string;
  readonly ask: AsksVerifier;
  /** Verdicts under way at once. */
  readonly inFlight: number;
  readonly patienceMinutes: number;
  readonly onPause?: ((pause: JudgePause) => void) | undefined;
  /** Ends a pause. */
  readonly signal?: AbortSignal | undefined;
}

interface Request {
  readonly problem: Problem;
  readonly answer: string;
  readonly signal: AbortSignal | undefined;
  readonly from: AskedFrom;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: Error) => void;
  /** Judged again after a pause: its failure is its own then. */
  again: boolean;
}

interface Failure {
  readonly request: Request;
  readonly verdict: Verdict;
}

/**
 * Asks a verifier for many verdicts, so many at a time, and waits where it is down. Failures are held back until
 * another verdict shows that the verifier is up; after so many in a row they are asked again, with growing waits in
 * between. A verifier that never gave a verdict is not waited for: it is a mistake, and not a backend that is down for
 * a while.
 */
export class PatientVerifier {
  private readonly waiting: Request[] = [];
  private readonly held: Failure[] = [];
  private running = 0;
  private streak = 0;
  private everAnswered = false;
  private paused = false;

  constructor(private readonly options: PatientVerifierOptions) {}

  /** @throws TaskError where the verifier is down for good; the signal's reason where that ends it */
  judge(problem: Problem, answer: string, signal?: AbortSignal, from: AskedFrom = {}): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ problem, answer, signal, from, resolve, reject, again: false });
      this.pump();
    });
  }

  /** Gives up what has not been asked yet of those with this signal. */
  cancel(signal: AbortSignal): void {
    const given = this.waiting.filter((request) => request.signal === signal);
    for (const request of given) {
      this.waiting.splice(this.waiting.indexOf(request), 1);
      request.reject(signal.reason as Error);
    }
    this.pump();
  }

  private pump(): void {
    if (this.paused) return;
    while (this.running < this.options.inFlight && this.waiting.length > 0) void this.run(this.waiting.shift()!);
    // With nothing left to ask, nothing will show whether the verifier is up.
    if (this.running === 0) this.release();
  }

  private async run(request: Request): Promise<void> {
    this.running++;
    const { verdict, failed } = await this.options.ask(request.problem, request.answer, request.from);
    this.running--;
    if (failed) this.noteFailure({ request, verdict });
    else this.noteAnswer(request, verdict);
    this.pump();
  }

  private noteAnswer(request: Request, verdict: Verdict): void {
    this.everAnswered = true;
    this.streak = 0;
    request.resolve(verdict);
    if (!this.paused) this.release();
  }

  private noteFailure(failure: Failure): void {
    if (failure.request.again) return failure.request.resolve(failure.verdict);
    this.held.push(failure);
    this.streak++;
    if (this.paused || this.streak < MOST_FAILURES) return;
    if (this.everAnswered) void this.pause();
    else this.fail(new TaskError(`${this.failureText()}, and never gave a verdict; mend it.`));
  }

  /** The failures that were held back count as such. */
  private release(): void {
    for (const { request, verdict } of this.held.splice(0)) request.resolve(verdict);
  }

  private async pause(): Promise<void> {
    this.paused = true;
    const { taskName, patienceMinutes, onPause, signal } = this.options;
    const until = performance.now() + patienceMinutes * 60_000;
    try {
      for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
        const left = (until - performance.now()) / 1000;
        if (left <= 0) break;
        const waitSeconds = Math.min(wait, left);
        onPause?.({ taskName, reason: this.commonestReason(), waitSeconds, patienceMinutes });
        await sleep(waitSeconds * 1000, undefined, signal === undefined ? {} : { signal });
        if (await this.isUp()) return this.goOn();
      }
      this.fail(
        new TaskError(
          `${this.failureText()}, and not a verdict came within ${patienceMinutes} min; mend it, then go on.`,
        ),
      );
    } catch (error) {
      this.fail(signal?.aborted === true ? (signal.reason as Error) : (error as Error));
    }
  }

  /** Asks what has not failed yet, or what failed longest ago; that goes to the end of the line. */
  private async isUp(): Promise<boolean> {
    const fresh = this.waiting.shift();
    const request = fresh ?? this.held.shift()!.request;
    const { verdict, failed } = await this.options.ask(request.problem, request.answer, request.from);
    if (failed) this.held.push({ request, verdict });
    else this.noteAnswer(request, verdict);
    return !failed;
  }

  private goOn(): void {
    const again = this.held.splice(0).map(({ request }) => Object.assign(request, { again: true }));
    this.waiting.unshift(...again);
    this.streak = 0;
    this.paused = false;
    this.pump();
  }

  private fail(error: Error): void {
    this.paused = false;
    this.streak = 0;
    const all = [...this.held.splice(0).map(({ request }) => request), ...this.waiting.splice(0)];
    for (const request of all) request.reject(error);
  }

  private failureText(): string {
    return `The verifier of the task ${this.options.taskName} failed ${MOST_FAILURES} times in a row (${this.commonestReason()})`;
  }

  private commonestReason(): string {
    return (
      countReasons(this.held.flatMap(({ verdict }) => verdictReason(verdict) ?? []))[0]?.reason ?? "no reason given"
    );
  }
}
