import { resolve } from "node:path";
import type { DataOptions } from "../data/data-options.ts";
import { dataWords, openDataTask, pickData } from "../data/open-data-task.ts";
import { checkTasks } from "../data/checked-tasks.ts";
import { openTask } from "../data/open-task.ts";
import { isDataTask, sameForAll } from "../data/task-from-data.ts";
import { RunError, show } from "../errors.ts";
import type { JudgingOptions } from "../judging/judging-options.ts";
import type { RunConfig } from "../records/run-event.ts";
import { recordedTask } from "../store/run-code.ts";
import { MOST_SHARED } from "../tasks/define-task.ts";
import { isTaskFolder, type Task } from "../tasks/index.ts";

import type { RunValues } from "./run-values.ts";
import { noting, type RunContext } from "./training-run.ts";

/** What a run is trained on, until it is closed. */
export interface OpenedTask {
  readonly task: Task;
  /** What a thread can load the task by; undefined for values and data. */
  readonly source: string | undefined;
  /** What the run's config keeps of it beside the options. */
  readonly recorded: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

const NOTHING = (): Promise<void> => Promise.resolve();

/**
 * Opens what options or values say: a value, somebody's data, or a task by name. What was understood of data is told.
 *
 * @throws OptionError, TaskError, RunError for what can't be used
 */
export async function openRunTask(
  options: DataOptions & { readonly task: string } & Pick<JudgingOptions, "queue" | "evaluators">,
  { task: value }: RunValues,
  context: RunContext,
): Promise<OpenedTask> {
  if (value !== undefined) {
    if (!isDataTask(value)) return { task: noted(value, context), source: undefined, recorded: {}, close: NOTHING };
    for (const line of dataWords(value)) noting(context)(line);
    // Whoever opened it closes it.
    return { task: value, source: undefined, recorded: { dataSha256: value.file.digest }, close: NOTHING };
  }
  if (options.data === "") {
    const recorded = await recordedTask(options.task, noting(context));
    const task = noted(await openTask(options.task), context);
    // Where others judge, this machine may be one that can't.
    if (isTaskFolder(options.task) && (options.queue === "" || options.evaluators > 0))
      await checkTasks(options.task, { onNote: noting(context), signal: context.signal });
    return { task, source: options.task, recorded, close: NOTHING };
  }
  const task = await openDataTask(pickData(options), { signal: context.signal });
  for (const line of dataWords(task)) noting(context)(line);
  const { data, evalData } = options;
  const recorded = {
    data: place(data),
    ...(evalData === "" ? {} : { evalData: place(evalData) }),
    dataSha256: task.file.digest,
  };
  return { task, source: undefined, recorded, close: () => task.close() };
}

/** A task that is measured on what it is learnt on is told as such. */
function noted(task: Task, context: RunContext): Task {
  const [first] = task.problems("heldOut");
  const few = task.problems("train");
  if (first !== undefined && few.length <= MOST_SHARED && few.some(({ question }) => question === first.question))
    noting(context)(sameForAll(few.length));
  return task;
}

/**
 * Whether the data that a run goes on with are those that it began with.
 *
 * @throws RunError where they have changed
 */
export function checkSameData(runFolder: string, { dataSha256 }: RunConfig, { recorded }: OpenedTask): void {
  if (dataSha256 === undefined || dataSha256 === recorded["dataSha256"]) return;
  throw new RunError(
    `Expected the data that the run in ${show(runFolder)} began with, got others in ${show(recorded["data"])}; put the old ones back, name their place with \`data\`, or begin a run in another folder.`,
  );
}

/** A place that is found from any folder; data of the hub and standard input stay as they are. */
function place(data: string): string {
  return data === "-" || data.startsWith("hf:") ? data : resolve(data);
}
