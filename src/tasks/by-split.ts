import { SPLITS, type Problem, type Split } from "./task.ts";

/** Problems by their split, in the order in which they come; a split without problems is an empty list. */
export function bySplit<Data>(problems: Iterable<Problem<Data>>): Record<Split, Problem<Data>[]> {
  const splits = Object.fromEntries(SPLITS.map((split) => [split, [] as Problem<Data>[]])) as Record<
    Split,
    Problem<Data>[]
  >;
  for (const problem of problems) splits[problem.split].push(problem);
  return splits;
}
