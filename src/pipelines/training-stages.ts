import { existsSync } from "node:fs";
import { join } from "node:path";
import { rejectionSample, type RejectionOptions, type RejectionSummary } from "../distillation/rejection-sampling.ts";
import type { Candidate } from "../distillation/filter-completions.ts";
import { judgeCandidates, sampleCandidates } from "../distillation/sample-candidates.ts";
import { openModel } from "../evaluation/open-model.ts";
import { verdictScore } from "../verifiers/verdict-score.ts";
import { randomKey } from "../random.ts";
import { writeNewFile } from "../host/plain-files.ts";
import { loadTask } from "../tasks/index.ts";
import { balanceLengths, makePairs, readPairs } from "../data/preference-pairs.ts";
import { resumeRun } from "../training/resume-run.ts";
import { runSft } from "../training/run-sft.ts";
import { runZero } from "../training/run-zero.ts";
import type { SftOptions } from "../algorithms/sft-options.ts";
import { savedSteps } from "../training/training-checkpoint.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import {
  trainRewardModel,
  type RewardModelOptions,
  type RewardModelSummary,
} from "../algorithms/train-reward-model.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";
import { measureModel, type MeasureOptions, type Measurement } from "./measure-model.ts";
import {
  MEASUREMENT_RESULT,
  PAIRS_RESULT,
  REJECTION_RESULT,
  REWARD_MODEL_RESULT,
  TRAINING_RESULT,
} from "./result-shapes.ts";
import type { Source, Stage, StageContext, StageRunner } from "./stage-runner.ts";

/**
 * A training run goes on in its folder where it was killed, on the stage's own task, whatever the folder says; a stage that
 * finds it stopped by Ctrl-C stops too.
 */
async function runOrResume(
  folder: string,
  task: string,
  context: StageContext,
  start: (context: StageContext) => Promise<TrainingSummary>,
): Promise<TrainingSummary> {
  const begun = existsSync(join(folder, "run.db")) && (await savedSteps(folder)).length > 0;
  return begun ? resumeRun(folder, { ...context, task }) : start(context);
}

export function zeroStage(
  runner: StageRunner,
  name: string,
  base: Source,
  options: Partial<Omit<ZeroOptions, "base" | "rewardModel">>,
  expectedSeconds: number,
  rewardModel?: Source,
): Stage<TrainingSummary> {
  return runner.define({
    name,
    title: "reinforcement learning",
    inputs: rewardModel === undefined ? [base] : [base, rewardModel],
    options,
    expectedSeconds,
    resultShape: TRAINING_RESULT,
    outputs: ["final/model.safetensors"],
    work: (folder, context) =>
      runOrResume(folder, options.task ?? "countdown", context, (inner) =>
        runZero(
          folder,
          {
            ...options,
            base: weightsOf(base),
            ...(rewardModel === undefined ? {} : { rewardModel: join(rewardModel.folder, "model") }),
          },
          inner,
        ),
      ),
  });
}

export function sftStage(
  runner: StageRunner,
  name: string,
  base: Source,
  data: Stage<RejectionSummary>,
  options: Partial<Omit<SftOptions, "base" | "data">>,
  expectedSeconds: number,
): Stage<TrainingSummary> {
  return runner.define({
    name,
    title: "supervised fine-tuning",
    inputs: [base, data],
    options,
    expectedSeconds,
    resultShape: TRAINING_RESULT,
    outputs: ["final/model.safetensors"],
    work: (folder, context) =>
      runOrResume(folder, options.task ?? "", context, (inner) =>
        runSft(folder, { ...options, base: weightsOf(base), data: join(data.folder, "data") }, inner),
      ),
  });
}

export function rejectionStage(
  runner: StageRunner,
  name: string,
  teacher: Source,
  options: Partial<Omit<RejectionOptions, "model">>,
  expectedSeconds: number,
): Stage<RejectionSummary> {
  return runner.define({
    name,
    title:
      options.rewrite === true ? "cold-start data: right and readable completions, written anew" : "rejection sampling",
    inputs: [teacher],
    options,
    expectedSeconds,
    resultShape: REJECTION_RESULT,
    outputs: ["data/data.jsonl"],
    work: (folder, { signal, onEvent }) =>
      rejectionSample(
        join(folder, "data"),
        { ...options, model: teacher.folder },
        {
          ...(signal === undefined ? {} : { signal }),
          onProgress: (done, total) => onEvent?.({ kind: "evaluating", name: "after", done, total }),
        },
      ),
  });
}

