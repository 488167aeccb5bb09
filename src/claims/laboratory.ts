import type { RejectionSummary } from "../distillation/rejection-sampling.ts";
import type { RewardModelSummary } from "../algorithms/train-reward-model.ts";
import { coarseEvaluation } from "../pipelines/coarse-evaluation.ts";
import { givenModel } from "../pipelines/given-model.ts";
import type { MeasureOptions, Measurement } from "../pipelines/measure-model.ts";
import { pairsStage } from "../pipelines/pairs-stage.ts";
import { pretrainStage } from "../pipelines/pretrain-stage.ts";
import type { PretrainSummary } from "../pretraining/pretrain.ts";
import { resolveR1Options, type R1Options } from "../pipelines/r1-options.ts";
import { r1Stages, type R1Stages } from "../pipelines/r1.ts";
import type { Source, Stage, StageRunner } from "../pipelines/stage-runner.ts";
import {
  measureStage,
  rejectionStage,
  rewardModelStage,
  sftStage,
  zeroStage,
  type ZeroStageSettings,
} from "../pipelines/training-stages.ts";
import { tokenChangesStage, type TokenChanges } from "../pipelines/token-changes-stage.ts";
import type { TrainingSummary } from "../training/training-run.ts";

/** The folders of the base models that the experiments start from. */
export interface BaseFolders {
  readonly countdown: string;
  readonly noRetries: string;
  readonly bilingual: string;
  /** That reads what stands before a question. */
  readonly contexts: string;
  /** Students by their name, from small to large. */
  readonly students: Readonly<Record<string, string>>;
}

/** How long the experiments are. */
interface Scale {
  readonly steps: number;
  readonly problems: number;
  readonly samples: number;
  readonly manySamples: number;
  readonly distillProblems: number;
  readonly epochs: number;
  readonly maxCompletionTokens: number;
}

const FULL: Scale = {
  steps: 110,
  problems: 0,
  samples: 4,
  manySamples: 16,
  distillProblems: 0,
  epochs: 8,
  maxCompletionTokens: 256,
};
const QUICK: Scale = {
  steps: 6,
  problems: 48,
  samples: 2,
  manySamples: 4,
  distillProblems: 128,
  epochs: 2,
  maxCompletionTokens: 128,
};

/** A base model that learns, by the name of its size. */
export interface Student {
  readonly name: string;
  readonly base: Source;
}

export interface LaboratorySettings {
  readonly bases: BaseFolders;
  /** Shorter runs that check the machinery. */
  readonly quick: boolean;
  readonly workers: number;
  /** The command line's own file, for what must run in a process of its own. */
  readonly program: string;
}

/** The base models of an experiment. */
type BaseModels = Pick<Laboratory, "countdown" | "noRetries" | "bilingual" | "contexts" | "students">;

/** A run of RL by the defaults, with what differs from them. */
interface RlRun {
  readonly name: string;
  readonly seed: number;
  readonly base: Source;
  readonly changes?: ZeroStageSettings["options"];
  readonly expectedSeconds?: number;
  readonly rewardModel?: Source;
}

/** The stages that the experiments share: what one claim has trained the next one only measures. */
export class Laboratory {
  readonly quick: boolean;
  readonly workers: number;
  readonly program: string;
  readonly scale: Scale;
  readonly countdown: Source;
  readonly noRetries: Source;
  readonly bilingual: Source;
  readonly contexts: Source;
  /** From small to large. */
  readonly students: readonly Student[];

  private constructor(
    readonly runner: StageRunner,
    { quick, workers, program }: LaboratorySettings,
    { countdown, noRetries, bilingual, contexts, students }: BaseModels,
  ) {
    this.quick = quick;
    this.workers = workers;
    this.program = program;
    this.scale = quick ? QUICK : FULL;
    this.countdown = countdown;
    this.noRetries = noRetries;
    this.bilingual = bilingual;
    this.contexts = contexts;
    this.students = students;
  }

