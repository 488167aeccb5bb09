import { choice, decimal, integer, optionGroup, type GroupValues } from "../../options/index.ts";
import { ROLLOUT_PRECISIONS } from "./rollout-precision.ts";

/** How completions are drawn in training. */
export const SAMPLING = optionGroup("sampling", "Sampling", {
  groupSize: integer({
    from: 2,
    to: 4096,
    fallback: 8,
    flag: "--group-size <n>",
    help: "completions of each problem",
  }),
  problemsPerStep: integer({
    from: 1,
    to: 1_000_000,
    fallback: 32,
    flag: "--problems-per-step <n>",
    help: "problems of each step",
  }),
  maxCompletionTokens: integer({
    from: 1,
    to: 1_000_000,
    fallback: 256,
    flag: "--max-completion-tokens <n>",
    help: "where a completion is cut",
  }),
  temperature: decimal({ from: 0.01, to: 10, fallback: 1, flag: "--temperature <t>", help: "of sampling" }),
  topK: integer({
    from: 0,
    fallback: 0,
    flag: "--top-k <n>",
    help: "sample among the n likeliest tokens; 0 for all",
  }),
  topP: decimal({
    from: 0.01,
    to: 1,
    fallback: 1,
    flag: "--top-p <p>",
    help: "sample within this much probability; 1 for all",
  }),
  rolloutPrecision: choice(ROLLOUT_PRECISIONS, {
    fallback: "float32",
    flag: "--rollout-precision <name>",
    help: "of the linear layers while rollouts are written: int8 and int4 draw from a rounded policy",
  }),
});

export type TrainingSamplingOptions = GroupValues<typeof SAMPLING>;
