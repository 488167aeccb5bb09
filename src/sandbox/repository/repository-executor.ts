import { availableParallelism } from "node:os";
import { TaskError } from "../../errors.ts";
import type { Execution } from "../../records/execution.ts";
import { parseEdits } from "../../tasks/edits/parse-edits.ts";
import type { VerifierOutcome } from "../../verifiers/ask-verifier.ts";
import type { Executor } from "../executor.ts";
import { checkBubblewrap } from "./bubblewrap.ts";
import { PreparedTask } from "./test-run.ts";

/** A time-out says something of the answer where the base commit took no more than this share of the time. */
const BASE_SHARE = 1 / 3;

/**
 * Judges edits of repositories by the tests of their tasks.
 *
 * @param workers answers that are tested at once; one a core where absent
 * @throws OptionError where there is no bubblewrap
 */
export function openRepositoryExecutor(workers: number = availableParallelism()): Executor {
  checkBubblewrap();
  return new RepositoryExecutor(workers);
}

class RepositoryExecutor implements Executor {
  private readonly tasks = new Map<string, Promise<PreparedTask>>();
  private readonly stopping = new AbortController();
  private readonly waiting: (() => void)[] = [];
  private readonly running = new Set<Promise<unknown>>();

  constructor(private free: number) {}

  async execute(execution: Execution, answer: string, signal?: AbortSignal): Promise<VerifierOutcome> {
    if (execution.kind !== "repository") return failed(`can't run what is of the kind ${execution.kind}`);
    const edits = parseEdits(answer);
    if ("wrong" in edits) return { verdict: { kind: "wrong", reason: edits.wrong }, failed: false };
    await this.turn();
    const judged = this.judge(execution.folder, edits, signal);
    this.running.add(judged);
    try {
      return await judged;
    } finally {
      this.running.delete(judged);
      this.free++;
      this.waiting.shift()?.();
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    while (this.running.size > 0) await Promise.all(this.running);
    for (const task of this.tasks.values()) {
      await task.then(
        (prepared) => prepared.close(),
        () => undefined,
      );
    }
  }

  private async turn(): Promise<void> {
    if (this.free === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.free--;
  }

  private async judge(
    folder: string,
    edits: Parameters<PreparedTask["run"]>[0],
    signal: AbortSignal | undefined,
  ): Promise<VerifierOutcome> {
    const ends = signal === undefined ? this.stopping.signal : AbortSignal.any([signal, this.stopping.signal]);
    if (ends.aborted) return failed("was stopped");
    try {
      const task = await this.prepared(folder);
      const run = await task.run(edits, ends);
      if (ends.aborted) return failed("was stopped");
      if (!run.timedOut) return { verdict: run.verdict, failed: false };
      const base = await task.runBase();
      return base.timedOut || base.seconds > BASE_SHARE * task.source.task.budgets.runSeconds
        ? {
            verdict: {
              kind: "unverifiable",
              reason: "the tests took too long, and so they nearly do without an answer",
            },
            failed: false,
          }
        : { verdict: run.verdict, failed: false };
    } catch (error) {
      const { message } = error as Error;
      // A task that can't be used is no better when asked again.
      if (error instanceof TaskError) return { verdict: { kind: "unverifiable", reason: message }, failed: true };
      return failed(`broke: ${message.split("\n")[0]}`);
    }
  }

  private prepared(folder: string): Promise<PreparedTask> {
    let task = this.tasks.get(folder);
    if (task === undefined) {
      task = PreparedTask.open(folder);
      this.tasks.set(folder, task);
      task.catch(() => this.tasks.delete(folder));
    }
    return task;
  }
}

function failed(what: string): VerifierOutcome {
  return { verdict: { kind: "unverifiable", reason: `the sandbox ${what}` }, failed: true };
}
