import { AHEAD } from "../algorithms/ahead/ahead-options.ts";
import { ALGORITHM } from "../algorithms/algorithm-options.ts";
import { RUN } from "../algorithms/run-options.ts";
import { DATA } from "../data/data-options.ts";
import { ASKING } from "../asking/asking-options.ts";
import { EVALUATION } from "../evaluation/evaluation-options.ts";
import { JUDGING } from "../judging/judging-options.ts";
import { OPTIMIZER } from "../optimizer/optimizer-options.ts";
import { adapted, optionGroup, type FlatValues, type OptionSet } from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { SAMPLERS } from "../policy/samplers/sampler-options.ts";
import { SERVED } from "../policy/tinker/served-options.ts";
import { SAMPLING } from "../policy/sampling/sampling-options.ts";
import { REWARDS } from "../rewards/reward-options.ts";

/** The groups of options that a run of reinforcement learning has, in the order of --help. */
export const ZERO = {
  run: RUN,
  data: DATA,
  asking: ASKING,
  sampling: SAMPLING,
  algorithm: ALGORITHM,
  ahead: AHEAD,
  rewards: REWARDS,
  optimizer: OPTIMIZER,
  engine: ENGINE,
  elsewhere: SAMPLERS,
  served: SERVED,
  evaluation: EVALUATION,
  judging: optionGroup(JUDGING.name, JUDGING.title, {
    ...JUDGING.options,
    // In training a slow verifier holds up everybody; an evaluation waits longer.
    verifierSeconds: adapted(JUDGING.options.verifierSeconds, { fallback: 2 }),
  }),
} as const satisfies OptionSet;

/** Everything that decides an R1-Zero run, as its config keeps it: the values of all groups side by side. */
export interface ZeroOptions extends FlatValues<typeof ZERO> {
  /** The base model's folder; with `engine`, what the server calls it. */
  readonly base: string;
}
