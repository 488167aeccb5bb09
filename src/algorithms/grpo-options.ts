import type { JudgingOptions } from "../judging/judging-options.ts";
import type { OptimizerOptions } from "../optimizer/optimizer-options.ts";
import type { TrainingSamplingOptions } from "../policy/sampling/sampling-options.ts";
import type { RewardOptions } from "../rewards/reward-options.ts";
import type { AheadOptions } from "./ahead/ahead-options.ts";
import type { AlgorithmOptions } from "./algorithm-options.ts";
import type { RunOptions } from "./run-options.ts";

/** The groups that the loop of reinforcement learning reads, one beside the other. */
export type GrpoOptions = AlgorithmOptions &
  TrainingSamplingOptions &
  RewardOptions &
  OptimizerOptions &
  AheadOptions &
  Pick<JudgingOptions, "verifierSeconds" | "judges"> &
  Pick<RunOptions, "seed" | "steps">;
