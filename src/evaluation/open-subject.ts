import { objectArgument } from "../errors.ts";
import { checkDataChoice } from "../data/data-choice.ts";
import { askedBeside, type AskingOptions } from "../asking/asking-options.ts";
import { openTemplate, type ModelTemplate } from "../asking/model-template.ts";
import { loadCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import type { DataOptions } from "../data/data-options.ts";
import { isListed, isTrainedOnData, openDataOfRun, openDataTask, pickData } from "../data/open-data-task.ts";
import { isDataTask } from "../data/task-from-data.ts";
import { findModel } from "../formats/find-model.ts";
import { startAll } from "../host/start-all.ts";
import { createJudge, type JudgeContext } from "../judging/create-judge.ts";
import type { Judge } from "../judging/judge.ts";
import type { JudgingOptions } from "../judging/judging-options.ts";
import { COMMON } from "../options/index.ts";
import { startChosenPolicy } from "../policy/device/start-policy.ts";
import type { DeviceChoice } from "../policy/local/engine-options.ts";
import type { Policy } from "../policy/policy.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import type { RunConfig } from "../store/index.ts";
import { taskToAsk } from "../store/run-code.ts";
import { readRunConfig } from "../store/open-run.ts";
import { openTask } from "../data/open-task.ts";
import { loadTask, TASK_NAMES, type Task } from "../tasks/index.ts";
import { checkTaskShape } from "../tasks/task-shape.ts";

/** What a model is asked, and how. */
export interface AskedBy extends Partial<DataOptions>, Partial<AskingOptions> {
  /**
   * A task by its name, by the path of a module that exports one, or as a value; that of the run, or countdown, where
   * absent or empty.
   */
  readonly task?: string | Task | undefined;
  /**
   * A template by its name, as a text with `{question}`, or as a function; that of the run, or what fits the model,
   * where absent or empty.
   */
  readonly template?: string | PromptTemplate | undefined;
}

/** A model with what it is asked and how; nothing of it needs an end. */
export interface LoadedSubject extends Omit<ModelTemplate, "name"> {
  readonly checkpoint: Checkpoint;
  readonly templateName: string;
  readonly task: Task;
  /** What a thread can load the task by: a name or a path; undefined for a value of one's own. */
  readonly taskSource: string | undefined;
  /** Whether somebody named the task, or it is that of the run; else nobody said what the model is asked. */
  readonly isTaskNamed: boolean;
  /** Whether it is the trained model of a run, which is asked as it was trained. */
  readonly isRun: boolean;
  /** What its chat template is told: as given, or as the run was trained. */
  readonly how: Partial<AskingOptions>;
}

/** The same at work, until it is stopped. */
export interface Subject extends LoadedSubject {
  readonly policy: Policy;
  readonly judge: Judge;
  stop(): Promise<void>;
}

export interface SubjectOptions extends Partial<JudgingOptions> {
  readonly workers: number;
  /** `cpu` where absent. */
  readonly device?: DeviceChoice;
}

/** How a subject is judged, and who hears what computes it. */
export interface SubjectContext extends JudgeContext {
  readonly onNote?: ((text: string) => void) | undefined;
}

/**
 * Loads a model of any form (see `loadCheckpoint`) with what it is asked and how.
 *
 * @throws CheckpointError for what is no model, or a run that has no trained model yet
 * @throws RunError for a run that names code, where no task was named: what a run's folder names isn't run
 * @throws OptionError, TaskError for a task that is unknown, can't be loaded or isn't one
 * @throws OptionError, TokenizerError for a template that is unknown or can't be used with this model
 */
export async function loadSubject(model: string, asking: AskedBy = {}): Promise<LoadedSubject> {
  const { task: given = "", template, ...data } = asking;
  checkDataChoice({ ...data, task: typeof given === "string" ? given : given.name });
  const { isRun } = findModel(model);
  const config: RunConfig = isRun ? readRunConfig(model) : { kind: "" };
  const named = given === "" ? await ofData(model, config, data) : given;
  const isTaskNamed = named !== "";
  const checkpoint = await loadCheckpoint(model);
  const asked = await taskOf(isTaskNamed ? named : COMMON.task.fallback);
  const choice = template === undefined || template === "" ? textOf(config["template"]) : template;
  const how = { ...recordedAsking(config), ...askedBeside(asking) };
  const { name, ...opened } = await openTemplate(checkpoint, choice, asked.task, how);
  return { checkpoint, ...opened, ...asked, templateName: name, isTaskNamed, isRun, how };
}

/** The judge of a subject's task, for those who ask no policy. Stop it at the end. */
export function startJudge(
  { task, taskSource }: Pick<LoadedSubject, "task" | "taskSource">,
  options: Partial<JudgingOptions> = {},
  context: JudgeContext = {},
): Judge {
  return createJudge(task, taskSource, options, context);
}

/** Starts a model's workers and its task's judge: both, or neither where one fails. Stop them at the end. */
export function openSubject(
  loaded: LoadedSubject,
  { workers, device, ...judging }: SubjectOptions,
  context: SubjectContext = {},
): Promise<Subject> {
  return startAll(async (started) => {
    const judge = await started.add(startJudge(loaded, judging, context));
    await judge.ready();
    const policy = await started.add(startChosenPolicy(loaded.checkpoint, { device, workers }, context));
    return { ...loaded, judge, policy, stop: () => started.stop() };
  });
}

/** Opens a subject for some work, and stops it when that is done or failed. */
export async function withSubject<T>(
  loaded: LoadedSubject,
  options: SubjectOptions,
  context: SubjectContext,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const subject = await openSubject(loaded, options, context);
  try {
    return await work(subject);
  } finally {
    await subject.stop();
  }
}

/**
 * What the trained model of a run was asked; null where the run has no task.
 *
 * @throws RunError for a run that names code; AhaError for data that are gone or have changed
 */
export async function openTaskOfRun(folder: string): Promise<Task | null> {
  const named = await ofData(folder, readRunConfig(folder), {});
  return named === "" ? null : (await taskOf(named)).task;
}

/** The task of data, where somebody or the run names some; else that of the run, empty for none. */
async function ofData(folder: string, config: RunConfig, given: Partial<DataOptions>): Promise<string | Task> {
  const asked = pickData(given);
  const isOfRun = asked.data === "" && isTrainedOnData(config);
  if (asked.data === "" && !isOfRun) return taskToAsk({ folder, config }, "");
  const task = isOfRun ? await openDataOfRun(folder, config) : await openDataTask(asked);
  if (isListed(task)) await task.close();
  return task;
}

async function taskOf(named: string | Task): Promise<Pick<LoadedSubject, "task" | "taskSource">> {
  if (typeof named === "string") return { task: await openTask(named), taskSource: named };
  objectArgument("task", named);
  const task = isDataTask(named) ? named : checkTaskShape(named, "`task`");
  const isOfPackage = TASK_NAMES.includes(task.name) && (await loadTask(task.name)) === task;
  return { task, taskSource: isOfPackage ? task.name : undefined };
}

function recordedAsking({ system, thinking }: RunConfig): Partial<AskingOptions> {
  return askedBeside({ system: textOf(system), thinking: thinking !== false });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
