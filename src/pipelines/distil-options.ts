import { EXAMPLES } from "../algorithms/examples-options.ts";
import { DATA } from "../data/data-options.ts";
import { checkDataChoice } from "../data/data-choice.ts";
import { checkNamed, ENDPOINT, REJECTION } from "../distillation/rejection-options.ts";
import { OptionError } from "../errors.ts";
import {
  adapted,
  COMMON,
  integer,
  optionGroup,
  pick,
  resolveFlat,
  text,
  toggle,
  type FlatValues,
  type OptionSet,
} from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { SFT } from "../training/sft-groups.ts";

const { task, problems, samples, maxCompletionTokens } = REJECTION.teacher.options;

/** The groups of options of a distillation. */
export const DISTIL = {
  teacher: optionGroup("teacher", REJECTION.teacher.title, {
    /** Empty where an endpoint teaches. */
    teacher: text({ fallback: "", flag: "--teacher <model>", help: "a model of any form, or a run" }),
    ...ENDPOINT,
    task: adapted(task, { help: "a task by name" }),
    samples: adapted(samples, { fallback: 8 }),
    problems,
    maxCompletionTokens,
  }),
  data: DATA,
  student: optionGroup("student", "The student", {
    epochs: adapted(EXAMPLES.options.epochs, { fallback: 8, help: "times that every completion is seen" }),
    learningRate: adapted(SFT.optimizer.options.learningRate, { fallback: 2e-3, help: "of the fine-tuning" }),
    compare: toggle({ fallback: false, flag: "--compare", help: "also train the student by RL alone" }),
    steps: adapted(COMMON.steps, { help: "steps of that RL" }),
    seeds: integer({ from: 1, to: 100, fallback: 1, flag: "--seeds <n>", help: "how many seeds, counted from 1" }),
  }),
  engine: optionGroup("engine", ENGINE.title, pick(ENGINE.options, "workers", "device")),
} as const satisfies OptionSet;

export interface DistilOptions extends FlatValues<typeof DISTIL> {
  /** The model that learns, of any form. */
  readonly student: string;
  /** Where everything is kept. */
  readonly folder: string;
}

/** @throws OptionError naming the option, what was expected and what came */
export function resolveDistilOptions({
  student,
  folder,
  ...given
}: Partial<DistilOptions> & Pick<DistilOptions, "student" | "folder">): DistilOptions {
  checkDataChoice(given);
  const flat = resolveFlat(DISTIL, given);
  const resolved = flat.data === "" ? flat : { ...flat, task: "" };
  const { teacher, endpoint, endpointModel } = resolved;
  if ((teacher === "") === (endpoint === ""))
    throw new OptionError(
      "Expected one teacher: a `teacher` (a model or a run), or an `endpoint` with its `endpointModel`.",
    );
  checkNamed(endpoint, "endpointModel", endpointModel);
  return { student, folder, ...resolved };
}
