import { givenModel } from "../pipelines/given-model.ts";
import { r1Stages, R1_DEFAULTS, type R1Options, type R1Stages } from "../pipelines/r1.ts";
import type { MeasureOptions, Measurement } from "../pipelines/measure-model.ts";
import type { Source, Stage, StageRunner } from "../pipelines/stage-runner.ts";
import {
  measureStage,
  pairsStage,
  rejectionStage,
  rewardModelStage,
  sftStage,
  zeroStage,
} from "../pipelines/training-stages.ts";
import type { RejectionSummary } from "../distillation/rejection-sampling.ts";
import type { RewardModelSummary } from "../algorithms/train-reward-model.ts";
import type { TrainingSummary } from "../training/training-run.ts";

/** The folders of the base models that the experiments start from. */
export interface BaseFolders {
  readonly countdown: string;
  readonly noRetries: string;
  readonly bilingual: string;
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

/** The stages that the experiments share: what one claim has trained the next one only measures. */
export class Laboratory {
  readonly scale: Scale;
  readonly countdown: Source;
  readonly noRetries: Source;
  readonly bilingual: Source;
  readonly students: readonly (readonly [name: string, base: Source])[];

  constructor(
    readonly runner: StageRunner,
    bases: BaseFolders,
    readonly quick: boolean,
    readonly workers: number,
    /** The command line's own file, for what must run in a process of its own. */
    readonly program: string,
  ) {
    this.scale = quick ? QUICK : FULL;
    this.countdown = givenModel(bases.countdown);
    this.noRetries = givenModel(bases.noRetries);
    this.bilingual = givenModel(bases.bilingual);
    this.students = Object.entries(bases.students).map(([name, folder]) => [name, givenModel(folder)]);
  }

  private shared(
    seed: number,
    task: string,
  ): { task: string; seed: number; workers: number; maxCompletionTokens: number } {
    return { task, seed, workers: this.workers, maxCompletionTokens: this.scale.maxCompletionTokens };
  }

  /** Reinforcement learning by the defaults; its own evaluations are a glance, the claims measure. */
  rl(
    name: string,
    seed: number,
    base: Source,
    changes: Parameters<typeof zeroStage>[3] = {},
    expectedSeconds: number = 170,
    rewardModel?: Source,
  ): Stage<TrainingSummary> {
    const glance = {
      evaluationProblems: 32,
      evaluationSamples: 1,
      evaluationSplit: "validation" as const,
      preflight: false,
    };
    return zeroStage(
      this.runner,
      `${name}-s${seed}`,
      base,
      { ...this.shared(seed, "countdown"), ...glance, steps: this.scale.steps, ...changes },
      this.quick ? 15 : expectedSeconds,
      rewardModel,
    );
  }

  zero(seed: number): Stage<TrainingSummary> {
    return this.rl("zero", seed, this.countdown);
  }

  control(seed: number): Stage<TrainingSummary> {
    return this.rl("control", seed, this.noRetries, {}, 45);
  }

  measure(name: string, seed: number, model: Source, changes: Partial<MeasureOptions> = {}): Stage<Measurement> {
    const { problems, samples } = this.scale;
    return measureStage(
      this.runner,
      `measure-${name}-s${seed}`,
      model,
      { ...this.shared(seed, "countdown"), split: "heldOut", problems, samples, temperature: 1, ...changes },
      this.quick ? 4 : 12,
    );
  }

  /** With many samples a problem, for votes. */
  measureOften(name: string, seed: number, model: Source): Stage<Measurement> {
    return this.measure(`${name}-often`, seed, model, { samples: this.scale.manySamples });
  }

  ppo(seed: number): Stage<TrainingSummary> {
    return this.rl("ppo", seed, this.countdown, { critic: true, aggregation: "token-mean", keepEvery: 5 }, 300);
  }

  /** A reward model of right and wrong answers, learnt from the base's own completions. */
  learnedRule(seed: number): Stage<RewardModelSummary> {
    const pairs = pairsStage(
      this.runner,
      `rule-pairs-s${seed}`,
      this.countdown,
      {
        ...this.shared(seed, "countdown"),
        rating: "rule",
        problems: this.scale.distillProblems,
        samples: 8,
        temperature: 1,
        gap: 1,
        perPrompt: 4,
      },
      15,
    );
    return rewardModelStage(
      this.runner,
      `learned-rule-s${seed}`,
      this.countdown,
      pairs,
      { seed, workers: this.workers, ...(this.quick ? { batchSize: 16 } : {}) },
      30,
    );
  }

  rlByLearnedRule(seed: number): Stage<TrainingSummary> {
    return this.rl(
      "learned-rl",
      seed,
      this.countdown,
      { rewardModelScores: "all", accuracyWeight: 0, hackingGuard: "note" },
      200,
      this.learnedRule(seed),
    );
  }

  teacherData(seed: number): Stage<RejectionSummary> {
    return rejectionStage(
      this.runner,
      `teacher-data-s${seed}`,
      this.zero(seed),
      {
        ...this.shared(seed, "countdown"),
        problems: this.scale.distillProblems,
        samples: 8,
        perProblem: 8,
        language: false,
      },
      30,
    );
  }

  distilled(student: string, base: Source, seed: number): Stage<TrainingSummary> {
    const glance = { evaluationProblems: 32, evaluationSamples: 1, evaluationSplit: "validation" as const };
    return sftStage(
      this.runner,
      `distilled-${student}-s${seed}`,
      base,
      this.teacherData(seed),
      { ...this.shared(seed, "countdown"), ...glance, epochs: this.scale.epochs, learningRate: 2e-3 },
      this.quick ? 5 : 60,
    );
  }

  /** For the student that is the teacher's base this is the teacher. */
  directRl(student: string, base: Source, seed: number): Stage<TrainingSummary> {
    if (base.key === this.countdown.key) return this.zero(seed);
    return this.rl(`direct-${student}`, seed, base, {}, 110);
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
    return { ...R1_DEFAULTS, seed, workers: this.workers, ...(this.quick ? small : {}) };
  }

  /** R1-Zero in two languages with the language-consistency reward: all that differs from the pipeline's R1-Zero. */
  consistentZero(seed: number): Stage<TrainingSummary> {
    const { maxCompletionTokens, zeroSteps } = this.r1Options(seed);
    const glance = {
      evaluationProblems: 64,
      evaluationSamples: 1,
      evaluationSplit: "validation" as const,
      preflight: false,
    };
    return zeroStage(
      this.runner,
      `consistent-zero-s${seed}`,
      this.bilingual,
      {
        task: "countdown-bilingual",
        seed,
        workers: this.workers,
        maxCompletionTokens,
        ...glance,
        steps: zeroSteps,
        languageWeight: 0.5,
      },
      this.quick ? 15 : 190,
    );
  }

  measureBilingual(name: string, seed: number, model: Source): Stage<Measurement> {
    return this.measure(name, seed, model, {
      task: "countdown-bilingual",
      temperature: 0.7,
      maxCompletionTokens: this.r1Options(seed).maxCompletionTokens,
    });
  }
}
