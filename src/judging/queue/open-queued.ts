import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { OptionError } from "../../errors.ts";
import type { Problem } from "../../records/problem.ts";
import type { Verdict } from "../../records/verdict.ts";
import { checkIsolation } from "../../sandbox/isolation.ts";
import type { Task } from "../../tasks/index.ts";
import type { JudgingOptions } from "../judging-options.ts";
import { PatientVerifier, type AskedFrom, type PatientVerifierOptions } from "../patient-verifier.ts";
import { EvaluatorProcesses } from "./evaluator-processes.ts";
import { QueuedVerifier } from "./queued-verifier.ts";
import { openSqliteQueue } from "./sqlite-queue.ts";

export interface QueuedContext extends Pick<PatientVerifierOptions, "onPause" | "signal"> {
  /** Beside which the queue is kept; a folder of its own that goes at the end, where absent. */
  readonly folder?: string | undefined;
}

/** A judge's verifier that asks evaluators by a queue. */
export interface QueuedJudging {
  verdict(problem: Problem, answer: string, signal: AbortSignal | undefined, from: AskedFrom): Promise<Verdict>;
  cancel(signal: AbortSignal): void;
  stop(): Promise<void>;
}

/** All verdicts are under way at once: evaluators take as many as they can. */
const ALL = 2 ** 30;

/** @throws OptionError for a task that no other process can have; RunError where the folder can't be written */
export function openQueued(
  task: Task,
  source: string | undefined,
  { judges, verifierSeconds, judgePatience, evaluators, codeSeconds, unsafeSandbox }: JudgingOptions,
  { folder, onPause, signal }: QueuedContext,
): QueuedJudging {
  if (source === undefined && task.execution === undefined)
    throw new OptionError(
      `Expected a task by its name or its module's path, since \`evaluators\` is ${evaluators}; the task ${task.name} is in this process alone. Leave \`evaluators\` out.`,
    );
  const executes = task.execution !== undefined;
  if (executes) checkIsolation(unsafeSandbox);
  const place = folder === undefined ? mkdtempSync(join(tmpdir(), "aha-queue-")) : resolve(folder);
  const queue = openSqliteQueue(place, { create: true, check: true });
  const { leaseSeconds } = queue;
  const open = new Map<(error: Error) => void, AbortSignal | undefined>();
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const reject of open.keys()) reject(failure);
  };
  const asker = new QueuedVerifier({
    queue,
    task,
    source,
    seconds: verifierSeconds,
    codeSeconds,
    run: basename(place),
    onFailure: fail,
  });
  const patient = new PatientVerifier({
    onPause,
    signal,
    taskName: task.name,
    ask: (problem, answer, from) => asker.ask(problem, answer, from),
    inFlight: ALL,
    patienceMinutes: judgePatience,
  });
  const processes = new EvaluatorProcesses(
    { folder: place, task: source ?? "", judges, executes, unsafeSandbox, leaseSeconds },
    { onDeath: (id) => void queue.bury(id).catch(fail), onGiveUp: fail },
    evaluators,
  );
  return {
    verdict: (problem, answer, asking, from) =>
      new Promise((settle, reject) => {
        if (failure !== undefined) return reject(failure);
        open.set(reject, asking);
        const closing = (): boolean => open.delete(reject);
        void patient.judge(problem, answer, asking, from).then(settle, reject).finally(closing);
      }),
    cancel(asking) {
      patient.cancel(asking);
      // What evaluators are at goes on; it will be there for whoever asks next.
      for (const [reject, of] of open) if (of === asking) reject(asking.reason as Error);
    },
    async stop() {
      asker.stop();
      await processes.stop();
      await queue.close();
      if (folder === undefined) rmSync(place, { recursive: true, force: true });
    },
  };
}
