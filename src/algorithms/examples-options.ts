import type { OptimizerOptions } from "../optimizer/optimizer-options.ts";
import { integer, optionGroup, toggle, type GroupValues } from "../options/index.ts";
import type { RunOptions } from "./run-options.ts";

/** How often examples are seen, and how many at once. */
export const EXAMPLES = optionGroup("examples", "The examples", {
  epochs: integer({
    from: 1,
    to: 1_000_000,
    fallback: 3,
    flag: "--epochs <n>",
    help: "times that every example is seen",
  }),
  batchSize: integer({
    from: 1,
    to: 1_000_000,
    fallback: 64,
    flag: "--batch-size <n>",
    help: "examples of each step",
  }),
  /** Several short examples in one row, each blind to the others. */
  packing: toggle({ fallback: true, flag: "--no-packing", help: "one example a row" }),
});

export type ExamplesOptions = GroupValues<typeof EXAMPLES>;

/** What fitting to examples reads. */
export type FitOptions = ExamplesOptions & OptimizerOptions & Pick<RunOptions, "seed">;