  /** @throws CheckpointError for a base that is no model */
  static async open(runner: StageRunner, settings: LaboratorySettings): Promise<Laboratory> {
    const { bases } = settings;
    const students: Student[] = [];
    for (const [name, folder] of Object.entries(bases.students))
      students.push({ name, base: await givenModel(folder) });
    return new Laboratory(runner, settings, {
      countdown: await givenModel(bases.countdown),
      noRetries: await givenModel(bases.noRetries),
      bilingual: await givenModel(bases.bilingual),
      contexts: await givenModel(bases.contexts),
      students,
    });
  }

  private shared(seed: number): {
    readonly task: string;
    readonly seed: number;
    readonly workers: number;
    readonly maxCompletionTokens: number;
  } {
    return {
      task: "countdown",
      seed,
      workers: this.workers,
      maxCompletionTokens: this.scale.maxCompletionTokens,
    };
  }

  private rl({ name, seed, base, changes = {}, expectedSeconds = 170, rewardModel }: RlRun): Stage<TrainingSummary> {
    return zeroStage(this.runner, {
      name: `${name}-s${seed}`,
      base,
      options: {
        ...this.shared(seed),
        ...coarseEvaluation(32),
        preflight: false,
        steps: this.scale.steps,
        ...changes,
      },
      expectedSeconds: this.quick ? 15 : expectedSeconds,
      ...(rewardModel === undefined ? {} : { rewardModel }),
    });
  }

  /** R1-Zero. */
  zero(seed: number): Stage<TrainingSummary> {
    return this.rl({ name: "zero", seed, base: this.countdown });
  }

  /** The same from a base that never tries again. */
  control(seed: number): Stage<TrainingSummary> {
    return this.rl({ name: "control", seed, base: this.noRetries, expectedSeconds: 45 });
  }

  /** The same from a base that reads what stands before a question; RL shows it nothing there. */
  zeroFromContexts(seed: number): Stage<TrainingSummary> {
    return this.rl({ name: "zero-contexts", seed, base: this.contexts, expectedSeconds: 90 });
  }

  /** A base of the smallest size, made from random weights of the seed's own in so many steps. */
  freshBase(task: string, steps: number, seed: number): Stage<PretrainSummary> {
    const size = { layers: 2, hiddenSize: 96, heads: 3, ffSize: 128 };
    const quick = this.quick ? { steps: Math.ceil(steps / 30), batchTokens: 500 } : {};
    return pretrainStage(this.runner, {
      name: `base-${task}-${steps}-s${seed}`,
      options: { task, seed, steps, workers: this.workers, ...size, ...quick },
      expectedSeconds: this.quick ? 3 : steps / 20,
    });
  }

  /** R1-Zero from it. */
  zeroFromFresh(task: string, steps: number, seed: number): Stage<TrainingSummary> {
    const base = this.freshBase(task, steps, seed);
    return this.rl({ name: `zero-${task}-${steps}`, seed, base, changes: { task }, expectedSeconds: 60 });
  }

  measure(name: string, seed: number, model: Source, changes: Partial<MeasureOptions> = {}): Stage<Measurement> {
    const { problems, samples } = this.scale;
    return measureStage(this.runner, {
      name: `measure-${name}-s${seed}`,
      model,
      options: { ...this.shared(seed), split: "heldOut", problems, samples, temperature: 1, ...changes },
      expectedSeconds: this.quick ? 4 : 12,
    });
  }

  /** With many samples a problem, for votes. */
  measureOften(name: string, seed: number, model: Source): Stage<Measurement> {
    return this.measure(`${name}-often`, seed, model, { samples: this.scale.manySamples });
  }

  /** As it is with the likeliest token always. */
  measureGreedy(name: string, seed: number, model: Source): Stage<Measurement> {
    return this.measure(`${name}-greedy`, seed, model, { samples: 1, temperature: 0 });
  }

  /** What R1-Zero's RL changed by token, over completions of its base. */
  tokenChanges(seed: number): Stage<TokenChanges> {
    const { problems, samples } = this.scale;
    return tokenChangesStage(this.runner, {
      name: `token-changes-s${seed}`,
      base: this.countdown,
      trained: this.zero(seed),
      options: { ...this.shared(seed), split: "heldOut", problems, samples, temperature: 1 },
      expectedSeconds: this.quick ? 4 : 8,
    });
  }

  /** A model's held-out accuracy, by its measurement of a name. */
  async accuracy(name: string, seed: number, model: Source): Promise<number> {
    return (await this.runner.result(this.measure(name, seed, model))).evaluation.accuracy;
  }

