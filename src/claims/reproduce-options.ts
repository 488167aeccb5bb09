import { adapted, optionGroup, resolveFlat, toggle, type FlatValues, type OptionSet } from "../options/index.ts";
import { DISTIL } from "../pipelines/distil-options.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import type { BaseFolders } from "./laboratory.ts";

/** The groups of options of the experiments on the paper's claims. */
export const REPRODUCE = {
  experiments: optionGroup("experiments", "The experiments", {
    seeds: adapted(DISTIL.student.options.seeds, { fallback: 3 }),
    /** Nothing can be concluded from them. */
    quick: toggle({
      fallback: false,
      flag: "--quick",
      help: "one seed and short runs, to check that everything works",
    }),
  }),
  engine: optionGroup("engine", ENGINE.title, {
    workers: adapted(ENGINE.options.workers, { help: "stages done at once, one engine thread each" }),
  }),
} as const satisfies OptionSet;

/** The claims by name, in the order of the paper, in a word each. */
export const CLAIM_WORDS: Readonly<Record<string, string>> = {
  "pure-rl": "RL alone makes a base reason",
  length: "completions grow longer by themselves",
  aha: "self-correction rises untaught",
  words: "words of reflection grow more frequent",
  arithmetic: "a second task shows the same",
  effort: "harder problems get more thinking",
  "no-critic": "GRPO needs no critic",
  rules: "a learned reward is hacked, rules are not",
  distil: "distillation beats RL on a small model",
  strength: "what RL adds depends on the base",
  prompts: "worked examples in the prompt hurt",
  language: "a language reward mends mixing",
  voting: "majority votes raise accuracy",
  pipeline: "R1's stages keep accuracy and mend the rest",
  async: "rollouts written ahead save the wait for slow checks",
};

/** Where experiments are kept, and with what they are made. */
interface ReproducePlaces {
  /** A claim's name, or `all`. */
  readonly claim: string;
  /** Where the stages are kept. */
  readonly folder: string;
  /** The report's Markdown file; JSON and figures go beside it. */
  readonly report: string;
  readonly bases: BaseFolders;
  /** The Countdown base, as it was asked for in the place of the shipped one. */
  readonly base?: string | undefined;
  /** The command line's own file, for what must run in a process of its own. */
  readonly program: string;
}

export interface ReproduceOptions extends FlatValues<typeof REPRODUCE>, ReproducePlaces {}

/** The same as it is asked for: what is absent has a default. */
export interface ReproduceRequest extends Partial<FlatValues<typeof REPRODUCE>>, ReproducePlaces {}

/** @throws OptionError naming the option, what was expected and what came */
export function resolveReproduceOptions({
  claim,
  folder,
  report,
  bases,
  base,
  program,
  ...given
}: ReproduceRequest): ReproduceOptions {
  return { claim, folder, report, bases, base, program, ...resolveFlat(REPRODUCE, given) };
}
