import { checkNamed, EDITOR } from "../distillation/rejection-options.ts";
import { ASKED, EVALUATE } from "../evaluation/evaluate-options.ts";
import {
  adapted,
  COMMON,
  integer,
  optionGroup,
  pick,
  resolveFlat,
  type FlatValues,
  type OptionSet,
} from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { REWARDS } from "../rewards/reward-options.ts";

const { problems } = ASKED.options;

/** The groups of options of R1's whole pipeline. */
export const R1 = {
  pipeline: optionGroup("pipeline", "The pipeline", {
    task: adapted(COMMON.task, {
      fallback: "countdown-bilingual",
      help: "a task whose questions have a language, with general prompts",
    }),
    seed: adapted(COMMON.seed, { help: "the same seed gives the same models" }),
    zeroSteps: adapted(COMMON.steps, { from: 1, flag: "--zero-steps <n>", help: "steps of R1-Zero" }),
    reasoningSteps: adapted(COMMON.steps, {
      from: 1,
      fallback: 60,
      flag: "--reasoning-steps <n>",
      help: "steps of reasoning RL",
    }),
    scenarioSteps: adapted(COMMON.steps, {
      from: 1,
      fallback: 200,
      flag: "--scenario-steps <n>",
      help: "steps of RL for all scenarios",
    }),
    /** R1: 400 of 1,700. */
    preferenceSteps: adapted(REWARDS.options.preferenceSteps, { fallback: 40 }),
    coldStart: integer({ from: 1, fallback: 600, flag: "--cold-start <n>", help: "examples of the cold start" }),
    ...EDITOR,
    maxCompletionTokens: adapted(EVALUATE.sampling.options.maxCompletionTokens, { fallback: 304 }),
    problems: adapted(problems, { help: "problems of the measurements; 0 for all" }),
    sampledProblems: adapted(problems, {
      flag: "--sampled-problems <n>",
      help: "training problems that the stages sample; 0 for all",
    }),
  }),
  engine: optionGroup("engine", ENGINE.title, pick(ENGINE.options, "workers", "device")),
} as const satisfies OptionSet;

export interface R1Options extends FlatValues<typeof R1> {}

/** @throws OptionError naming the option, what was expected and what came */
export function resolveR1Options(given: Partial<R1Options>): R1Options {
  const resolved = resolveFlat(R1, given);
  checkNamed(resolved.editor, "editorModel", resolved.editorModel);
  return resolved;
}