export interface PairsOptions {
  readonly task: string;
  /** `rule`: the verifier's verdict rates reasoning completions; `preference`: people's liking rates answers to general prompts. */
  readonly rating: "rule" | "preference";
  readonly problems: number;
  readonly samples: number;
  readonly temperature: number;
  readonly maxCompletionTokens: number;
  readonly gap: number;
  readonly perPrompt: number;
  readonly seed: number;
  readonly workers: number;
}

/** Preference pairs of balanced lengths from a policy's own completions. */
export function pairsStage(
  runner: StageRunner,
  name: string,
  policy: Source,
  options: PairsOptions,
  expectedSeconds: number,
): Stage<{ readonly pairs: number; readonly unbalanced: number }> {
  return runner.define({
    name,
    title: "preference pairs",
    inputs: [policy],
    options,
    expectedSeconds,
    resultShape: PAIRS_RESULT,
    outputs: ["pairs.jsonl"],
    async work(folder, { signal }) {
      const task = await loadTask(options.task);
      const opened = await openModel(policy.folder, "", options.task);
      const all = options.rating === "rule" ? task.problems("train") : task.general!.problems("train");
      const problems = options.problems > 0 ? all.slice(0, options.problems) : all;
      const context = signal === undefined ? {} : { signal };
      const sampling = { ...options, problems, journal: join(folder, "samples.jsonl") };
      const candidates = await judgeCandidates(task, options.task, context, (judge) =>
        sampleCandidates(opened, judge, sampling, context),
      );
      const rate = ({ problem, text, verdict }: Candidate): number | null =>
        options.rating === "rule" ? verdictScore(verdict) : task.general!.preference(problem, text);
      const byPrompt = problems.map(({ id }) =>
        candidates.flatMap((candidate) => {
          const rating = rate(candidate);
          const counts = candidate.problem.id === id && candidate.stop === "end" && rating !== null;
          return counts ? [{ prompt: candidate.prompt, text: candidate.text, rating }] : [];
        }),
      );
      const made = makePairs(byPrompt, { ...options, key: randomKey(options.seed) });
      const pairs = balanceLengths(made);
      writeNewFile(join(folder, "pairs.jsonl"), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
      return { pairs: pairs.length, unbalanced: made.length - pairs.length };
    },
  });
}

export function rewardModelStage(
  runner: StageRunner,
  name: string,
  base: Source,
  pairs: Stage,
  options: Partial<Omit<RewardModelOptions, "base">>,
  expectedSeconds: number,
): Stage<RewardModelSummary> {
  return runner.define({
    name,
    title: "reward model",
    inputs: [base, pairs],
    options,
    expectedSeconds,
    resultShape: REWARD_MODEL_RESULT,
    outputs: ["model/model.safetensors"],
    async work(folder, { signal, onEvent }) {
      const path = join(pairs.folder, "pairs.jsonl");
      const started = performance.now();
      const onProgress = (progress: {
        readonly step: number;
        readonly steps: number;
        readonly loss: number;
        readonly tokensPerSecond: number;
      }): void => onEvent?.({ kind: "fit", ...progress, seconds: (performance.now() - started) / 1000 });
      return trainRewardModel(
        join(folder, "model"),
        await readPairs(path),
        { ...options, base: weightsOf(base) },
        { ...(signal === undefined ? {} : { signal }), onProgress },
      );
    },
  });
}

export function measureStage(
  runner: StageRunner,
  name: string,
  model: Source,
  options: MeasureOptions,
  expectedSeconds: number,
): Stage<Measurement> {
  return runner.define({
    name,
    title: "measurement",
    inputs: [model],
    options,
    expectedSeconds,
    resultShape: MEASUREMENT_RESULT,
    outputs: [],
    work: (_folder, { signal, onEvent }) =>
      measureModel(model.folder, options, {
        ...(signal === undefined ? {} : { signal }),
        onProgress: (done, total) => onEvent?.({ kind: "evaluating", name: "after", done, total }),
      }),
  });
}

/** The folder with the weights: a run keeps its trained model in final/. */
export function weightsOf(source: Source): string {
  return "work" in source && existsSync(join(source.folder, "final")) ? join(source.folder, "final") : source.folder;
}
