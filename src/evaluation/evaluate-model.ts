import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { integerOption, numberOption, OptionError, show } from "../errors.ts";
import { randomKey, splitKey } from "../random.ts";
import { SPLITS, type Problem, type Split } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";
import { evaluatePolicy, type Evaluation, type EvaluationDetails } from "./evaluate.ts";
import { judgeGroups, type JudgeContext } from "../judging/judge.ts";
import type { JudgingOptions } from "../judging/judging-options.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import { loadSubject, withSubject, type AskedBy, type Subject } from "./open-subject.ts";
import { promptRoom } from "../asking/prompt-room.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";

/** What is measured of a model; everything but the model has a default. */
export interface EvaluateModelOptions extends AskedBy, Partial<JudgingOptions> {
  /** A model of any form: a folder, a `.gguf` file, `hf:owner/name`, an adapter's folder or a run's. */
  readonly model: string;
  readonly split?: string;
  /** How many problems of the split; all where absent. */
  readonly problems?: number;
  /** The id of one problem. */
  readonly problem?: string;
  readonly samples?: number;
  readonly seed?: number;
  /** 0 takes the likeliest token always. */
  readonly temperature?: number;
  readonly maxCompletionTokens?: number;
  readonly workers?: number;
}

export interface EvaluateModelContext extends JudgeContext {
  readonly onProgress?: (done: number, total: number) => void;
}

/** What is asked of a model that is at work. */
interface Measured {
  readonly subject: Subject;
  readonly chosen: readonly Problem[];
  readonly samples: number;
  readonly seed: number;
  readonly temperature: number;
  readonly maxCompletionTokens: number;
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
  const { onPause, onProgress, signal, ...asked } = options;
  return evaluateModel({ ...asked, model, task }, { onPause, signal, ...(onProgress ? { onProgress } : {}) });
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
  return withMeasured({ problems: 3, samples: 1, ...options }, context, async ({ subject, chosen, ...asked }) => {
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
  const loaded = await loadSubject(options.model, options);
  const samples = integerOption("samples", options.samples ?? 4, 1, 4096);
  const seed = integerOption("seed", options.seed ?? 1, 0);
  const temperature = numberOption("temperature", options.temperature ?? 1, 0, 10);
  const workers = integerOption("workers", options.workers ?? 2, 1, 64);
  const chosen = chooseProblems(loaded.task, options);
  const room = promptRoom(loaded.checkpoint, loaded.template, chosen);
  const maxCompletionTokens = integerOption(
    "maxCompletionTokens",
    options.maxCompletionTokens ?? Math.min(256, room),
    1,
    room,
  );
  return withSubject(loaded, { ...options, workers }, context, (subject) =>
    work({ subject, chosen, samples, seed, temperature, maxCompletionTokens }),
  );
}

/** The problems that options name. @throws OptionError for a split or a problem that the task doesn't have */
export function chooseProblems(
  task: Task,
  options: Pick<EvaluateModelOptions, "split" | "problem" | "problems">,
): readonly Problem[] {
  const split = options.split ?? "heldOut";
  if (!SPLITS.includes(split as Split))
    throw new OptionError(`Expected \`split\` to be one of ${SPLITS.join(", ")}, got ${show(split)}.`);
  if (options.problem !== undefined) {
    const found = SPLITS.flatMap((each) => task.problems(each)).find((problem) => problem.id === options.problem);
    if (found === undefined)
      throw new OptionError(
        `Expected \`problem\` to be the id of a problem of ${task.name}, got ${show(options.problem)}; for example ${task.problems("heldOut")[0]!.id}.`,
      );
    return [found];
  }
  const all = task.problems(split as Split);
  return options.problems === undefined ? all : all.slice(0, integerOption("problems", options.problems, 1));
}
