import type { RejectionSummary } from "../distillation/rejection-sampling.ts";
import type { RewardModelSummary } from "../algorithms/train-reward-model.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import { coarseEvaluation, type CoarseEvaluation } from "./coarse-evaluation.ts";
import { otherDevice } from "./other-device.ts";
import type { Measurement } from "./measure-model.ts";
import { pairsStage } from "./pairs-stage.ts";
import type { R1Options } from "./r1-options.ts";
import type { Source, Stage, StageRunner } from "./stage-runner.ts";
import { measureStage, rejectionStage, rewardModelStage, sftStage, zeroStage } from "./training-stages.ts";

/**
 * The names of the paper's table (arXiv:2501.12948, Nature 645:633, table 2) with the model and the measurement of
 * each.
 */
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
 * rejection sampling from it and fine-tuning of the base again = Dev3; RL for all scenarios = R1. arXiv:2501.12948,
 * section 2.3.
 */
export function r1Stages(runner: StageRunner, base: Source, options: R1Options): R1Stages {
  const recipe = new R1Recipe(runner, base, options);
  const zero = recipe.zero();
  const coldData = recipe.coldStartData(zero);
  const dev1 = recipe.coldStart(coldData);
  const dev2 = recipe.reasoningRl(dev1);
  const sampledData = recipe.rejectionData(dev2);
  const dev3 = recipe.fineTuned(sampledData);
  const rewardModel = recipe.preferenceModel(zero);
  const r1 = recipe.scenarioRl(dev3, rewardModel);
  const models = { Zero: zero, Dev1: dev1, Dev2: dev2, Dev3: dev3, R1: r1 };
  return { models, measures: recipe.measured(models), coldData, sampledData, rewardModel };
}

/** What every stage has in common. */
type SharedOptions = Pick<R1Options, "task" | "seed" | "workers" | "maxCompletionTokens"> &
  Partial<Pick<R1Options, "device">>;

/** Language consistency and the format, rewarded beside the rule since the cold start made them readable. */
const CONSISTENT = { languageWeight: 0.5, formatWeight: 2 } as const;

/** Each stage of the pipeline by the settings of one run of it. */
class R1Recipe {
  private readonly shared: SharedOptions;
  private readonly evaluation: CoarseEvaluation = coarseEvaluation(64);

  constructor(
    private readonly runner: StageRunner,
    private readonly base: Source,
    private readonly options: R1Options,
  ) {
    const { task, seed, workers, maxCompletionTokens } = options;
    this.shared = { task, seed, workers, maxCompletionTokens, ...otherDevice(options) };
  }

  private named(stage: string): string {
    return `${stage}-s${this.options.seed}`;
  }

  private get rl(): SharedOptions & CoarseEvaluation & { readonly preflight: boolean } {
    return { ...this.shared, ...this.evaluation, preflight: false };
  }

  /** R1-Zero: RL by the rule alone, from the base. */
  zero(): Stage<TrainingSummary> {
    return zeroStage(this.runner, {
      name: this.named("zero"),
      base: this.base,
      options: { ...this.rl, steps: this.options.zeroSteps },
      expectedSeconds: 190,
    });
  }

  /** A few right and readable completions of R1-Zero, written anew. */
  coldStartData(zero: Source): Stage<RejectionSummary> {
    const { editor, editorModel, coldStart, sampledProblems } = this.options;
    return rejectionStage(this.runner, {
      name: this.named("cold-start-data"),
      teacher: zero,
      options: {
        ...this.shared,
        samples: 2,
        problems: sampledProblems,
        rewrite: true,
        ...(editor === "" ? {} : { editor, editorModel }),
        most: coldStart,
        perProblem: 1,
        mostRepeats: 1,
        general: 100,
      },
      expectedSeconds: 20,
    });
  }

  /** Dev1: the base, fine-tuned on the cold start. */
  coldStart(data: Stage<RejectionSummary>): Stage<TrainingSummary> {
    return sftStage(this.runner, {
      name: this.named("dev1"),
      base: this.base,
      data,
      options: { ...this.shared, ...this.evaluation, epochs: 3, learningRate: 1e-3 },
      expectedSeconds: 15,
    });
  }

  /** Dev2: reasoning RL with language consistency. */
  reasoningRl(dev1: Source): Stage<TrainingSummary> {
    return zeroStage(this.runner, {
      name: this.named("dev2"),
      base: dev1,
      options: { ...this.rl, ...CONSISTENT, steps: this.options.reasoningSteps },
      expectedSeconds: 120,
    });
  }

  /** Many right completions of Dev2, with general demonstrations. */
  rejectionData(dev2: Source): Stage<RejectionSummary> {
    return rejectionStage(this.runner, {
      name: this.named("rejection-data"),
      teacher: dev2,
      options: {
        ...this.shared,
        samples: 4,
        problems: this.options.sampledProblems,
        perProblem: 2,
        mostRepeats: 1,
        general: 300,
      },
      expectedSeconds: 25,
    });
  }

  /** Dev3: the base again, fine-tuned on them. */
  fineTuned(data: Stage<RejectionSummary>): Stage<TrainingSummary> {
    return sftStage(this.runner, {
      name: this.named("dev3"),
      base: this.base,
      data,
      options: { ...this.shared, ...this.evaluation, epochs: 2, learningRate: 1e-3 },
      expectedSeconds: 25,
    });
  }

  /** The reward model of general prompts, from pairs of answers of R1-Zero's mixed quality: all of Dev3's are alike. */
  preferenceModel(zero: Source): Stage<RewardModelSummary> {
    const pairs = pairsStage(this.runner, {
      name: this.named("pairs"),
      policy: zero,
      options: {
        ...this.shared,
        rating: "preference",
        problems: 0,
        samples: 8,
        temperature: 1,
        gap: 0.15,
        perPrompt: 6,
      },
      expectedSeconds: 15,
    });
    const { seed, workers } = this.options;
    return rewardModelStage(this.runner, {
      name: this.named("reward-model"),
      base: this.base,
      pairs,
      options: { seed, workers },
      expectedSeconds: 20,
    });
  }

  /**
   * R1: RL for all scenarios. A search that is cut breaks the format: what comes near the limit is punished, so that
   * the model learns to give up in time.
   */
  scenarioRl(dev3: Source, rewardModel: Source): Stage<TrainingSummary> {
    const { maxCompletionTokens, scenarioSteps, preferenceSteps } = this.options;
    return zeroStage(this.runner, {
      name: this.named("r1"),
      base: dev3,
      rewardModel,
      options: {
        ...this.rl,
        ...CONSISTENT,
        overlongWeight: 2,
        overlongMargin: Math.ceil(maxCompletionTokens / 2),
        temperature: 0.7,
        steps: scenarioSteps,
        preferenceSteps,
        generalPerStep: 8,
        rewardModelScores: "general",
      },
      expectedSeconds: 120,
    });
  }

  /** The base and all models, measured in one way. */
  measured(models: R1Stages["models"]): R1Stages["measures"] {
    const measure = (name: string, model: Source): Stage<Measurement> =>
      measureStage(this.runner, {
        name: this.named(`measure-${name}`),
        model,
        options: {
          ...this.shared,
          split: "heldOut",
          problems: this.options.problems,
          samples: 4,
          temperature: 0.7,
        },
        expectedSeconds: 15,
      });
    return {
      Base: measure("base", this.base),
      Zero: measure("zero", models.Zero),
      Dev1: measure("dev1", models.Dev1),
      Dev2: measure("dev2", models.Dev2),
      Dev3: measure("dev3", models.Dev3),
      R1: measure("r1", models.R1),
    };
  }
}
