import type { RejectionSummary } from "../distillation/rejection-sampling.ts";
import { integerOption, OptionError } from "../errors.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import { givenModel } from "./given-model.ts";
import type { Measurement } from "./measure-model.ts";
import { StageRunner, type Source, type Stage, type StageContext } from "./stage-runner.ts";
import { measureStage, rejectionStage, sftStage, zeroStage } from "./training-stages.ts";
import { givenTeacher } from "./given-teacher.ts";

export interface DistilOptions {
  /** A run's folder, or a model's; empty where an endpoint teaches. */
  readonly teacher: string;
  /** An OpenAI-compatible endpoint that teaches; empty for none. */
  readonly endpoint: string;
  /** The model's name there. */
  readonly endpointModel: string;
  /** The model that learns. */
  readonly student: string;
  readonly task: string;
  /** Completions of each training problem. */
  readonly samples: number;
  /** Training problems that the teacher is asked; 0 for all. */
  readonly problems: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Also trains the student by RL alone, so that the two can be compared. */
  readonly compare: boolean;
  /** Steps of that RL. */
  readonly steps: number;
  /** How many seeds, counted from 1. */
  readonly seeds: number;
  readonly maxCompletionTokens: number;
  readonly workers: number;
  /** Where everything is kept. */
  readonly folder: string;
}

export const DISTIL_DEFAULTS: Omit<DistilOptions, "student" | "folder"> = {
  teacher: "",
  endpoint: "",
  endpointModel: "",
  task: "countdown",
  samples: 8,
  problems: 0,
  epochs: 8,
  learningRate: 2e-3,
  compare: false,
  steps: 110,
  seeds: 1,
  maxCompletionTokens: 256,
  workers: 2,
};

/** What came of one seed; accuracies are on held-out problems. */
export interface DistilledStudent {
  readonly seed: number;
  readonly folder: string;
  readonly base: number;
  readonly distilled: number;
  readonly distilSeconds: number;
  /** Null without the comparison. */
  readonly direct: number | null;
  readonly directSeconds: number | null;
}

export interface DistilSummary {
  readonly folder: string;
  /** Null where it is behind an endpoint. */
  readonly teacher: number | null;
  readonly data: RejectionSummary;
  readonly students: readonly DistilledStudent[];
}

/**
 * Distillation: a teacher's right completions are learnt by a student (R1, arXiv:2501.12948, section 2.4), beside RL of the
 * same student where it is compared (section 4.1).
 *
 * @throws OptionError, CheckpointError, RunError for what can't be used
 */
export async function distil(
  partial: Partial<DistilOptions> & Pick<DistilOptions, "student" | "folder">,
  context: StageContext = {},
): Promise<DistilSummary> {
  const options = {
    ...DISTIL_DEFAULTS,
    ...Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined)),
  } as DistilOptions;
  integerOption("seeds", options.seeds, 1, 100);
  const runner = new StageRunner(options.folder, context);
  const { task, workers, maxCompletionTokens, endpoint, endpointModel } = options;
  if ((options.teacher === "") === (endpoint === ""))
    throw new OptionError("Expected one teacher: a `teacher` folder, or an `endpoint` with its `endpointModel`.");
  if (endpoint !== "" && endpointModel === "")
    throw new OptionError("Expected `endpointModel` to name the model at the endpoint, got nothing.");
  const student = givenModel(options.student);
  // What an endpoint writes is read in the student's words.
  const teacher = endpoint === "" ? givenTeacher(options.teacher) : student;
  const accuracy = async (name: string, model: Source, seed: number): Promise<number> => {
    const stage: Stage<Measurement> = measureStage(
      runner,
      `measure-${name}-s${seed}`,
      model,
      { task, split: "heldOut", problems: 0, samples: 4, temperature: 1, maxCompletionTokens, seed, workers },
      12,
    );
    return (await runner.result(stage)).evaluation.accuracy;
  };
  const data = rejectionStage(
    runner,
    "teacher-data",
    teacher,
    {
      task,
      workers,
      maxCompletionTokens,
      problems: options.problems,
      samples: options.samples,
      perProblem: options.samples,
      seed: 1,
      ...(endpoint === "" ? {} : { endpoint, endpointModel }),
    },
    30,
  );
  // First of all, as this is what may fail for reasons outside.
  await runner.result(data);
  const students: DistilledStudent[] = [];
  for (let seed = 1; seed <= options.seeds; seed++) {
    const glance = {
      task,
      seed,
      workers,
      maxCompletionTokens,
      evaluationProblems: 32,
      evaluationSamples: 1,
      evaluationSplit: "validation" as const,
    };
    const distilled: Stage<TrainingSummary> = sftStage(
      runner,
      `distilled-s${seed}`,
      student,
      data,
      { ...glance, epochs: options.epochs, learningRate: options.learningRate },
      60,
    );
    const direct = options.compare
      ? zeroStage(runner, `direct-s${seed}`, student, { ...glance, steps: options.steps, preflight: false }, 150)
      : undefined;
    students.push({
      seed,
      folder: distilled.folder,
      base: await accuracy("base", student, seed),
      distilled: await accuracy("distilled", distilled, seed),
      distilSeconds: (await runner.result(distilled)).seconds,
      direct: direct === undefined ? null : await accuracy("direct", direct, seed),
      directSeconds: direct === undefined ? null : (await runner.result(direct)).seconds,
    });
  }
  return {
    folder: options.folder,
    teacher: endpoint === "" ? await accuracy("teacher", teacher, 1) : null,
    data: await runner.result(data),
    students,
  };
}
