import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { integerOption, OptionError, show } from "../errors.ts";
import { COMMON } from "../options/index.ts";
import { randomKey, splitKey } from "../random.ts";
import { SPLITS, type Problem } from "../records/problem.ts";
import { loadTask, type Task } from "../tasks/index.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import type { Policy } from "../policy/policy.ts";
import { evaluate, type Evaluation, type EvaluationDetails } from "./evaluate.ts";
import { createJudge, judgeGroups, type Judge, type JudgeContext } from "../judging/judge.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import {
  resolveEvaluateOptions,
  SAMPLE_DEFAULTS,
  type EvaluateModelOptions,
  type MeasuringOptions,
} from "./evaluate-options.ts";
import { openModel, type OpenedModel } from "./open-model.ts";
import { promptRoom } from "../asking/prompt-room.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";

export interface EvaluateModelContext extends Pick<JudgeContext, "onPause"> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface Opened extends Pick<MeasuringOptions, "samples" | "temperature" | "seed" | "maxCompletionTokens"> {
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
  const { problems = SAMPLE_DEFAULTS.problems, samples = SAMPLE_DEFAULTS.samples } = options;
  return withModel({ ...options, problems, samples }, context, async (at) => {
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
  const asked = resolveEvaluateOptions(options);
  const opened = await openModel(options.model, asked.template, asked.task);
  const taskName = opened.task ?? COMMON.task.fallback;
  const task = await loadTask(taskName);
  const chosen = chooseProblems(task, asked);
  const { config, parameters } = opened.checkpoint;
  const room = promptRoom(opened.checkpoint, opened.template, chosen);
  const maxCompletionTokens = completionLimit(options, asked, room);
  const policy = await startLocalPolicy({ config, parameters }, { workers: asked.workers });
  const judge = createJudge(task, taskName, asked, context);
  try {
    return await work({ ...asked, opened, task, policy, judge, chosen, maxCompletionTokens });
  } finally {
    await judge.stop();
    await policy.stop();
  }
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
