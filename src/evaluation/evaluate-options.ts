import { DATA } from "../data/data-options.ts";
import { ASKING } from "../asking/asking-options.ts";
import { JUDGING } from "../judging/judging-options.ts";
import {
  adapted,
  choice,
  COMMON,
  integer,
  optionGroup,
  pick,
  resolveFlat,
  text,
  type FlatValues,
  type OptionSet,
} from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { SAMPLING } from "../policy/sampling/sampling-options.ts";
import { SPLITS } from "../records/problem.ts";
import { RUN } from "../algorithms/run-options.ts";
import type { AskedBy } from "./open-subject.ts";

/** Which problems a model is asked, and in what words. */
export const ASKED = optionGroup("problems", "The problems", {
  /** Empty for the model's own. */
  task: adapted(COMMON.task, {
    fallback: "",
    otherwise: "the model's own",
  }),
  split: choice(SPLITS, { fallback: "heldOut", flag: "--split <name>", help: "problems to ask" }),
  problems: integer({ from: 0, fallback: 0, flag: "--problems <n>", help: "how many problems; 0 for all" }),
  /** Empty for those of the split. */
  problem: text({
    fallback: "",
    flag: "--problem <id>",
    help: "one problem by its id",
    otherwise: "those of the split",
  }),
  /** Empty for the run's own, or what fits the model. */
  template: adapted(RUN.options.template, {
    otherwise: "the run's own, or what fits the model",
  }),
});

/** The groups of options with which a model is measured, and read. */
export const EVALUATE = {
  problems: ASKED,
  data: DATA,
  asking: ASKING,
  sampling: optionGroup("sampling", SAMPLING.title, {
    samples: integer({ from: 1, to: 4096, fallback: 4, flag: "--samples <k>", help: "samples of each problem" }),
    temperature: adapted(SAMPLING.options.temperature, { from: 0, help: "of sampling; 0 takes the likeliest" }),
    /** No more than what the context leaves. */
    maxCompletionTokens: SAMPLING.options.maxCompletionTokens,
    seed: adapted(COMMON.seed, { help: "the same seed gives the same samples" }),
  }),
  engine: optionGroup("engine", ENGINE.title, pick(ENGINE.options, "workers", "device")),
  judging: JUDGING,
} as const satisfies OptionSet;

/** Everything that decides what is measured of a model. */
export interface MeasuringOptions extends FlatValues<typeof EVALUATE> {}

/** What is measured of a model; everything but the model has a default. */
export interface EvaluateModelOptions extends AskedBy, Partial<Omit<MeasuringOptions, keyof AskedBy>> {
  /** A model of any form: a folder, a `.gguf` file, `hf:owner/name`, an adapter's folder or a run's. */
  readonly model: string;
}

/** What `sampleModel` chooses where nothing is said: little, to be read. */
export const SAMPLE_DEFAULTS = { problems: 3, samples: 1 } as const satisfies Partial<MeasuringOptions>;

/** A task and a template that are named; values of one's own are read where they are used. */
export function namesAsked({ task, template }: AskedBy): { readonly task?: string; readonly template?: string } {
  return {
    ...(typeof task === "string" ? { task } : {}),
    ...(typeof template === "string" ? { template } : {}),
  };
}

/**
 * @throws OptionError naming the option, what was expected and what came; for an unknown one, the nearest that is known
 */
export function resolveEvaluateOptions({
  model: _model,
  task,
  template,
  ...given
}: EvaluateModelOptions): MeasuringOptions {
  return resolveFlat(EVALUATE, { ...given, ...namesAsked({ task, template }) });
}
