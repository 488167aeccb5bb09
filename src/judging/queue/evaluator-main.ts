/** The process of an evaluator that a trainer started: it claims from the trainer's queue, and ends with it. */
import { once } from "node:events";
import { hostname } from "node:os";
import { createInterface } from "node:readline";
import { openExecutor } from "../../sandbox/code-executor.ts";
import { untilAnswered } from "./until-answered.ts";
import type { EvaluatorSide } from "./evaluation-queue.ts";
import type { EvaluatorInit } from "./evaluator-processes.ts";
import { openBullEvaluator } from "./redis/bull-queue.ts";
import { runEvaluator } from "./run-evaluator.ts";
import { openSqliteQueue } from "./sqlite-queue.ts";
import { openWorkJudge, PROGRAMS_AT_ONCE, type WorkJudge } from "./work-judge.ts";

const ended = new AbortController();
const end = (): void => ended.abort();
// It ends when the trainer does, however that ends.
const lines = createInterface({ input: process.stdin }).on("close", end);
process.stdin.on("error", end);
const [line] = (await once(lines, "line")) as [string];
const { id, place, task, judges, executes, unsafeSandbox, leaseSeconds, patienceMinutes } = JSON.parse(
  line,
) as EvaluatorInit;

let code = 0;
let judge: WorkJudge | undefined;
try {
  const executor = executes ? openExecutor({ unsafeSandbox, workers: PROGRAMS_AT_ONCE }) : undefined;
  const patience = { taskName: task, patienceMinutes, signal: ended.signal };
  const queue: EvaluatorSide =
    "folder" in place
      ? openSqliteQueue(place.folder, { leaseSeconds })
      : await untilAnswered(() => openBullEvaluator(place.redis, place.run, leaseSeconds), patience);
  const { content } = queue;
  // Where a Redis says that a folder lies is anybody's word.
  const repositories = "folder" in place;
  judge = openWorkJudge({ task, judges, executor, repositories, content: content?.bind(queue) });
  const settings = {
    card: { id, name: `${hostname()}, process ${process.pid}` },
    atOnce: executes ? PROGRAMS_AT_ONCE : judges,
    ...(patienceMinutes === 0 ? {} : { patience: 60 * patienceMinutes }),
  };
  try {
    await runEvaluator(queue, { ...settings, judge, signal: ended.signal });
  } finally {
    await queue.close();
  }
} catch (error) {
  if (!ended.signal.aborted) {
    process.stderr.write(`${(error as Error).message}\n`);
    code = 2;
  }
}
await judge?.stop();
process.exitCode = code;
// Nothing else keeps it now.
process.stdin.destroy();
