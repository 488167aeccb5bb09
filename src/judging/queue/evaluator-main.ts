/** The process of an evaluator that a trainer started: it claims from the queue beside the run, and ends with it. */
import { hostname } from "node:os";
import type { EvaluatorInit } from "./evaluator-processes.ts";
import { runEvaluator } from "./run-evaluator.ts";
import { openSqliteQueue } from "./sqlite-queue.ts";
import { openExecutor } from "../../sandbox/code-executor.ts";
import { openWorkJudge, PROGRAMS_AT_ONCE, type WorkJudge } from "./work-judge.ts";

const init = JSON.parse(process.argv[2] ?? "") as EvaluatorInit;
const ended = new AbortController();
const end = (): void => ended.abort();
// It ends when the trainer does, however that ends.
process.stdin.on("end", end).on("close", end).on("error", end).resume();

let code = 0;
let judge: WorkJudge | undefined;
try {
  const { executes, unsafeSandbox } = init;
  const executor = executes ? openExecutor({ unsafeSandbox, workers: PROGRAMS_AT_ONCE }) : undefined;
  judge = openWorkJudge({ task: init.task, judges: init.judges, executor });
  const queue = openSqliteQueue(init.folder, { leaseSeconds: init.leaseSeconds });
  const card = { id: init.id, name: `${hostname()}, process ${process.pid}` };
  try {
    await runEvaluator(queue, { card, judge, atOnce: executes ? PROGRAMS_AT_ONCE : init.judges, signal: ended.signal });
  } finally {
    await queue.close();
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  code = 2;
}
await judge?.stop();
process.exitCode = code;
// Nothing else keeps it now.
process.stdin.destroy();
