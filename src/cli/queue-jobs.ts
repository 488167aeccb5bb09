import { hostname } from "node:os";
import { readRunConfig } from "../store/open-run.ts";
import { taskToResume } from "../store/run-code.ts";
import { integerOption, OptionError } from "../errors.ts";
import { newSecret } from "../host/secrets.ts";
import type { EvaluatorSide, RerunChoice } from "../judging/queue/evaluation-queue.ts";
import { isQueueAddress, openHttpQueue } from "../judging/queue/http-queue.ts";
import { openBullEvaluator } from "../judging/queue/redis/bull-queue.ts";
import { isRedisAddress, redisAddress } from "../host/redis/redis-address.ts";
import { openRunQueue } from "../judging/queue/run-queue.ts";
import { runEvaluator } from "../judging/queue/run-evaluator.ts";
import { openSqliteQueue } from "../judging/queue/sqlite-queue.ts";
import { openWorkJudge, type WorkJudgeOptions } from "../judging/queue/work-judge.ts";
import { openExecutor } from "../sandbox/code-executor.ts";
import { checkBubblewrap } from "../sandbox/repository/bubblewrap.ts";
import type { Executor } from "../sandbox/executor.ts";
import { serveQueue } from "../server/serve-queue.ts";
import type { QueueFlags, QueueReport, QueueServeFlags } from "./compositions.ts";
import type { EvaluatorFlags, EvaluatorSummary } from "./evaluator-flags.ts";
import type { ServedQueueSession, Watch } from "./compositions.ts";

/** Evaluations that a report names, of each kind. */
const SHOWN = 20;
/** Evaluations under way at once, unless it is said. */
const AT_ONCE = 4;
const MOST_AT_ONCE = 256;

/** What a run's queue holds; with `rerun`, after evaluations were made to wait again. */
export async function queueReport(run: string, { rerun, log, queue: address }: QueueFlags): Promise<QueueReport> {
  const which = rerun === undefined ? null : rerunChoice(rerun);
  const queue = await openRunQueue(run, address === undefined ? undefined : redisAddress(address));
  try {
    const again = which === null ? null : await queue.rerun(which);
    const failures = await queue.list({ state: "failed", limit: SHOWN });
    const written = log === undefined ? null : await queue.log(log);
    if (log !== undefined && written === null)
      throw new OptionError(`Expected the number of an evaluation of ${run} as \`log\`, got ${log}.`);
    return { run, ...(await queue.counts()), again, failures, log: written };
  } finally {
    await queue.close();
  }
}

function rerunChoice(which: string): RerunChoice {
  if (which === "failed") return { state: "failed" };
  if (!/^\d{1,15}$/.test(which))
    throw new OptionError(`Expected \`rerun\` to be failed or the number of an evaluation, got ${which}.`);
  return { id: Number(which) };
}

export async function serveQueueOf(run: string, options: QueueServeFlags): Promise<ServedQueueSession> {
  const queue = openSqliteQueue(run);
  try {
    const served = await serveQueue(queue, options);
    return {
      url: served.url,
      port: served.port,
      async stop() {
        await served.stop();
        await queue.close();
      },
    };
  } catch (error) {
    await queue.close();
    throw error;
  }
}

/** Judges for a queue until it is stopped. */
export async function evaluateFor(
  { target, task, token, atOnce = AT_ONCE, unsafeSandbox = false }: EvaluatorFlags,
  { signal, onEvent }: Watch,
): Promise<EvaluatorSummary> {
  integerOption("atOnce", atOnce, 1, MOST_AT_ONCE);
  const isFar = isQueueAddress(target);
  const { queue, shown } = await queueToJudgeFor(target, token);
  let judged = 0;
  let failed = 0;
  try {
    const executor = sandboxOf(unsafeSandbox, atOnce, onEvent);
    const judge = openWorkJudge({
      task: isFar ? task : taskOf(target, task),
      judges: atOnce,
      executor,
      ...repositoriesOf(queue, isFar, onEvent),
    });
    if (judge.has.length === 0)
      throw new OptionError("Expected something that this evaluator can judge, got nothing; give `task`.");
    onEvent({ kind: "note", text: `Judging for ${shown}: ${judge.has.map(shortNeed).join(", ")}.` });
    try {
      await runEvaluator(queue, {
        card: { id: newSecret(), name: `${hostname()}, process ${process.pid}` },
        judge,
        atOnce,
        signal,
        onTrouble: (error, wait) =>
          onEvent({ kind: "note", text: `${error.message} Asked again in ${wait.toFixed(1)} s.` }),
        onJudged: (_claim, outcome) => void (outcome.failed ? failed++ : judged++),
      });
    } finally {
      await judge.stop();
    }
  } finally {
    await queue.close();
  }
  return { target: shown, judged, failed };
}

/** @returns with it its address, without a password */
async function queueToJudgeFor(
  target: string,
  token: string | undefined,
): Promise<{ readonly queue: EvaluatorSide; readonly shown: string }> {
  if (isRedisAddress(target)) {
    const address = redisAddress(target, token);
    return { queue: await openBullEvaluator(address), shown: address.shown };
  }
  if (isQueueAddress(target)) return { queue: await openHttpQueue(target, token), shown: target };
  return { queue: openSqliteQueue(target), shown: target };
}

/** Programs are left to others where this machine can't wall them off. */
function sandboxOf(unsafeSandbox: boolean, workers: number, onEvent: Watch["onEvent"]): Executor | undefined {
  try {
    return openExecutor({ unsafeSandbox, workers });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    onEvent({ kind: "note", text: `Programs are left to other evaluators. ${error.message}` });
    return undefined;
  }
}

/** Repository tasks are left to others where this machine can't wall them off. */
function repositoriesOf(
  queue: EvaluatorSide,
  isFar: boolean,
  onEvent: Watch["onEvent"],
): Pick<WorkJudgeOptions, "repositories" | "content"> {
  try {
    checkBubblewrap();
    return { repositories: !isFar, content: queue.content?.bind(queue) };
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    onEvent({ kind: "note", text: `Repository tasks are left to other evaluators. ${error.message}` });
    return {};
  }
}

/** The run's own task where it is the package's or this user's; programs alone where it has none. */
function taskOf(run: string, given: string | undefined): string {
  return given ?? taskToResume({ folder: run, config: readRunConfig(run) });
}

/** `module:` with the first digits of its hash. */
function shortNeed(need: string): string {
  return need.replace(/^(module:[0-9a-f]{8})[0-9a-f]+$/, "$1");
}
