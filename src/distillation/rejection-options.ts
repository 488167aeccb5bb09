import { DATA } from "../data/data-options.ts";
import { checkDataChoice } from "../data/data-choice.ts";
import { OptionError } from "../errors.ts";
import { EVALUATE } from "../evaluation/evaluate-options.ts";
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
  type GroupValues,
  type OptionSet,
} from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";

const { samples, temperature, maxCompletionTokens, seed } = EVALUATE.sampling.options;

/** A model behind an OpenAI-compatible endpoint that teaches in place of one that is here. */
export const ENDPOINT = {
  /** Empty for none. The tokenizer and the template stay those of the model that is here. */
  endpoint: text({
    fallback: "",
    flag: "--endpoint <url>",
    help: "an OpenAI-compatible endpoint that teaches, such as http://127.0.0.1:8000/v1",
  }),
  endpointModel: text({ fallback: "", flag: "--endpoint-model <name>", help: "the model's name there" }),
} as const;

/** A model behind such an endpoint that writes completions anew, in a readable form. */
export const EDITOR = {
  /** Empty for none. */
  editor: text({
    fallback: "",
    flag: "--editor <url>",
    help: "an OpenAI-compatible endpoint that writes the cold start's completions anew",
    otherwise: "the task's own rules",
  }),
  editorModel: text({ fallback: "", flag: "--editor-model <name>", help: "the model's name there" }),
} as const;

/** What a completion must be to become an example. */
export const FILTER = optionGroup("filter", "What is kept", {
  longestTokens: integer({ from: 1, fallback: 256, flag: null, help: "completions with more tokens are dropped" }),
  mostRepeats: integer({
    from: 1,
    fallback: 2,
    flag: null,
    help: "completions in which some six words come more often are dropped",
  }),
  perProblem: integer({ from: 1, fallback: 4, flag: null, help: "completions of a problem that are kept" }),
  language: toggle({
    fallback: true,
    flag: null,
    help: "completions whose thinking leaves the question's language are dropped",
  }),
  /** A cold start has few. */
  most: integer({ from: 0, fallback: 0, flag: null, help: "most examples in all, drawn at random; 0 for no limit" }),
});

export type FilterOptions = GroupValues<typeof FILTER>;

/** The groups of options of a data set made by rejection sampling. */
export const REJECTION = {
  teacher: optionGroup("teacher", "The teacher", {
    task: COMMON.task,
    problems: adapted(EVALUATE.problems.options.problems, {
      help: "training problems that the teacher is asked; 0 for all",
    }),
    samples: adapted(samples, { help: "completions of each training problem" }),
    temperature,
    maxCompletionTokens,
    seed,
    ...ENDPOINT,
  }),
  data: DATA,
  filter: FILTER,
  rewriting: optionGroup("rewriting", "What is added and written anew", {
    rewrite: toggle({
      fallback: false,
      flag: null,
      help: "completions are first written anew in a readable form: by the task's own function, or by the editor",
    }),
    ...EDITOR,
    general: integer({ from: 0, fallback: 0, flag: null, help: "demonstrations of general prompts that are added" }),
  }),
  engine: optionGroup("engine", ENGINE.title, pick(ENGINE.options, "workers", "device")),
} as const satisfies OptionSet;

/** Everything that decides a data set made by rejection sampling. */
export interface RejectionOptions extends FlatValues<typeof REJECTION> {
  /** The teacher: a model of any form, or a run's folder. */
  readonly model: string;
}

/** @throws OptionError naming the option, what was expected and what came */
export function resolveRejectionOptions({
  model,
  ...given
}: Partial<RejectionOptions> & Pick<RejectionOptions, "model">): RejectionOptions {
  checkDataChoice(given);
  const resolved = resolveFlat(REJECTION, given);
  checkNamed(resolved.endpoint, "endpointModel", resolved.endpointModel);
  checkNamed(resolved.editor, "editorModel", resolved.editorModel);
  return { model, ...resolved, ...(resolved.data === "" ? {} : { task: "" }) };
}

/**
 * @param address of an endpoint; empty for none
 * @param option which names the model there
 * @throws OptionError where it doesn't
 */
export function checkNamed(address: string, option: string, model: string): void {
  if (address !== "" && model === "")
    throw new OptionError(`Expected \`${option}\` to name the model at ${address}, got nothing.`);
}
