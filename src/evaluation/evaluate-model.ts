import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { integerOption, OptionError, show } from "../errors.ts";
import { randomKey, splitKey } from "../random.ts";
import { SPLITS, type Problem } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";
import { evaluatePolicy, type Evaluation, type EvaluationDetails } from "./evaluate.ts";
import { judgeGroups } from "../judging/judge.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import {
  resolveEvaluateOptions,
  SAMPLE_DEFAULTS,
  type EvaluateModelOptions,
  type MeasuringOptions,
} from "./evaluate-options.ts";
import { loadSubject, withSubject, type Subject, type SubjectContext } from "./open-subject.ts";
import { fittingProblems, promptRoom } from "../asking/prompt-room.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";

export interface EvaluateModelContext extends SubjectContext {
  readonly onProgress?: (done: number, total: number) => void;
}

/** What is asked of a model that is at work. */
interface Measured extends Pick<MeasuringOptions, "samples" | "seed" | "temperature" | "maxCompletionTokens"> {
  readonly subject: Subject;
  readonly chosen: readonly Problem[];
}

/**
 * Measures a model of any form on a task: pass@1 with its error, pass@k and majority vote from k samples a problem.
 *
 * @param task a task or its name; that of the run where absent
 */
export function evaluate(
  model: string,
  task?: EvaluateModelOptions["task"],
  options: Omit<EvaluateModelOptions, "model" | "task"> & EvaluateModelContext = {},
): Promise<Evaluation> {
  const { onPause, onProgress, onNote, signal, ...asked } = options;
  return evaluateModel({ ...asked, model, task }, { onPause, onNote, signal, ...(onProgress ? { onProgress } : {}) });
}

/** The same by options alone. */
export async function evaluateModel(
  options: EvaluateModelOptions,
  context: EvaluateModelContext = {},
): Promise<Evaluation> {
  return (await evaluateDetails(options, context)).evaluation;
}

/** The same, with every judged completion. */
export async function evaluateDetails(
  options: EvaluateModelOptions,
  context: EvaluateModelContext = {},
): Promise<EvaluationDetails> {
  return withMeasured(options, context, ({ subject, chosen, ...asked }) =>
    evaluatePolicy(subject.policy, subject.checkpoint.tokenizer, {
      judge: subject.judge,
      template: subject.template,
      problems: chosen,
      samples: asked.samples,
      temperature: asked.temperature,
      maxCompletionTokens: asked.maxCompletionTokens,
      key: splitKey(randomKey(asked.seed), "evaluation"),
      version: 0,
      ...context,
    }),
  );
}

/** Completions with their verdicts, to be read. */
export async function sampleModel(
  options: EvaluateModelOptions,
  context: EvaluateModelContext = {},
): Promise<JudgedRollout[][]> {
  const { problems = SAMPLE_DEFAULTS.problems, samples = SAMPLE_DEFAULTS.samples } = options;
  return withMeasured({ ...options, problems, samples }, context, async ({ subject, chosen, ...asked }) => {
    const groups = await sampleProblems(subject.policy, subject.checkpoint.tokenizer, chosen, {
      template: subject.template,
      groupSize: asked.samples,
      temperature: asked.temperature,
      ...WHOLE_DISTRIBUTION,
      greedy: asked.temperature === 0,
      maxNewTokens: asked.maxCompletionTokens,
      key: splitKey(randomKey(asked.seed), "sample"),
      version: 0,
    });
    return judgeGroups(subject.judge, groups, context.signal);
  });
}

async function withMeasured<T>(
  options: EvaluateModelOptions,
  context: EvaluateModelContext,
  work: (measured: Measured) => Promise<T>,
): Promise<T> {
  const resolved = resolveEvaluateOptions(options);
  const loaded = await loadSubject(options.model, options);
  const chosen = fittingProblems(loaded.checkpoint, loaded.template, chooseProblems(loaded.task, resolved), {
    dropLong: resolved.dropLong,
    completion: options.maxCompletionTokens ?? 1,
  });
  const room = promptRoom(loaded.checkpoint, loaded.template, chosen);
  const { samples, seed, temperature } = resolved;
  const maxCompletionTokens = completionLimit(options, resolved, room);
  return withSubject(loaded, resolved, context, (subject) =>
    work({ subject, chosen, samples, seed, temperature, maxCompletionTokens }),
  );
}

/** Where completions are cut: as it was asked, else as usual, where the context has room for so much. */
function completionLimit(given: EvaluateModelOptions, { maxCompletionTokens }: MeasuringOptions, room: number): number {
  if (given.maxCompletionTokens === undefined) return Math.min(maxCompletionTokens, room);
  return integerOption("maxCompletionTokens", given.maxCompletionTokens, 1, room);
}

/** The problems that options name. @throws OptionError for a problem that the task doesn't have */
export function chooseProblems(
  task: Task,
  { split, problem: id, problems }: Pick<MeasuringOptions, "split" | "problem" | "problems">,
): readonly Problem[] {
  if (id !== "") {
    const found = SPLITS.flatMap((each) => task.problems(each)).find((problem) => problem.id === id);
    if (found === undefined)
      throw new OptionError(
        `Expected \`problem\` to be the id of a problem of ${task.name}, got ${show(id)}; for example ${task.problems("heldOut")[0]!.id}.`,
      );
    return [found];
  }
  const all = task.problems(split);
  return problems === 0 ? all : all.slice(0, problems);
}
