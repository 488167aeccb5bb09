import { judgedAttempts } from "../emergence/index.ts";
import { allowManyListeners } from "../host/many-listeners.ts";
import { opensThinking, parseCompletion, type ParsedCompletion } from "../prompts/index.ts";
import type { Problem } from "../records/problem.ts";
import type { JudgedRollout, Rollout } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import type { Task } from "../tasks/index.ts";
import type { AskedFrom } from "./patient-verifier.ts";

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

/** Asks a verifier for one verdict, and what that needs to end. */
export interface OneVerifier {
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

const NO_RULE: Verdict = { kind: "unverifiable", reason: "a general prompt: no rule decides on it" };

/** The judge that asks a verifier of a task. */
export function judgeBy(task: Task, verifier: OneVerifier): Judge {
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

/** The judge of a task of the package: it answers in microseconds, and is asked in this thread. */
export function packageJudge(task: Task): Judge {
  return judgeBy(task, askedHere(task));
}

/** The verifier of a task of the package. */
export function askedHere(task: Task): OneVerifier {
  return { verdict: (problem, answer) => task.verify(problem, answer), cancel() {}, stop: async () => {} };
}

/** Groups of rollouts, all side by side. */
export function judgeGroups<R extends RolloutToJudge>(
  judge: Judge,
  groups: readonly (readonly R[])[],
  signal?: AbortSignal,
): Promise<(R & Judgement)[][]> {
  if (signal !== undefined) allowManyListeners(signal);
  return Promise.all(groups.map((group) => judge.judge(group, signal)));
}

/** A completion with a verdict that it was given before: it is read again, and nobody is asked. */
export function judgedAs<R extends RolloutToJudge>(task: Task, rollout: R, verdict: Verdict): R & Judgement {
  const parsed = readCompletion(task, rollout);
  return { ...rollout, parsed, verdict, attempts: judgedAttempts(task, parsed.thinking ?? "", rollout.problem) };
}

async function judgeOne<R extends RolloutToJudge>(
  task: Task,
  verifier: OneVerifier,
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
