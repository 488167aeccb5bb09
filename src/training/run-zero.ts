import { existsSync } from "node:fs";
import { join } from "node:path";
import { isTrainedOnData } from "../data/open-data-task.ts";
import { CheckpointError, OptionError, show } from "../errors.ts";
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import { noteFreed } from "../host/collect-garbage.ts";
import { storedQueue } from "../host/redis/redis-address.ts";
import type { ChosenDevice } from "../policy/device/choose-device.ts";
import type { DeviceChoice } from "../policy/local/engine-options.ts";
import { withJobSize } from "../policy/samplers/sampler-options.ts";
import { tinkerAddress } from "../policy/tinker/tinker-address.ts";
import { toTrainInPlace, type ModelToTrain } from "./open-policy.ts";
import type { OpenJob } from "./training-job.ts";
import { checkServed, loadServedFace, servedDefaults } from "./served-run.ts";
import type { RunConfig } from "../records/run-event.ts";
import type { RunSchedule } from "../records/schedule.ts";
import { openRunStore, type RunStore } from "../store/index.ts";
import { keepTaskSource } from "../store/run-code.ts";
import { continueRun, noting, startRun, type RunContext, type TrainingSummary } from "./training-run.ts";
import type { GuardedStep } from "../store/hacking-guard.ts";
import { openZeroJob } from "./zero-job.ts";
import { algorithmWords } from "../algorithms/algorithm-words.ts";
import { withAdapter } from "../algorithms/with-adapter.ts";
import { zeroSizeDefaults } from "./model-size.ts";
import { resolveZeroOptions } from "./zero-options.ts";
import type { ZeroOptions } from "./zero-groups.ts";
import { changedConfig, changeWords, type ChangedOptions } from "./changed-options.ts";
import { checkRunValues, type RunValues } from "./run-values.ts";
import { checkSameData, openRunTask } from "./run-task.ts";
import { besideAnother, deviceToResume, onDevice, recordedDevice } from "./run-device.ts";
import { savedSteps } from "./training-checkpoint.ts";
import { runConfig } from "./zero-setting.ts";

/** Where a run keeps its copy of a reward model. */
const REWARD_MODEL = "reward-model";

/** How a run is followed and ended, and what the program gives it in the place of names. */
export interface ZeroContext extends RunContext {
  readonly values?: RunValues;
  /** What a resume does otherwise than the run did before. */
  readonly changes?: ChangedOptions;
  /** Where a resume finds the run's data, where they have moved. */
  readonly data?: string | undefined;
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
  const first = resolveZeroOptions(given, servedDefaults(given));
  checkServed(first, values.algorithm);
  const opened = await openRunTask(first, values, context);
  try {
    const loaded = first.engine === "" ? await loadTrained(given, first) : await served(first);
    const { model } = loaded;
    // What it was read into.
    noteFreed(model.parameters?.byteLength ?? 0);
    const own = values.algorithm?.name ?? "grpo";
    noting(context)(`Algorithm: ${own === "grpo" ? "" : `${own}; `}${algorithmWords(loaded.options)}.`);
    const { options, recorded } = await onDevice(loaded.options, model.config, context);
    const rewardModel = options.rewardModel === "" ? undefined : await loadRewardModel(options.rewardModel);
    const parts = { task: opened.task, taskSource: opened.source, rewardModel, values };
    const open: OpenJob = (around, beside) =>
      openZeroJob(besideAnother(options, beside), { ...parts, model: around }, { ...context, folder: runFolder });
    const config = { ...runConfig(options, { model, rewardModel, values }), ...recorded, ...opened.recorded };
    const followed = first.schedule === "" ? null : readSchedule(first);
    return await startRun(runFolder, config, model, open, context, async (store) => {
      if (followed !== null) store.schedule.follow(followed);
      if (opened.source !== undefined) keepTaskSource(runFolder, opened.source);
      if (rewardModel !== undefined) await saveCheckpoint(join(runFolder, REWARD_MODEL), rewardModel);
    });
  } finally {
    await opened.close();
  }
}

/** What is trained, and the options that its size decides. */
interface ToTrain {
  readonly options: ZeroOptions;
  readonly model: ModelToTrain;
}

async function loadTrained(
  given: Partial<ZeroOptions> & { readonly base: string },
  first: ZeroOptions,
): Promise<ToTrain> {
  const loaded = await loadCheckpoint(given.base);
  const options = resolveZeroOptions(given, zeroSizeDefaults(loaded.config, first.lora));
  return { options, model: toTrainInPlace(withAdapter(loaded, options, given.base)) };
}

async function served(options: ZeroOptions): Promise<ToTrain> {
  return { options, model: await loadServedFace(options) };
}

