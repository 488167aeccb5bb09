import type { RejectionSummary } from "../distillation/rejection-sampling.ts";
import { integerOption, OptionError } from "../errors.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import { coarseEvaluation } from "./coarse-evaluation.ts";
import { givenModel } from "./given-model.ts";
import { StageRunner, type Source, type Stage, type StageContext } from "./stage-runner.ts";
import { measureStage, rejectionStage, sftStage, zeroStage } from "./training-stages.ts";

export interface DistilOptions {
  /** A run's folder, or a model of any form; empty where an endpoint teaches. */
  readonly teacher: string;
  /** An OpenAI-compatible endpoint that teaches; empty for none. */
  readonly endpoint: string;
  /** The model's name there. */
  readonly endpointModel: string;
  /** The model that learns, of any form. */
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
 * Distillation: a teacher's right completions are learnt by a student (R1, arXiv:2501.12948, section 2.4), beside RL of
 * the same student where it is compared (section 4.1).
 *
 * @throws OptionError, CheckpointError, RunError for what can't be used
 */
export async function distil(
  partial: Partial<DistilOptions> & Pick<DistilOptions, "student" | "folder">,
  context: StageContext = {},
): Promise<DistilSummary> {
  const options = resolveDistilOptions(partial);
  const runner = new StageRunner(options.folder, context);
  const student = await givenModel(options.student);
  // What an endpoint writes is read in the student's words.
  const teacher = options.endpoint === "" ? { ...(await givenModel(options.teacher)), name: "teacher" } : student;
  const recipe = new DistilRecipe(runner, student, options);
  const data = recipe.teacherData(teacher);
  // First of all, as this is what may fail for reasons outside.
  await runner.result(data);
  const students: DistilledStudent[] = [];
  for (let seed = 1; seed <= options.seeds; seed++) students.push(await distilStudent(recipe, data, seed));
  return {
    folder: options.folder,
    teacher: options.endpoint === "" ? await recipe.accuracy("teacher", teacher, 1) : null,
    data: await runner.result(data),
    students,
  };
}

function resolveDistilOptions(
  partial: Partial<DistilOptions> & Pick<DistilOptions, "student" | "folder">,
): DistilOptions {
  const options = {
    ...DISTIL_DEFAULTS,
    ...Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined)),
  } as DistilOptions;
  const { seeds, teacher, endpoint, endpointModel } = options;
  integerOption("seeds", seeds, 1, 100);
  if ((teacher === "") === (endpoint === ""))
    throw new OptionError(
      "Expected one teacher: a `teacher` (a model or a run), or an `endpoint` with its `endpointModel`.",
    );
  if (endpoint !== "" && endpointModel === "")
    throw new OptionError("Expected `endpointModel` to name the model at the endpoint, got nothing.");
  return options;
}

/** One seed: the distilled student, the student by RL where it is compared, and what each of them is worth. */
async function distilStudent(
  recipe: DistilRecipe,
  data: Stage<RejectionSummary>,
  seed: number,
): Promise<DistilledStudent> {
  const { runner, student, options } = recipe;
  const distilled = recipe.distilled(data, seed);
  const direct = options.compare ? recipe.directRl(seed) : undefined;
  return {
    seed,
    folder: distilled.folder,
    base: await recipe.accuracy("base", student, seed),
    distilled: await recipe.accuracy("distilled", distilled, seed),
    distilSeconds: (await runner.result(distilled)).seconds,
    direct: direct === undefined ? null : await recipe.accuracy("direct", direct, seed),
    directSeconds: direct === undefined ? null : (await runner.result(direct)).seconds,
  };
}

/** Each stage of a distillation by the settings of one run of it. */
class DistilRecipe {
  constructor(
    readonly runner: StageRunner,
    readonly student: Source,
    readonly options: DistilOptions,
  ) {}

  private get shared(): Pick<DistilOptions, "task" | "workers" | "maxCompletionTokens"> {
    const { task, workers, maxCompletionTokens } = this.options;
    return { task, workers, maxCompletionTokens };
  }

  /** The teacher's completions that the rules keep. */
  teacherData(teacher: Source): Stage<RejectionSummary> {
    const { problems, samples, endpoint, endpointModel } = this.options;
    return rejectionStage(this.runner, {
      name: "teacher-data",
      teacher,
      options: {
        ...this.shared,
        problems,
        samples,
        perProblem: samples,
        seed: 1,
        ...(endpoint === "" ? {} : { endpoint, endpointModel }),
      },
      expectedSeconds: 30,
    });
  }

  distilled(data: Stage<RejectionSummary>, seed: number): Stage<TrainingSummary> {
    const { epochs, learningRate } = this.options;
    return sftStage(this.runner, {
      name: `distilled-s${seed}`,
      base: this.student,
      data,
      options: { ...this.shared, ...coarseEvaluation(32), seed, epochs, learningRate },
      expectedSeconds: 60,
    });
  }

  directRl(seed: number): Stage<TrainingSummary> {
    return zeroStage(this.runner, {
      name: `direct-s${seed}`,
      base: this.student,
      options: { ...this.shared, ...coarseEvaluation(32), seed, steps: this.options.steps, preflight: false },
      expectedSeconds: 150,
    });
  }

  /** On held-out problems. */
  async accuracy(name: string, model: Source, seed: number): Promise<number> {
    const measurement = measureStage(this.runner, {
      name: `measure-${name}-s${seed}`,
      model,
      options: { ...this.shared, split: "heldOut", problems: 0, samples: 4, temperature: 1, seed },
      expectedSeconds: 12,
    });
    return (await this.runner.result(measurement)).evaluation.accuracy;
  }
}
