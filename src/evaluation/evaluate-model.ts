import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { integerOption, numberOption, OptionError, show } from "../errors.ts";
import { randomKey, splitKey } from "../random.ts";
import { SPLITS, type Problem, type Split } from "../records/problem.ts";
import { loadTask, type Task } from "../tasks/index.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import type { Policy } from "../policy/policy.ts";
import { evaluate, type Evaluation, type EvaluationDetails } from "./evaluate.ts";
import { createJudge, judgeGroups, type Judge, type JudgeContext } from "../judging/judge.ts";
import type { JudgingOptions } from "../judging/judging-options.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import { openModel, type OpenedModel } from "./open-model.ts";
import { promptRoom } from "../asking/prompt-room.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";

/** What is measured of a model; everything but the model has a default. */
export interface EvaluateModelOptions extends Partial<JudgingOptions> {
  /** A model folder or a run folder. */
  readonly model: string;
  readonly task?: string;
  readonly split?: string;
  /** How many problems of the split; all where absent. */
  readonly problems?: number;
  /** The id of one problem. */
  readonly problem?: string;
  readonly samples?: number;
  readonly seed?: number;
  readonly temperature?: number;
  readonly maxCompletionTokens?: number;
  readonly workers?: number;
  /**
   * How problems are put: a name or a text with `{question}`; as the run was trained, or what fits the model, where
   * absent.
   */
  readonly template?: string;
}

export interface EvaluateModelContext extends Pick<JudgeContext, "onPause"> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface Opened extends Required<
  Omit<EvaluateModelOptions, "problem" | "problems" | "split" | "task" | "template" | keyof JudgingOptions>
> {
  readonly opened: OpenedModel;
  readonly task: Task;
  readonly policy: Policy;
  readonly judge: Judge;
  readonly chosen: readonly Problem[];
}

/** pass@1 with its error, pass@k and majority vote of a model or a run, from k samples a problem. */
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
  return withModel(options, context, (at) =>
    evaluate(at.policy, at.opened.checkpoint.tokenizer, {
      judge: at.judge,
      template: at.opened.template,
      problems: at.chosen,
      samples: at.samples,
      temperature: at.temperature,
      maxCompletionTokens: at.maxCompletionTokens,
      key: splitKey(randomKey(at.seed), "evaluation"),
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
  return withModel({ problems: 3, samples: 1, ...options }, context, async (at) => {
    const groups = await sampleProblems(at.policy, at.opened.checkpoint.tokenizer, at.chosen, {
      template: at.opened.template,
      groupSize: at.samples,
      temperature: at.temperature,
      ...WHOLE_DISTRIBUTION,
      maxNewTokens: at.maxCompletionTokens,
      key: splitKey(randomKey(at.seed), "sample"),
      version: 0,
    });
    return judgeGroups(at.judge, groups, context.signal);
  });
}

async function withModel<T>(
  options: EvaluateModelOptions,
  context: EvaluateModelContext,
  work: (at: Opened) => Promise<T>,
): Promise<T> {
  const opened = await openModel(options.model, options.template, options.task);
  const taskName = options.task ?? opened.task ?? "countdown";
  const task = await loadTask(taskName);
  const samples = integerOption("samples", options.samples ?? 4, 1, 4096);
  const seed = integerOption("seed", options.seed ?? 1, 0);
  const temperature = numberOption("temperature", options.temperature ?? 1, 0.01, 10);
  const workers = integerOption("workers", options.workers ?? 2, 1, 64);
  const chosen = chooseProblems(task, options);
  const { config, parameters } = opened.checkpoint;
  const room = promptRoom(opened.checkpoint, opened.template, chosen);
  const maxCompletionTokens = integerOption(
    "maxCompletionTokens",
    options.maxCompletionTokens ?? Math.min(256, room),
    1,
    room,
  );
  const policy = await startLocalPolicy({ config, parameters }, { workers });
  const judge = createJudge(task, taskName, options, context);
  try {
    return await work({
      model: options.model,
      opened,
      task,
      policy,
      judge,
      chosen,
      samples,
      seed,
      temperature,
      workers,
      maxCompletionTokens,
    });
  } finally {
    await judge.stop();
    await policy.stop();
  }
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