/** Goes on with such a run on a task that may run (`taskToResume`). Closes the store. */
export async function resumeZero(
  runFolder: string,
  taskName: string,
  store: RunStore,
  { values = {}, changes = {}, data, ...context }: ZeroContext = {},
): Promise<TrainingSummary> {
  const queue = addressToResume(store.config, changes, "queue", "the run's verdicts went through");
  const engine = addressToResume(store.config, changes, "engine", "the run is trained on");
  if (engine !== "" && store.config["servedModel"] === undefined)
    throw new OptionError("Expected a run on a server to go on with `engine`, got one of this machine; leave it out.");
  // Who writes the rollouts changes nothing of them.
  const { samplers = "", samplerPatience, enginePatience, device: _device, ...others } = changes;
  const chosen = await deviceToResume({ folder: runFolder, config: store.config, changes, changeable: true }, context);
  const ofRun = { ...others, ...changedDevice(store.config, chosen), ...jobSizeToResume(store.config, changes) };
  if (samplers === "" && store.metrics(store.lastStep() - 1).at(-1)?.samplers !== undefined)
    noting(context)("Samplers wrote this run's rollouts; without `samplers` this machine does, to the same bytes.");
  const recorded = {
    ...ofRun,
    ...(ofRun.queue === undefined ? {} : { queue: storedQueue(ofRun.queue) }),
    ...(engine === "" ? {} : { engine: tinkerAddress(engine).shown }),
  };
  // Steps behind the newest checkpoint are made again, with the options of now.
  const changed = changedConfig(store.config, recorded, (await savedSteps(runFolder)).at(-1) ?? store.lastStep());
  const config = recordedDevice(changed ?? store.config, chosen);
  const { kind: _kind, baseSha256: _hash, taskSha256: _task, values: _values, ...stored } = config;
  const { rewardModelSha256, dataSha256: _data, changes: _changes, deviceTest: _test, servedModel, ...kept } = stored;
  const rewardFolder = rewardModelSha256 === undefined ? "" : join(runFolder, REWARD_MODEL);
  const ofData = isTrainedOnData(store.config);
  const { task: keptTask, ...keptOptions } = kept;
  const options = resolveZeroOptions({
    ...(keptOptions as Partial<ZeroOptions>),
    ...(ofData ? {} : { task: taskName === "" ? String(keptTask) : taskName }),
    ...(data === undefined ? {} : { data }),
    ...namedTask(values),
    ...(values.template === undefined ? {} : { template: "" }),
    queue,
    samplers,
    ...(samplerPatience === undefined ? {} : { samplerPatience }),
    engine,
    ...(enginePatience === undefined ? {} : { enginePatience }),
    base: engine === "" ? join(runFolder, "checkpoints", "step-0") : String(servedModel),
    rewardModel: rewardFolder,
  });
  checkServed(options, values.algorithm);
  if (config !== store.config) store.changeConfig(config);
  if (changed !== null) noting(context)(changeWords(changed));
  const opened = await openRunTask(options, values, context);
  try {
    checkSameData(runFolder, store.config, opened);
    const hasModel = rewardFolder !== "" && existsSync(rewardFolder);
    const rewardModel = hasModel ? await loadRewardModel(rewardFolder) : undefined;
    const parts = { task: opened.task, taskSource: opened.source, rewardModel, values };
    const guarded = guardedSteps(store);
    const open: OpenJob = (around, beside) =>
      openZeroJob(
        besideAnother(options, beside),
        { ...parts, model: around },
        { ...context, folder: runFolder, guarded: guarded() },
      );
    return await continueRun(runFolder, store, open, { ...context, changed: changed !== null });
  } finally {
    await opened.close();
  }
}

/** The schedule of the run that another is to follow. @throws OptionError where it has none, or one of other batches */
function readSchedule({ schedule: folder, problemsPerStep }: ZeroOptions): RunSchedule {
  const store = openRunStore(folder, { readOnly: true });
  try {
    const batches = store.schedule.batches();
    if (batches.length === 0)
      throw new OptionError(
        `Expected \`schedule\` to be a run with \`open\` or \`lag\`, got ${show(folder)}, which has no schedule.`,
      );
    if (store.config["problemsPerStep"] !== problemsPerStep)
      throw new OptionError(
        `Expected \`problemsPerStep\` to be that of the run whose schedule is followed (${show(store.config["problemsPerStep"])}), got ${problemsPerStep}.`,
      );
    return { batches, plans: store.schedule.plans() };
  } finally {
    store.close();
  }
}

/**
 * Where a resume sends what it has, with a password or a key. An address that a run's config names may be a stranger's:
 * only one that is given is asked.
 */
function addressToResume(config: RunConfig, changes: ChangedOptions, name: "queue" | "engine", why: string): string {
  const [kept, given] = [config[name], changes[name]];
  if (given !== undefined || kept === undefined || kept === "") return given ?? "";
  const other = name === "queue" ? ", or an empty one for a queue beside the run" : "";
  throw new OptionError(`Expected \`${name}\`, as ${why} ${show(kept)}, got none; give that address${other}.`);
}

/** The device as a change of options, where it is another than the run's; its config may name none for the CPU. */
function changedDevice(config: RunConfig, { device }: ChosenDevice): ChangedOptions {
  return device === (config["device"] ?? "cpu") ? {} : { device: device as DeviceChoice };
}

/** A run that begins to have samplers gets jobs of their size, and says so. */
function jobSizeToResume(config: RunConfig, { samplers = "", problemsPerJob }: ChangedOptions): ChangedOptions {
  const given = problemsPerJob ?? Number(config["problemsPerJob"] ?? 0);
  const sized = withJobSize({ samplers, problemsPerJob: given });
  return sized.problemsPerJob === given ? {} : { problemsPerJob: sized.problemsPerJob };
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
