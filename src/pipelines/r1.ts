import type { RejectionSummary } from "../distillation/rejection-sampling.ts";
import type { RewardModelSummary } from "../algorithms/train-reward-model.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import type { Measurement } from "./measure-model.ts";
import type { Source, Stage, StageRunner } from "./stage-runner.ts";
import { measureStage, pairsStage, rejectionStage, rewardModelStage, sftStage, zeroStage } from "./training-stages.ts";

export interface R1Options {
  readonly task: string;
  readonly seed: number;
  readonly workers: number;
  /** Steps of R1-Zero, of reasoning RL and of RL for all scenarios. */
  readonly zeroSteps: number;
  readonly reasoningSteps: number;
  readonly scenarioSteps: number;
  /** General prompts and preference rewards come in the last so many of the scenario steps (R1: 400 of 1,700). */
  readonly preferenceSteps: number;
  /** Examples of the cold start. */
  readonly coldStart: number;
  readonly maxCompletionTokens: number;
  /** An OpenAI-compatible endpoint whose model writes the cold start's completions anew, in place of the task's own function; empty for none. */
  readonly editor: string;
  /** The model's name there. */
  readonly editorModel: string;
  /** Problems of the measurements; 0 for all. */
  readonly problems: number;
  /** Training problems that the stages sample; 0 for all. */
  readonly sampledProblems: number;
}

export const R1_DEFAULTS: R1Options = {
  task: "countdown-bilingual",
  seed: 1,
  workers: 2,
  zeroSteps: 110,
  reasoningSteps: 60,
  scenarioSteps: 200,
  preferenceSteps: 40,
  coldStart: 600,
  maxCompletionTokens: 304,
  editor: "",
  editorModel: "",
  problems: 0,
  sampledProblems: 0,
};

/** The names of the paper's table (arXiv:2501.12948, Nature 645:633, table 2) with the model and the measurement of each. */
export interface R1Stages {
  readonly models: Readonly<Record<R1Model, Stage<TrainingSummary>>>;
  readonly measures: Readonly<Record<"Base" | R1Model, Stage<Measurement>>>;
  readonly coldData: Stage<RejectionSummary>;
  readonly sampledData: Stage<RejectionSummary>;
  readonly rewardModel: Stage<RewardModelSummary>;
}

export type R1Model = "Zero" | "Dev1" | "Dev2" | "Dev3" | "R1";
export const R1_MODELS: readonly R1Model[] = ["Zero", "Dev1", "Dev2", "Dev3", "R1"];

/**
 * R1's stages: base -> R1-Zero; cold start from its completions = Dev1; reasoning RL with language consistency = Dev2;
 * rejection sampling from it and fine-tuning of the base again = Dev3; RL for all scenarios = R1. arXiv:2501.12948, section 2.3.
 */
export function r1Stages(runner: StageRunner, base: Source, options: R1Options): R1Stages {
  const { task, seed, workers, maxCompletionTokens } = options;
  const shared = { task, seed, workers, maxCompletionTokens };
  // The stages measure themselves only coarsely; the table measures all models in one way.
  const glance = { evaluationProblems: 64, evaluationSamples: 1, evaluationSplit: "validation" as const };
  const rl = { ...shared, ...glance, preflight: false };
  const zero = zeroStage(runner, `zero-s${seed}`, base, { ...rl, steps: options.zeroSteps }, 190);
  const editor = options.editor === "" ? {} : { editor: options.editor, editorModel: options.editorModel };
  const coldData = rejectionStage(
    runner,
    `cold-start-data-s${seed}`,
    zero,
    {
      ...shared,
      samples: 2,
      problems: options.sampledProblems,
      rewrite: true,
      ...editor,
      most: options.coldStart,
      perProblem: 1,
      mostRepeats: 1,
      general: 100,
    },
    20,
  );
  const dev1 = sftStage(
    runner,
    `dev1-s${seed}`,
    base,
    coldData,
    { ...shared, ...glance, epochs: 3, learningRate: 1e-3 },
    15,
  );
  const consistent = { languageWeight: 0.5, formatWeight: 2 };
  const dev2 = zeroStage(runner, `dev2-s${seed}`, dev1, { ...rl, ...consistent, steps: options.reasoningSteps }, 120);
  const sampledData = rejectionStage(
    runner,
    `rejection-data-s${seed}`,
    dev2,
    { ...shared, samples: 4, problems: options.sampledProblems, perProblem: 2, mostRepeats: 1, general: 300 },
    25,
  );
  const dev3 = sftStage(
    runner,
    `dev3-s${seed}`,
    base,
    sampledData,
    { ...shared, ...glance, epochs: 2, learningRate: 1e-3 },
    25,
  );
  // Pairs of answers that a base of mixed quality gives: all of Dev3's are alike.
  const pairs = pairsStage(
    runner,
    `pairs-s${seed}`,
    zero,
    { ...shared, rating: "preference", problems: 0, samples: 8, temperature: 1, gap: 0.15, perPrompt: 6 },
    15,
  );
  const rewardModel = rewardModelStage(runner, `reward-model-s${seed}`, base, pairs, { seed, workers }, 20);
  // A search that is cut breaks the format: what comes near the limit is punished, so that the model learns to give up in time.
  const overlong = { overlongWeight: 2, overlongMargin: Math.ceil(maxCompletionTokens / 2) };
  const scenarios = {
    ...rl,
    ...consistent,
    ...overlong,
    temperature: 0.7,
    steps: options.scenarioSteps,
    preferenceSteps: options.preferenceSteps,
    generalPerStep: 8,
    rewardModelScores: "general" as const,
  };
  const r1 = zeroStage(runner, `r1-s${seed}`, dev3, scenarios, 120, rewardModel);
  const models = { Zero: zero, Dev1: dev1, Dev2: dev2, Dev3: dev3, R1: r1 };
  const measure = (name: string, model: Source): Stage<Measurement> =>
    measureStage(
      runner,
      `measure-${name.toLowerCase()}-s${seed}`,
      model,
      {
        task,
        split: "heldOut",
        problems: options.problems,
        samples: 4,
        temperature: 0.7,
        maxCompletionTokens,
        seed,
        workers,
      },
      15,
    );
  return {
    models,
    measures: {
      Base: measure("base", base),
      Zero: measure("zero", zero),
      Dev1: measure("dev1", dev1),
      Dev2: measure("dev2", dev2),
      Dev3: measure("dev3", dev3),
      R1: measure("r1", r1),
    },
    coldData,
    sampledData,
    rewardModel,
  };
}
