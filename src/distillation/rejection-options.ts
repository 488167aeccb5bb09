import { integerOption, numberOption, OptionError } from "../errors.ts";

/** Everything that decides a data set made by rejection sampling. */
export interface RejectionOptions {
  /** The teacher: a model of any form, or a run's folder. */
  readonly model: string;
  readonly task: string;
  /** Problems of the training split; 0 for all. */
  readonly problems: number;
  readonly samples: number;
  readonly temperature: number;
  readonly maxCompletionTokens: number;
  readonly longestTokens: number;
  readonly mostRepeats: number;
  readonly perProblem: number;
  /** Most examples in all, drawn at random; 0 for no limit. A cold start has few. */
  readonly most: number;
  /** Completions whose thinking leaves the question's language are dropped. */
  readonly language: boolean;
  /** Completions are first written anew in a readable form: by the task's own function, or by the editor. */
  readonly rewrite: boolean;
  /**
   * An OpenAI-compatible endpoint whose model writes the completions anew, in place of the task's function; empty for
   * none.
   */
  readonly editor: string;
  /** The model's name there. */
  readonly editorModel: string;
  /** Demonstrations of general prompts that are added. */
  readonly general: number;
  readonly seed: number;
  readonly workers: number;
  /**
   * An OpenAI-compatible endpoint that is the teacher in place of `model`, whose tokenizer and template are then used;
   * empty for none.
   */
  readonly endpoint: string;
  /** The model's name at the endpoint. */
  readonly endpointModel: string;
}

export const REJECTION_DEFAULTS: Omit<RejectionOptions, "model"> = {
  task: "countdown",
  problems: 0,
  samples: 4,
  temperature: 1,
  maxCompletionTokens: 256,
  longestTokens: 256,
  mostRepeats: 2,
  perProblem: 4,
  most: 0,
  language: true,
  rewrite: false,
  editor: "",
  editorModel: "",
  general: 0,
  seed: 1,
  workers: 2,
  endpoint: "",
  endpointModel: "",
};

/** @throws OptionError naming the option, what was expected and what came */
export function resolveRejectionOptions(
  options: Partial<RejectionOptions> & Pick<RejectionOptions, "model">,
): RejectionOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved = { ...REJECTION_DEFAULTS, ...given } as RejectionOptions;
  for (const name of [
    "samples",
    "maxCompletionTokens",
    "longestTokens",
    "mostRepeats",
    "perProblem",
    "workers",
  ] as const)
    integerOption(name, resolved[name], 1);
  for (const name of ["problems", "most", "general", "seed"] as const) integerOption(name, resolved[name], 0);
  numberOption("temperature", resolved.temperature, 0.01, 10);
  for (const [address, model] of [
    ["endpoint", "endpointModel"],
    ["editor", "editorModel"],
  ] as const) {
    if (resolved[address] !== "" && resolved[model] === "")
      throw new OptionError(`Expected \`${model}\` to name the model at ${resolved[address]}, got nothing.`);
  }
  return resolved;
}
