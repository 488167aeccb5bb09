import type { DataOptions } from "../data/data-options.ts";
import { dataWords, openDataTask, pickData } from "../data/open-data-task.ts";
import type { RejectionSummary } from "../distillation/rejection-sampling.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import { coarseEvaluation } from "./coarse-evaluation.ts";
import { resolveDistilOptions, type DistilOptions } from "./distil-options.ts";
import { otherDevice } from "./other-device.ts";
import { givenModel } from "./given-model.ts";
import { StageRunner, type Source, type Stage, type StageContext } from "./stage-runner.ts";
import { measureStage, rejectionStage, sftStage, zeroStage } from "./training-stages.ts";

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
  const recipe = new DistilRecipe(runner, { student, data: await givenData(options, context) }, options);
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

/** Somebody's data as what the stages read, by their digest; what was understood of them is told. */
async function givenData(options: DistilOptions, context: StageContext): Promise<Source | undefined> {
  if (options.data === "") return undefined;
  const task = await openDataTask(pickData(options), { signal: context.signal });
  for (const text of dataWords(task)) context.onEvent?.({ kind: "note", text });
  await task.close();
  return { name: "data", key: task.file.digest, folder: options.data };
}

/** One seed: the distilled student, the student by RL where it is compared, and what each of them is worth. */
async function distilStudent(
  recipe: DistilRecipe,
  data: Stage<RejectionSummary>,
  seed: number,
): Promise<DistilledStudent> {
  const { runner, options } = recipe;
  const { student } = recipe.given;
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
    readonly given: { readonly student: Source; readonly data: Source | undefined },
    readonly options: DistilOptions,
  ) {}

  private get shared(): Pick<DistilOptions, "workers" | "maxCompletionTokens"> &
    Partial<Pick<DistilOptions, "device">> {
    const { workers, maxCompletionTokens } = this.options;
    return { workers, maxCompletionTokens, ...otherDevice(this.options) };
  }

  /** What is asked: a task, or somebody's data as they are to be read. */
  private get asked(): Pick<DistilOptions, "task"> | Partial<DataOptions> {
    const { task, data, ...others } = this.options;
    if (data === "") return { task };
    return Object.fromEntries(Object.entries(pickData({ data, ...others })).filter(([, value]) => value !== ""));
  }

  /** What is read beside models. */
  private get beside(): { readonly data?: Source } {
    const { data } = this.given;
    return data === undefined ? {} : { data };
  }

  /** The teacher's completions that the rules keep. */
  teacherData(teacher: Source): Stage<RejectionSummary> {
    const { problems, samples, endpoint, endpointModel } = this.options;
    return rejectionStage(this.runner, {
      name: "teacher-data",
      teacher,
      ...this.beside,
      options: {
        ...this.asked,
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
      base: this.given.student,
      data,
      // What is measured of the student is measured afterwards.
      options: { task: this.options.task, ...this.shared, ...coarseEvaluation(32), seed, epochs, learningRate },
      expectedSeconds: 60,
    });
  }

  directRl(seed: number): Stage<TrainingSummary> {
    return zeroStage(this.runner, {
      name: `direct-s${seed}`,
      base: this.given.student,
      ...this.beside,
      options: {
        ...this.asked,
        ...this.shared,
        ...coarseEvaluation(32),
        seed,
        steps: this.options.steps,
        preflight: false,
      },
      expectedSeconds: 150,
    });
  }

  /** On held-out problems. */
  async accuracy(name: string, model: Source, seed: number): Promise<number> {
    const measurement = measureStage(this.runner, {
      name: `measure-${name}-s${seed}`,
      model,
      ...this.beside,
      options: { ...this.asked, ...this.shared, split: "heldOut", problems: 0, samples: 4, temperature: 1, seed },
      expectedSeconds: 12,
    });
    return (await this.runner.result(measurement)).evaluation.accuracy;
  }
}
