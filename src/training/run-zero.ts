import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../errors.ts";
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import type { RunStore } from "../store/index.ts";
import { recordedTask } from "../store/run-code.ts";
import { loadTask } from "../tasks/index.ts";
import { continueRun, noting, startRun, type RunContext, type TrainingSummary } from "./training-run.ts";
import type { GuardedStep } from "../store/hacking-guard.ts";
import { openZeroJob } from "./zero-job.ts";
import { withAdapter } from "../algorithms/with-adapter.ts";
import { zeroSizeDefaults } from "./model-size.ts";
import { resolveZeroOptions } from "./zero-options.ts";
import type { ZeroOptions } from "./zero-groups.ts";
import { checkRunValues, type RunValues } from "./run-values.ts";
import { runConfig } from "./zero-setting.ts";

/** Where a run keeps its copy of a reward model. */
const REWARD_MODEL = "reward-model";

/** How a run is followed and ended, and what the program gives it in the place of names. */
export interface ZeroContext extends RunContext {
  readonly values?: RunValues;
}

/**
 * R1-Zero: trains a base model by GRPO on rule-based rewards alone, into a run folder; with other options, the later
 * stages of R1 that are reinforcement learning too.
 *
 * @throws OptionError, CheckpointError, TaskError, RunError for what can't be trained
 */
export async function runZero(
  runFolder: string,
  partial: Partial<ZeroOptions> & { readonly base: string },
  { values = {}, ...context }: ZeroContext = {},
): Promise<TrainingSummary> {
  checkRunValues(values);
  const given = { ...partial, ...values.algorithm?.options, ...namedTask(values) };
  // Mistakes in the options are told before a model is read.
  const { lora, task: taskName } = resolveZeroOptions(given);
  const task = values.task ?? (await loadTask(taskName));
  const ofTask = values.task === undefined ? await recordedTask(taskName, noting(context)) : {};
  const loaded = await loadCheckpoint(partial.base);
  const options = resolveZeroOptions(given, zeroSizeDefaults(loaded.config, lora));
  const model = withAdapter(loaded, options, partial.base);
  const rewardModel = options.rewardModel === "" ? undefined : await loadRewardModel(options.rewardModel);
  const open = (around: Checkpoint): ReturnType<typeof openZeroJob> =>
    openZeroJob(options, { model: around, task, rewardModel, values }, context);
  const config = { ...runConfig(options, { model, rewardModel, values }), ...ofTask };
  return startRun(runFolder, config, model, open, context, async () => {
    if (rewardModel !== undefined) await saveCheckpoint(join(runFolder, REWARD_MODEL), rewardModel);
  });
}

/** Goes on with such a run on a task that may run (`taskToResume`). Closes the store. */
export async function resumeZero(
  runFolder: string,
  taskName: string,
  store: RunStore,
  { values = {}, ...context }: ZeroContext = {},
): Promise<TrainingSummary> {
  const { kind: _kind, baseSha256: _hash, taskSha256: _task, values: _values, ...stored } = store.config;
  const { rewardModelSha256, ...kept } = stored;
  const rewardFolder = rewardModelSha256 === undefined ? "" : join(runFolder, REWARD_MODEL);
  const options = resolveZeroOptions({
    ...(kept as Partial<ZeroOptions>),
    ...(taskName === "" ? {} : { task: taskName }),
    ...namedTask(values),
    ...(values.template === undefined ? {} : { template: "" }),
    base: join(runFolder, "checkpoints", "step-0"),
    rewardModel: rewardFolder,
  });
  const task = values.task ?? (await loadTask(options.task));
  const rewardModel = rewardFolder !== "" && existsSync(rewardFolder) ? await loadRewardModel(rewardFolder) : undefined;
  const parts = { task, rewardModel, values };
  const guarded = guardedSteps(store);
  const open = (around: Checkpoint): ReturnType<typeof openZeroJob> =>
    openZeroJob(options, { model: around, ...parts }, { ...context, guarded: guarded() });
  return continueRun(runFolder, store, open, context);
}

function namedTask({ task }: RunValues): { readonly task?: string } {
  return task === undefined ? {} : { task: task.name };
}

/** The steps that were made before, as the guard against reward hacking reads them. */
function guardedSteps(store: RunStore): () => GuardedStep[] {
  return () =>
    store
      .metrics()
      .flatMap(({ step, accuracy, rewardByPart }) =>
        rewardByPart["model"] === undefined || accuracy === null
          ? []
          : [{ step, accuracy, modelScore: rewardByPart["model"] }],
      );
}

async function loadRewardModel(folder: string): Promise<Checkpoint> {
  const checkpoint = await loadCheckpoint(folder);
  if (checkpoint.config.scalarHead !== true)
    throw new CheckpointError(
      `Expected ${folder} to hold a reward model, got a language model; make a reward model with \`aha reward-model\`.`,
    );
  return checkpoint;
}
