import type { Execution } from "../../records/execution.ts";
import type { Problem } from "../../records/problem.ts";
import { LONGEST_EDITS } from "../../tasks/edits/file-edits.ts";
import type { Task } from "../../tasks/index.ts";
import type { VerifierOutcome } from "../../verifiers/ask-verifier.ts";
import type { AskedFrom } from "../patient-verifier.ts";
import { contentKey, needsOf, sentProblem } from "./content-key.ts";
import type { EndedEvaluation, EvaluationJob, EvaluationQueue, Work } from "./evaluation-queue.ts";

export interface QueuedVerifierOptions {
  readonly queue: Promise<EvaluationQueue>;
  /** Asks it again while it is away. */
  readonly patiently: <T>(ask: () => Promise<T>) => Promise<T>;
  readonly task: Task;
  /** What another process can load the task by; undefined where every problem has an execution. */
  readonly source: string | undefined;
  /** That a task's own verifier has for one answer. */
  readonly seconds: number;
  /** That all tests of a program have, where its problem doesn't say. */
  readonly codeSeconds: number;
  /** Names what asks, among all that ask one queue. */
  readonly run: string;
  /** Takes why the queue can't be asked: no verdict will come any more. */
  readonly onFailure: (error: Error) => void;
}

/** Milliseconds between two looks for results; more where a look takes long. */
const LOOK = 20;
/** Of the time at most this part goes into looking. */
const SHARE = 0.05;

/** Sends what is to be judged through a queue, and waits for what comes of it. */
export class QueuedVerifier {
  private readonly waiting = new Map<string, ((outcome: VerifierOutcome) => void)[]>();
  private fresh: EvaluationJob[] = [];
  private readonly again = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private sending = false;
  private stopped = false;
  /** Asked before, with what came of it: whoever asks after a failure wants another try. */
  private readonly failed = new Set<string>();

  constructor(private readonly options: QueuedVerifierOptions) {}

  /** Never rejects; never answers where the queue fails, which `onFailure` hears. */
  ask(problem: Problem, answer: string, from: AskedFrom = {}): Promise<VerifierOutcome> {
    return new Promise((resolve) => {
      try {
        const work = this.workOf(problem, answer);
        const key = contentKey(work);
        const { version = 0, sample = 0 } = from;
        const place = { run: this.options.run, batch: String(version), problem: problem.id, sample };
        this.fresh.push({ place, key, needs: needsOf(work), work });
        if (this.failed.delete(key)) this.again.add(key);
        const others = this.waiting.get(key);
        if (others === undefined) this.waiting.set(key, [resolve]);
        else others.push(resolve);
        this.sendSoon();
      } catch (error) {
        this.options.onFailure(error as Error);
      }
    });
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private workOf(problem: Problem, answer: string): Work {
    const { task, source = "", seconds, codeSeconds } = this.options;
    const execution: Execution | undefined = task.execution?.(problem);
    if (execution?.kind === "code")
      return { kind: "execution", execution: { ...execution, seconds: execution.seconds ?? codeSeconds }, answer };
    // A longer answer is refused for its length; so is its beginning, which a queue can hold.
    if (execution !== undefined) return { kind: "execution", execution, answer: answer.slice(0, LONGEST_EDITS + 1) };
    return { kind: "task", name: task.name, task: source, problem: sentProblem(problem), answer, seconds };
  }

  /** All that is asked in one turn goes together. */
  private sendSoon(): void {
    if (this.sending) return;
    this.sending = true;
    setImmediate(() => {
      this.sending = false;
      void this.exchange();
    });
  }

  private async exchange(): Promise<void> {
    clearTimeout(this.timer);
    let began = performance.now();
    const look = (queue: EvaluationQueue): Promise<readonly EndedEvaluation[]> => {
      // Waits for a queue that was away are no part of what a look takes.
      began = performance.now();
      return queue.results([...this.waiting.keys()]);
    };
    try {
      if (this.stopped) return;
      const { patiently } = this.options;
      const queue = await this.options.queue;
      const jobs = this.fresh;
      this.fresh = [];
      if (jobs.length > 0) await patiently(() => queue.enqueue(jobs));
      if (this.again.size > 0) {
        const keys = [...this.again];
        this.again.clear();
        await patiently(() => queue.rerun({ keys }));
      }
      for (const { key, ...outcome } of await patiently(() => look(queue))) {
        if (outcome.failed) this.failed.add(key);
        const waiting = this.waiting.get(key) ?? [];
        this.waiting.delete(key);
        for (const resolve of waiting) resolve(outcome);
      }
    } catch (error) {
      if (!this.stopped) this.options.onFailure(error as Error);
      return;
    }
    clearTimeout(this.timer);
    if (this.waiting.size === 0 || this.stopped) return;
    const wait = Math.max(LOOK, (performance.now() - began) / SHARE);
    this.timer = setTimeout(() => void this.exchange(), wait);
  }
}
