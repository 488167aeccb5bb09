import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { OptionError } from "../../errors.ts";
import type { Problem } from "../../records/problem.ts";
import type { Verdict } from "../../records/verdict.ts";
import { checkIsolation } from "../../sandbox/isolation.ts";
import type { Task } from "../../tasks/index.ts";
import type { JudgingOptions } from "../judging-options.ts";
import { IndependentVerifier } from "../independent-verifier.ts";
import {
  PatientVerifier,
  type AskedFrom,
  type AsksVerifier,
  type PatientVerifierOptions,
} from "../patient-verifier.ts";
import { untilAnswered } from "./until-answered.ts";
import type { EvaluationQueue } from "./evaluation-queue.ts";
import { EvaluatorProcesses, type QueuePlace } from "./evaluator-processes.ts";
import { QueuedVerifier } from "./queued-verifier.ts";
import { openBullQueue } from "./redis/bull-queue.ts";
import { redisAddress } from "./redis/redis-address.ts";
import { newRunName, runNameIn } from "./redis/run-name.ts";
import { openSqliteQueue } from "./sqlite-queue.ts";

export interface QueuedContext extends Pick<PatientVerifierOptions, "onPause" | "signal"> {
  /** Beside which the queue is kept; a folder of its own that goes at the end, where absent. */
  readonly folder?: string | undefined;
  /** As of a judge. */
  readonly independent?: boolean | undefined;
}

/** A judge's verifier that asks evaluators by a queue. */
export interface QueuedJudging {
  verdict(problem: Problem, answer: string, signal: AbortSignal | undefined, from: AskedFrom): Promise<Verdict>;
  cancel(signal: AbortSignal): void;
  /** @throws OptionError or RunError where the queue is elsewhere and can't be used */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** All verdicts are under way at once: evaluators take as many as they can. */
const ALL = 2 ** 30;

/** @throws OptionError for a task that no other process can have; RunError where the folder can't be written */
export function openQueued(
  task: Task,
  source: string | undefined,
  { judges, verifierSeconds, judgePatience, evaluators, codeSeconds, unsafeSandbox, queue: address }: JudgingOptions,
  { folder, onPause, signal, independent = false }: QueuedContext,
): QueuedJudging {
  if (source === undefined && task.execution === undefined)
    throw new OptionError(
      `Expected a task by its name or its module's path, since ${evaluators > 0 ? `\`evaluators\` is ${evaluators}` : "`queue` is given"}; the task ${task.name} is in this process alone. Leave that option out.`,
    );
  const executes = task.execution !== undefined;
  if (executes && evaluators > 0) checkIsolation(unsafeSandbox);
  const { opening, run, place, remove } = address === "" ? besideTheRun(folder) : inRedis(address, folder);
  const open = new Map<(error: Error) => void, AbortSignal | undefined>();
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const reject of open.keys()) reject(failure);
  };
  const ended = new AbortController();
  // A queue on this machine fails for a reason that no wait mends.
  const patienceMinutes = address === "" ? 0 : judgePatience;
  const stopped = AbortSignal.any([ended.signal, ...(signal === undefined ? [] : [signal])]);
  const asker = new QueuedVerifier({
    queue: opening,
    patiently: (ask) => untilAnswered(ask, { taskName: task.name, patienceMinutes, onPause, signal: stopped }),
    task,
    source,
    seconds: verifierSeconds,
    codeSeconds,
    run,
    onFailure: fail,
  });
  const ask: AsksVerifier = (problem, answer, from) => asker.ask(problem, answer, from);
  const patience = { onPause, signal, taskName: task.name, inFlight: ALL, patienceMinutes: judgePatience };
  const verifier = independent ? new IndependentVerifier(ask) : new PatientVerifier({ ...patience, ask });
  const working = opening.then((queue) => {
    const { leaseSeconds } = queue;
    const settings = { place, task: source ?? "", judges, executes, unsafeSandbox, leaseSeconds, patienceMinutes };
    const bury = (id: string): void => void queue.bury(id).catch(fail);
    return { queue, processes: new EvaluatorProcesses(settings, { onDeath: bury, onGiveUp: fail }, evaluators) };
  });
  // Told to whoever waits for it, and to all who ask.
  working.catch(fail);
  return {
    verdict: (problem, answer, asking, from) =>
      new Promise((settle, reject) => {
        if (failure !== undefined) return reject(failure);
        open.set(reject, asking);
        const closing = (): boolean => open.delete(reject);
        void verifier.judge(problem, answer, asking, from).then(settle, reject).finally(closing);
      }),
    cancel(asking) {
      verifier.cancel(asking);
      // What evaluators are at goes on; it will be there for whoever asks next.
      for (const [reject, of] of open) if (of === asking) reject(asking.reason as Error);
    },
    async ready() {
      await working;
    },
    async stop() {
      ended.abort();
      asker.stop();
      const opened = await working.catch(() => null);
      await opened?.processes.stop();
      await remove(opened?.queue);
    },
  };
}

interface PlacedQueue {
  readonly opening: Promise<EvaluationQueue>;
  /** Names what asks, among all that ask the queue. */
  readonly run: string;
  readonly place: QueuePlace;
  /** Closes it; what nobody can ask for again goes. */
  readonly remove: (queue: EvaluationQueue | undefined) => Promise<void>;
}

function besideTheRun(folder: string | undefined): PlacedQueue {
  const place = folder === undefined ? mkdtempSync(join(tmpdir(), "aha-queue-")) : resolve(folder);
  const queue = openSqliteQueue(place, { create: true, check: true });
  return {
    opening: Promise.resolve(queue),
    run: basename(place),
    place: { folder: place },
    async remove() {
      await queue.close();
      if (folder === undefined) rmSync(place, { recursive: true, force: true });
    },
  };
}

function inRedis(text: string, folder: string | undefined): PlacedQueue {
  const address = redisAddress(text);
  const run = folder === undefined ? newRunName("verdicts") : runNameIn(resolve(folder));
  const opening = openBullQueue(address, run);
  return {
    opening,
    run,
    place: { redis: address, run },
    async remove() {
      const queue = await opening.catch(() => null);
      if (queue === null) return;
      if (folder === undefined) await queue.forget();
      await queue.close();
    },
  };
}
