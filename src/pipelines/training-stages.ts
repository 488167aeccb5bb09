import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RejectionOptions } from "../distillation/rejection-options.ts";
import { rejectionSample, type RejectionSummary } from "../distillation/rejection-sampling.ts";
import { fitProgress } from "../training/fit-progress.ts";
import { readPairs } from "../data/preference-pairs.ts";
import { resumeRun } from "../training/resume-run.ts";
import { runSft } from "../training/run-sft.ts";
import { runZero } from "../training/run-zero.ts";
import type { SftOptions } from "../training/sft-groups.ts";
import { savedSteps } from "../training/training-checkpoint.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import type { RewardModelOptions } from "../algorithms/reward-model-options.ts";
import { trainRewardModel, type RewardModelSummary } from "../algorithms/train-reward-model.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";
import { evaluationContext } from "./evaluation-context.ts";
import { PAIRS_FILE } from "./pairs-stage.ts";
import { measureModel, type MeasureOptions, type Measurement } from "./measure-model.ts";
import { MEASUREMENT_RESULT, REJECTION_RESULT, REWARD_MODEL_RESULT, TRAINING_RESULT } from "./result-shapes.ts";
import type { Source, Stage, StageContext, StageRunner } from "./stage-runner.ts";

/**
 * A training run goes on in its folder where it was killed, on the stage's own task, whatever the folder says; a stage
 * that
 * finds it stopped by Ctrl-C stops too.
 */
async function runOrResume(
  folder: string,
  task: string | undefined,
  context: StageContext,
  start: (context: StageContext) => Promise<TrainingSummary>,
): Promise<TrainingSummary> {
  const begun = existsSync(join(folder, "run.db")) && (await savedSteps(folder)).length > 0;
  return begun ? resumeRun(folder, { ...context, ...(task === undefined ? {} : { task }) }) : start(context);
}

/**
 * What every stage of training is given: its name with the seed, its options and about how long it takes on two cores.
 */
interface TrainingStage<Options> {
  readonly name: string;
  readonly options: Options;
  readonly expectedSeconds: number;
}

export interface ZeroStageSettings extends TrainingStage<Partial<Omit<ZeroOptions, "base" | "rewardModel">>> {
  readonly base: Source;
  /** What scores completions beside the rule; absent for none. */
  readonly rewardModel?: Source;
  /** Somebody's data in the place of a task. */
  readonly data?: Source;
}

export function zeroStage(runner: StageRunner, settings: ZeroStageSettings): Stage<TrainingSummary> {
  const { name, base, rewardModel, data, options, expectedSeconds } = settings;
  const task = data === undefined ? (options.task ?? "countdown") : undefined;
  const run = (folder: string, context: StageContext): Promise<TrainingSummary> => {
    const model = rewardModel === undefined ? {} : { rewardModel: join(rewardModel.folder, "model") };
    return runZero(folder, { ...options, base: base.folder, ...model }, context);
  };
  return runner.define({
    name,
    title: "reinforcement learning",
    inputs: [base, rewardModel, data].filter((input) => input !== undefined),
    options,
    expectedSeconds,
    resultShape: TRAINING_RESULT,
    outputs: ["final/model.safetensors"],
    work: (folder, context) => runOrResume(folder, task, context, (inner) => run(folder, inner)),
  });
}

export interface SftStageSettings extends TrainingStage<Partial<Omit<SftOptions, "base" | "data">>> {
  readonly base: Source;
  readonly data: Stage<RejectionSummary>;
}

export function sftStage(runner: StageRunner, settings: SftStageSettings): Stage<TrainingSummary> {
  const { name, base, data, options, expectedSeconds } = settings;
  const run = (folder: string, context: StageContext): Promise<TrainingSummary> =>
    runSft(folder, { ...options, base: base.folder, data: join(data.folder, "data") }, context);
  return runner.define({
    name,
    title: "supervised fine-tuning",
    inputs: [base, data],
    options,
    expectedSeconds,
    resultShape: TRAINING_RESULT,
    outputs: ["final/model.safetensors"],
    work: (folder, context) => runOrResume(folder, options.task ?? "", context, (inner) => run(folder, inner)),
  });
}

export interface RejectionStageSettings extends TrainingStage<Partial<Omit<RejectionOptions, "model">>> {
  readonly teacher: Source;
  /** Somebody's data in the place of a task. */
  readonly data?: Source;
}

export function rejectionStage(runner: StageRunner, settings: RejectionStageSettings): Stage<RejectionSummary> {
  const { name, teacher, data, options, expectedSeconds } = settings;
  return runner.define({
    name,
    title:
      options.rewrite === true ? "cold-start data: right and readable completions, written anew" : "rejection sampling",
    inputs: data === undefined ? [teacher] : [teacher, data],
    options,
    expectedSeconds,
    resultShape: REJECTION_RESULT,
    outputs: ["data/data.jsonl"],
    work: (folder, context) =>
      rejectionSample(join(folder, "data"), { ...options, model: teacher.folder }, evaluationContext(context)),
  });
}

export interface RewardModelStageSettings extends TrainingStage<Partial<Omit<RewardModelOptions, "base">>> {
  readonly base: Source;
  readonly pairs: Stage;
}

export function rewardModelStage(runner: StageRunner, settings: RewardModelStageSettings): Stage<RewardModelSummary> {
  const { name, base, pairs, options, expectedSeconds } = settings;
  return runner.define({
    name,
    title: "reward model",
    inputs: [base, pairs],
    options,
    expectedSeconds,
    resultShape: REWARD_MODEL_RESULT,
    outputs: ["model/model.safetensors"],
    async work(folder, { signal, onEvent }) {
      return trainRewardModel(
        join(folder, "model"),
        await readPairs(join(pairs.folder, PAIRS_FILE)),
        { ...options, base: base.folder },
        {
          ...(signal === undefined ? {} : { signal }),
          onProgress: fitProgress(onEvent),
        },
      );
    },
  });
}

export interface MeasureStageSettings extends TrainingStage<MeasureOptions> {
  readonly model: Source;
  /** Somebody's data in the place of a task. */
  readonly data?: Source;
}

export function measureStage(runner: StageRunner, settings: MeasureStageSettings): Stage<Measurement> {
  const { name, model, data, options, expectedSeconds } = settings;
  return runner.define({
    name,
    title: "measurement",
    inputs: data === undefined ? [model] : [model, data],
    options,
    expectedSeconds,
    resultShape: MEASUREMENT_RESULT,
    outputs: [],
    work: (_folder, context) => measureModel(model.folder, options, evaluationContext(context)),
  });
}
