import type { Judge } from "./judge.ts";
import { startWorker, workerModule, type WorkerHandle } from "../host/worker-host.ts";
import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import { TASK_NAMES } from "../tasks/index.ts";
import type { VerifierCalls, VerifierInit } from "./verifier-worker.ts";

/** A judge and the end of what it started. */
export interface TaskJudge {
  readonly judge: Judge;
  stop(): Promise<void>;
}

/** What a judge without a thread of its own has to stop. */
const NOTHING = async (): Promise<void> => {};

/**
 * How answers are judged. Tasks of the package answer in microseconds and run here; a user's verifier may throw or
 * never end, so it runs in a thread of its own that is ended at the deadline. Either way nothing that goes wrong
 * becomes a 0.
 */
export function createTaskJudge(
  taskName: string,
  verify: (problem: Problem, answer: string) => Verdict | Promise<Verdict>,
  deadlineSeconds: number,
): TaskJudge {
  if (TASK_NAMES.includes(taskName)) return { judge: verify, stop: NOTHING };
  let worker: Promise<WorkerHandle<VerifierCalls>> | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const start = (): Promise<WorkerHandle<VerifierCalls>> =>
    startWorker<VerifierInit, VerifierCalls>(workerModule("./verifier-worker", import.meta.url), { task: taskName });
  const judgeOne = async (problem: Problem, answer: string): Promise<Verdict> => {
    const handle = await (worker ??= start());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Verdict>((resolve) => {
      timer = setTimeout(
        () =>
          resolve({
            kind: "unverifiable",
            reason: `the verifier of ${taskName} did not end within ${deadlineSeconds} s`,
          }),
        deadlineSeconds * 1000,
      );
    });
    const answered = handle.calls.verify(problem.id, answer, deadlineSeconds).catch((error: Error): Verdict => ({
      kind: "unverifiable",
      reason: `the verifier of ${taskName} crashed: ${error.message}`,
    }));
    const verdict = await Promise.race([answered, late]);
    clearTimeout(timer);
    // After a deadline or a crash the thread's state is unknown; the next answer gets a new one.
    if (verdict.kind === "unverifiable") {
      worker = undefined;
      await handle.stop();
    }
    return verdict;
  };
  return {
    // One at a time: a deadline then counts the verifier's own time, not that of those before it.
    judge: (problem, answer) => {
      const verdict = queue.then(() => judgeOne(problem, answer));
      queue = verdict.catch(() => undefined);
      return verdict;
    },
    stop: async () => (await worker)?.stop(),
  };
}
