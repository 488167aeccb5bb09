import { OptionError } from "../../errors.ts";
import { integer, optionGroup, text, type GroupValues } from "../../options/index.ts";
import type { GrpoOptions } from "../grpo-options.ts";

/** Whether rollouts are written ahead of the updates, and how far. */
export const AHEAD = optionGroup("ahead", "Rollouts written ahead of the updates (asynchronous RL)", {
  open: integer({
    from: 0,
    to: 1_000_000,
    fallback: 0,
    flag: "--open <n>",
    help: "groups written ahead in all, so that no update waits for the slowest check: two batches (64) where checks take long",
    otherwise: "every step waits for its own verdicts",
  }),
  /** A fuse: with two batches open nothing comes near it, but what a hung check kept. */
  staleness: integer({
    from: 0,
    to: 1_000_000,
    fallback: 4,
    flag: "--staleness <n>",
    help: "with open groups: those that so many updates came after are dropped whole",
  }),
  lag: integer({
    from: 0,
    to: 1_000,
    fallback: 0,
    flag: "--lag <n>",
    help: "in the place of open groups: each step learns from the batch written so many steps before, whatever the checks take",
    otherwise: "no fixed lag",
  }),
  /** Copied into the run, whose config doesn't name it. */
  schedule: text({
    fallback: "",
    flag: "--schedule <run>",
    help: "a run with open groups, whose schedule is followed: the same groups in the same steps",
    otherwise: "what is judged first",
  }),
});

export type AheadOptions = GroupValues<typeof AHEAD>;

/** Whether a run is asynchronous. */
export function isAhead({ open, lag }: Pick<AheadOptions, "open" | "lag">): boolean {
  return open > 0 || lag > 0;
}

/** Options that an asynchronous run can't have, and why. */
const IMPOSSIBLE: readonly (readonly [
  name: "resampleRounds" | "generalPerStep" | "preferenceSteps" | "rewardModel" | "critic",
  why: string,
])[] = [
  ["resampleRounds", "which groups carry signal is only known once all are judged"],
  ["generalPerStep", "general prompts belong to the step that samples them"],
  ["preferenceSteps", "its rewards belong to the step that samples"],
  ["rewardModel", "it scores a step's completions together"],
  ["critic", "its advantages were never measured on rollouts of older policies"],
];

/** @throws OptionError for options that exclude each other */
export function checkAhead(
  options: AheadOptions & Pick<GrpoOptions, "problemsPerStep" | (typeof IMPOSSIBLE)[number][0]>,
): void {
  const { open, lag, schedule, problemsPerStep } = options;
  if (open > 0 && lag > 0)
    throw new OptionError(`Expected \`open\` or \`lag\`, got both (${open} and ${lag}); leave one out.`);
  if (schedule !== "" && !isAhead(options))
    throw new OptionError(
      "Expected `open` or `lag` beside `schedule`, as the run had it that is followed; got neither.",
    );
  if (!isAhead(options)) return;
  if (open > 0 && open < problemsPerStep)
    throw new OptionError(
      `Expected \`open\` to be at least \`problemsPerStep\` (${problemsPerStep}), got ${open}; two batches are ${2 * problemsPerStep}.`,
    );
  const name = open > 0 ? "open" : "lag";
  for (const [other, why] of IMPOSSIBLE) {
    const value = options[other];
    if (value === 0 || value === "" || value === false) continue;
    throw new OptionError(
      `Expected no \`${other}\` in a run with \`${name}\`, got ${String(value)}: ${why}; leave one of the two out.`,
    );
  }
}
