import { choice, integer, optionGroup, type GroupValues } from "../options/index.ts";

/** How a run is measured on problems that it isn't trained on. */
export const EVALUATION = optionGroup("evaluation", "Evaluation", {
  split: choice(["heldOut", "validation"], {
    fallback: "heldOut",
    flag: "--evaluation-split <name>",
    help: "problems to measure on; choose settings on validation",
    stored: "evaluationSplit",
  }),
  samples: integer({
    from: 1,
    to: 1_000_000,
    fallback: 4,
    flag: "--evaluation-samples <k>",
    help: "samples of each problem in the evaluations",
    stored: "evaluationSamples",
  }),
  problems: integer({
    from: 0,
    fallback: 0,
    flag: "--evaluation-problems <n>",
    help: "problems of the evaluations; 0 for all",
    stored: "evaluationProblems",
  }),
  /** What is trained stays the same to the byte. */
  every: integer({
    from: 0,
    fallback: 0,
    flag: "--evaluate-every <n>",
    help: "measure every n steps too, for the curve on problems that are not trained on; 0 for never",
    stored: "evaluateEvery",
  }),
  everyProblems: integer({
    from: 1,
    to: 1_000_000,
    fallback: 100,
    flag: "--evaluate-problems <n>",
    help: "on how many problems then",
    stored: "evaluateProblems",
  }),
  watch: integer({
    from: 0,
    fallback: 8,
    flag: "--watch-problems <k>",
    help: "how many problems to follow: their completions of every evaluation are kept",
    stored: "watchProblems",
  }),
});

export type EvaluationOptions = GroupValues<typeof EVALUATION>;