  ppo(seed: number): Stage<TrainingSummary> {
    const changes = { critic: true, aggregation: "token-mean", keepEvery: 5 } as const;
    return this.rl({ name: "ppo", seed, base: this.countdown, changes, expectedSeconds: 300 });
  }

  /** A reward model of right and wrong answers, learnt from the base's own completions. */
  learnedRule(seed: number): Stage<RewardModelSummary> {
    const pairs = pairsStage(this.runner, {
      name: `rule-pairs-s${seed}`,
      policy: this.countdown,
      options: {
        ...this.shared(seed),
        rating: "rule",
        problems: this.scale.distillProblems,
        samples: 8,
        temperature: 1,
        gap: 1,
        perPrompt: 4,
      },
      expectedSeconds: 15,
    });
    return rewardModelStage(this.runner, {
      name: `learned-rule-s${seed}`,
      base: this.countdown,
      pairs,
      options: { seed, workers: this.workers, ...(this.quick ? { batchSize: 16 } : {}) },
      expectedSeconds: 30,
    });
  }

  /** RL rewarded by it alone; the rule only watches. */
  rlByLearnedRule(seed: number): Stage<TrainingSummary> {
    return this.rl({
      name: "learned-rl",
      seed,
      base: this.countdown,
      changes: { rewardModelScores: "all", accuracyWeight: 0, hackingGuard: "note" },
      expectedSeconds: 200,
      rewardModel: this.learnedRule(seed),
    });
  }

  /** R1-Zero's right completions. */
  teacherData(seed: number): Stage<RejectionSummary> {
    return rejectionStage(this.runner, {
      name: `teacher-data-s${seed}`,
      teacher: this.zero(seed),
      options: {
        ...this.shared(seed),
        problems: this.scale.distillProblems,
        samples: 8,
        perProblem: 8,
        language: false,
      },
      expectedSeconds: 30,
    });
  }

  distilled({ name, base }: Student, seed: number): Stage<TrainingSummary> {
    return sftStage(this.runner, {
      name: `distilled-${name}-s${seed}`,
      base,
      data: this.teacherData(seed),
      options: { ...this.shared(seed), ...coarseEvaluation(32), epochs: this.scale.epochs, learningRate: 2e-3 },
      expectedSeconds: this.quick ? 5 : 60,
    });
  }

  /** For the student that is the teacher's base this is the teacher. */
  directRl({ name, base }: Student, seed: number): Stage<TrainingSummary> {
    if (base.key === this.countdown.key) return this.zero(seed);
    return this.rl({ name: `direct-${name}`, seed, base, expectedSeconds: 110 });
  }

  /** R1's stages in two languages. */
  r1(seed: number): R1Stages {
    return r1Stages(this.runner, this.bilingual, this.r1Options(seed));
  }

  private r1Options(seed: number): R1Options {
    const small = {
      zeroSteps: 6,
      reasoningSteps: 4,
      scenarioSteps: 4,
      preferenceSteps: 2,
      coldStart: 64,
      problems: this.scale.problems,
      sampledProblems: 160,
      maxCompletionTokens: 128,
    };
    return resolveR1Options({ seed, workers: this.workers, ...(this.quick ? small : {}) });
  }

  /** R1-Zero in two languages with the language-consistency reward: all that differs from the pipeline's R1-Zero. */
  consistentZero(seed: number): Stage<TrainingSummary> {
    const { task, maxCompletionTokens, zeroSteps } = this.r1Options(seed);
    return zeroStage(this.runner, {
      name: `consistent-zero-s${seed}`,
      base: this.bilingual,
      options: {
        task,
        seed,
        workers: this.workers,
        maxCompletionTokens,
        ...coarseEvaluation(64),
        preflight: false,
        steps: zeroSteps,
        languageWeight: 0.5,
      },
      expectedSeconds: this.quick ? 15 : 190,
    });
  }

  measureBilingual(name: string, seed: number, model: Source): Stage<Measurement> {
    const { task, maxCompletionTokens } = this.r1Options(seed);
    return this.measure(name, seed, model, { task, temperature: 0.7, maxCompletionTokens });
  }
}
