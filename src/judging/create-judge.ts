import { objectArgument, show } from "../errors.ts";
import { openExecutor } from "../sandbox/code-executor.ts";
import type { Executor } from "../sandbox/executor.ts";
import { TASK_NAMES, type Task } from "../tasks/index.ts";
import { failedOutcome } from "../verifiers/ask-verifier.ts";
import { outcomeWithin } from "../verifiers/verify-with-deadline.ts";
import { resolveJudgingOptions, type JudgingOptions } from "./judging-options.ts";
import { IndependentVerifier } from "./independent-verifier.ts";
import { askedHere, judgeBy, type Judge, type OneVerifier } from "./judge.ts";
import { PatientVerifier, type JudgePause, type PatientVerifierOptions } from "./patient-verifier.ts";
import { openQueued } from "./queue/open-queued.ts";
import { VerifierPool } from "./verifier-pool.ts";

export interface JudgeContext {
  /** Takes that the verifier is down, before each wait. */
  readonly onPause?: ((pause: JudgePause) => void) | undefined;
  /** Ends a pause. */
  readonly signal?: AbortSignal | undefined;
  /** Where the queue is kept, with `evaluators`: the run's folder. */
  readonly folder?: string | undefined;
  /** Runs the answers of a task with an `execution`; a sandbox of the judge's own where absent. Its owner stops it. */
  readonly executor?: Executor | undefined;
  /**
   * Verdicts have nothing to do with each other: what can't be judged is unverifiable at once, and a verifier that is
   * down is not waited for. For judges that many ask.
   */
  readonly independent?: boolean | undefined;
}

/** Threads for verdicts that take long, where others must not wait for them. */
const STAND_INS = 8;

/**
 * The judge of a task.
 *
 * @param source the name or the path that the task was loaded by. Tasks of the package answer in microseconds and are
 *   asked in this thread; a user's verifier may throw or never end, so that it runs in threads that can be ended; a
 *   task without a source can't be sent to a thread, and is asked here under the same deadline
 * @throws OptionError for options that can't be used
 */
export function createJudge(
  task: Task,
  source: string | undefined,
  options: Partial<JudgingOptions> = {},
  context: JudgeContext = {},
): Judge {
  objectArgument("task", task);
  const resolved = resolveJudgingOptions(options);
  const verifier = openVerifier(task, source, resolved, context);
  return judgeBy(task, verifier);
}

function openVerifier(
  task: Task,
  source: string | undefined,
  options: JudgingOptions,
  context: JudgeContext,
): OneVerifier {
  if (options.evaluators > 0 || options.queue !== "") return openQueued(task, source, options, context);
  if (task.execution !== undefined) return openRunner(task, options, context);
  const { judges, verifierSeconds, judgePatience } = options;
  if (source !== undefined && TASK_NAMES.includes(source)) return askedHere(task);
  const pool =
    source === undefined
      ? undefined
      : new VerifierPool({
          taskName: task.name,
          module: source,
          deadlineSeconds: verifierSeconds,
          inFlight: judges,
          standIns: context.independent === true ? STAND_INS : 0,
        });
  const asker = openAsker(
    {
      ...context,
      taskName: task.name,
      ask: (problem, answer, _from, signal) =>
        pool?.ask(problem, answer, signal) ?? outcomeWithin(task, problem, answer, verifierSeconds),
      inFlight: judges,
      patienceMinutes: judgePatience,
    },
    context,
  );
  return {
    verdict: (problem, answer, signal) => asker.judge(problem, answer, signal),
    cancel: (signal) => asker.cancel(signal),
    stop: async () => pool?.stop(),
  };
}

/** Who asks a verifier: one that waits where it is down, or one that never does. */
function openAsker(
  options: PatientVerifierOptions,
  { independent = false }: JudgeContext,
): PatientVerifier | IndependentVerifier {
  return independent ? new IndependentVerifier(options.ask) : new PatientVerifier(options);
}

/** Asks a sandbox, whose own limits hold. */
function openRunner(
  task: Task,
  { judges, judgePatience, codeSeconds, unsafeSandbox }: JudgingOptions,
  { executor: given, ...context }: JudgeContext,
): OneVerifier {
  const executor = given ?? openExecutor({ seconds: codeSeconds, unsafeSandbox });
  const asker = openAsker(
    {
      ...context,
      taskName: task.name,
      ask: async (problem, answer, _from, signal) => {
        try {
          return await executor.execute(task.execution!(problem), answer, signal ?? context.signal);
        } catch (error) {
          return failedOutcome(task.name, `threw ${show(error instanceof Error ? error.message : error)}`);
        }
      },
      inFlight: judges,
      patienceMinutes: judgePatience,
    },
    context,
  );
  return {
    verdict: (problem, answer, signal) => asker.judge(problem, answer, signal),
    cancel: (signal) => asker.cancel(signal),
    stop: async () => (given === undefined ? executor.stop() : undefined),
  };
}
