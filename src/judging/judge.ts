import { objectArgument } from "../errors.ts";
import { setMaxListeners } from "node:events";
import { show } from "../errors.ts";
import { judgedAttempts } from "../emergence/index.ts";
import { opensThinking, parseCompletion, type ParsedCompletion } from "../prompts/index.ts";
import type { Problem } from "../records/problem.ts";
import type { JudgedRollout, Rollout } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import { openExecutor } from "../sandbox/code-executor.ts";
import type { Executor } from "../sandbox/executor.ts";
import { TASK_NAMES, type Task } from "../tasks/index.ts";
import { failedOutcome } from "../verifiers/ask-verifier.ts";
import { outcomeWithin } from "../verifiers/verify-with-deadline.ts";
import { resolveJudgingOptions, type JudgingOptions } from "./judging-options.ts";
import { IndependentVerifier } from "./independent-verifier.ts";
import { PatientVerifier, type AskedFrom, type JudgePause, type PatientVerifierOptions } from "./patient-verifier.ts";
import { openQueued } from "./queue/open-queued.ts";
import { VerifierPool } from "./verifier-pool.ts";

/** What a judge reads of a rollout. */
export type RolloutToJudge = Pick<Rollout, "problem" | "prompt" | "text" | "stop"> & AskedFrom;

/** What it adds. */
export type Judgement = Pick<JudgedRollout, "parsed" | "verdict" | "attempts">;

/**
 * Decides on completions, wherever they come from: training, evaluation, fine-tuning, distillation and studies have the
 * same.
 */
export interface Judge {
  readonly task: Task;
  /**
   * Parses every completion and asks the verifier, side by side; gives them in the order in which they came. A
   * completion without one answer is wrong, and says why.
   *
   * @throws TaskError where the verifier is down for good; the signal's reason where that ends it
   */
  judge<R extends RolloutToJudge>(rollouts: readonly R[], signal?: AbortSignal): Promise<(R & Judgement)[]>;
  /** Waits until it can be asked. @throws OptionError or RunError where its queue is elsewhere and can't be used */
  ready(): Promise<void>;
  /** Ends what it started. */
  stop(): Promise<void>;
}

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

/** Asks a verifier for one verdict, and what that needs to end. */
interface Verifier {
  verdict(
    problem: Problem,
    answer: string,
    signal: AbortSignal | undefined,
    from: AskedFrom,
  ): Verdict | Promise<Verdict>;
  cancel(signal: AbortSignal): void;
  /** Absent where there is nothing to wait for. */
  ready?(): Promise<void>;
  stop(): Promise<void>;
}

/** Threads for verdicts that take long, where others must not wait for them. */
const STAND_INS = 8;

const NO_RULE: Verdict = { kind: "unverifiable", reason: "a general prompt: no rule decides on it" };

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
  return {
    task,
    async judge(rollouts, signal) {
      signal?.throwIfAborted();
      const onAbort = (): void => verifier.cancel(signal!);
      signal?.addEventListener("abort", onAbort, { once: true });
      try {
        return await Promise.all(rollouts.map((rollout) => judgeOne(task, verifier, rollout, signal)));
      } finally {
        signal?.removeEventListener("abort", onAbort);
      }
    },
    ready: async () => verifier.ready?.(),
    stop: () => verifier.stop(),
  };
}

/** Groups of rollouts, all side by side. */
export function judgeGroups<R extends RolloutToJudge>(
  judge: Judge,
  groups: readonly (readonly R[])[],
  signal?: AbortSignal,
): Promise<(R & Judgement)[][]> {
  // Node warns of a leak beyond ten listeners; here each group has its own until it is judged.
  if (signal !== undefined) setMaxListeners(0, signal);
  return Promise.all(groups.map((group) => judge.judge(group, signal)));
}

/** A completion with a verdict that it was given before: it is read again, and nobody is asked. */
export function judgedAs<R extends RolloutToJudge>(task: Task, rollout: R, verdict: Verdict): R & Judgement {
  const parsed = readCompletion(task, rollout);
  return { ...rollout, parsed, verdict, attempts: judgedAttempts(task, parsed.thinking ?? "", rollout.problem) };
}

async function judgeOne<R extends RolloutToJudge>(
  task: Task,
  verifier: Verifier,
  rollout: R,
  signal: AbortSignal | undefined,
): Promise<R & Judgement> {
  const parsed = readCompletion(task, rollout);
  const attempts = judgedAttempts(task, parsed.thinking ?? "", rollout.problem);
  if (rollout.problem.general === true) return { ...rollout, parsed, verdict: NO_RULE, attempts };
  if (parsed.answer === null) return { ...rollout, parsed, verdict: withoutAnswer(rollout, parsed.reason), attempts };
  const verdict = await verifier.verdict(rollout.problem, parsed.answer, signal, rollout);
  return { ...rollout, parsed, verdict, attempts };
}

/** The completion taken apart; its answer where the task looks for it. */
function readCompletion(task: Task, { text, prompt }: RolloutToJudge): ParsedCompletion {
  const parsed = parseCompletion(text, prompt);
  if (task.extract === undefined) return parsed;
  const { answer, reason } = task.extract(opensThinking(prompt) ? `<think>${text}` : text);
  const inTags = task.answerForm === undefined || task.answerForm === "answer-tag";
  return { thinking: parsed.thinking, answer, wellFormed: inTags ? parsed.wellFormed : answer !== null, reason };
}

/**
 * What no answer of can be asked about: wrong where the model wrote it to its end or its limit, undecided where
 * something else ended it.
 */
function withoutAnswer({ stop }: RolloutToJudge, reason: string | null): Verdict {
  if (stop === "end") return { kind: "wrong", reason: reason ?? "no answer" };
  if (stop === "length") return { kind: "wrong", reason: "cut at the length limit before an answer" };
  return { kind: "unverifiable", reason: `no answer: ${stop}` };
}

function openVerifier(
  task: Task,
  source: string | undefined,
  options: JudgingOptions,
  context: JudgeContext,
): Verifier {
  if (options.evaluators > 0 || options.queue !== "") return openQueued(task, source, options, context);
  if (task.execution !== undefined) return openRunner(task, options, context);
  const { judges, verifierSeconds, judgePatience } = options;
  if (source !== undefined && TASK_NAMES.includes(source))
    return { verdict: (problem, answer) => task.verify(problem, answer), cancel() {}, stop: async () => {} };
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
): Verifier {
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
