/** The process of an evaluator that a trainer started: it claims from the queue beside the run, and ends with it. */
import { hostname } from "node:os";
import type { EvaluatorInit } from "./evaluator-processes.ts";
import { runEvaluator } from "./run-evaluator.ts";
import { openSqliteQueue } from "./sqlite-queue.ts";
import { openWorkJudge } from "./work-judge.ts";

const init = JSON.parse(process.argv[2] ?? "") as EvaluatorInit;
const ended = new AbortController();
const end = (): void => ended.abort();
// It ends when the trainer does, however that ends.
process.stdin.on("end", end).on("close", end).on("error", end).resume();

const judge = openWorkJudge({ task: init.task, judges: init.judges });
let code = 0;
try {
  const queue = openSqliteQueue(init.folder, { leaseSeconds: init.leaseSeconds });
  const card = { id: init.id, name: `${hostname()}, process ${process.pid}` };
  try {
    await runEvaluator(queue, { card, judge, atOnce: init.judges, signal: ended.signal });
  } finally {
    await queue.close();
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  code = 2;
}
await judge.stop();
process.exit(code);
