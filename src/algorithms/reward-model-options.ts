import { OPTIMIZER } from "../optimizer/optimizer-options.ts";
import {
  adapted,
  COMMON,
  decimal,
  optionGroup,
  pick,
  resolveFlat,
  type FlatValues,
  type OptionSet,
} from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { EXAMPLES } from "./examples-options.ts";

/** The groups of options of a reward model. */
export const REWARD_MODEL = {
  pairs: optionGroup("pairs", "The pairs", {
    epochs: adapted(EXAMPLES.options.epochs, { fallback: 2, help: "times that every pair is seen" }),
    batchSize: adapted(EXAMPLES.options.batchSize, { help: "pairs of each step" }),
    testShare: decimal({
      from: 0.01,
      to: 0.9,
      fallback: 0.1,
      flag: "--test-share <share>",
      help: "share of the prompts that it is tested on and never trained on",
    }),
    seed: adapted(COMMON.seed, { help: "the same seed gives the same model" }),
  }),
  optimizer: optionGroup("optimizer", OPTIMIZER.title, {
    learningRate: adapted(OPTIMIZER.options.learningRate, {
      fallback: 5e-4,
      help: "of the optimizer, at its highest",
    }),
    clipNorm: OPTIMIZER.options.clipNorm,
  }),
  engine: optionGroup("engine", ENGINE.title, pick(ENGINE.options, "workers")),
} as const satisfies OptionSet;

/** Everything that decides a reward model. */
export interface RewardModelOptions extends FlatValues<typeof REWARD_MODEL> {
  /** The model that it begins as. */
  readonly base: string;
}

/** @throws OptionError naming the option, what was expected and what came */
export function resolveRewardModelOptions({
  base,
  ...given
}: Partial<RewardModelOptions> & Pick<RewardModelOptions, "base">): RewardModelOptions {
  return { base, ...resolveFlat(REWARD_MODEL, given) };
}
