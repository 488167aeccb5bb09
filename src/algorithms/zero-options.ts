import { DEFAULT_TOKEN_BUDGET } from "../policy/gradients/training-batch.ts";
import { integerOption, numberOption, OptionError, show } from "../errors.ts";
import { JUDGING_DEFAULTS, resolveJudgingOptions, type JudgingOptions } from "../judging/judging-options.ts";
import { LORA_TARGETS } from "../model/lora.ts";
import { checkTemplateChoice } from "../prompts/index.ts";
import { checkLoraOptions, type LoraOptions } from "./lora-options.ts";
import { ADVANTAGES, AGGREGATIONS, PRESETS, type Algorithm, type PresetName } from "./presets.ts";

/** Everything that decides an R1-Zero run, as its config keeps it. */
export interface ZeroOptions extends Algorithm, LoraOptions, JudgingOptions {
  /** The base model's folder. */
  readonly base: string;
  /** A task's name, or the path of a module whose default export is one. */
  readonly task: string;
  readonly preset: PresetName;
  /** How problems are put: `compact`, `r1-zero`, `chat` or a text with `{question}`; empty for what fits the base. */
  readonly template: string;
  readonly groupSize: number;
  readonly problemsPerStep: number;
  readonly steps: number;
  /**
   * Stop after so many minutes of RL, even before `steps`; 0 for no such limit. A run that stops by the clock is not
   * replayed to the byte.
   */
  readonly minutes: number;
  readonly seed: number;
  readonly maxCompletionTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly learningRate: number;
  /** What the learning rate falls to by the last step, as a share of it; 1 keeps it constant. */
  readonly learningRateFloor: number;
  readonly warmup: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly workers: number;
  /** Positions of a micro-batch. */
  readonly tokenBudget: number;
  /**
   * Every layer is computed once more for its gradient: a third more work, and the memory of one layer instead of all.
   */
  readonly recompute: boolean;
  /** Which problems are measured before and after. Settings are chosen on `validation`. */
  readonly evaluationSplit: "heldOut" | "validation";
  readonly evaluationSamples: number;
  /** Problems of the evaluation; 0 for all of the split. */
  readonly evaluationProblems: number;
  /** Measure every so many steps too; 0 for never. What is trained stays the same to the byte. */
  readonly evaluateEvery: number;
  /** On how many of the evaluation's problems, spread over it evenly. */
  readonly evaluateProblems: number;
  /** How many of those problems are followed through time: their completions of every evaluation are kept. */
  readonly watchProblems: number;
  /** Checkpoints that are kept for good: every so many steps. The newest is always kept. */
  readonly keepEvery: number;
  readonly preflight: boolean;
  /**
   * Weight of language consistency: the share of the thinking's words that are in the question's language (R1,
   * arXiv:2501.12948, section 2.3.2).
   */
  readonly languageWeight: number;
  /**
   * Weight of the soft overlong punishment (DAPO, arXiv:2503.14476, section 3.4): it rewards length, so it is off where
   * a growth of length is to show.
   */
  readonly overlongWeight: number;
  /** Over how many tokens before the limit that punishment grows. */
  readonly overlongMargin: number;
  /** A reward model's folder; empty for none. */
  readonly rewardModel: string;
  /** Weight of the reward model's score, from 0 to 1, where it is asked. */
  readonly rewardModelWeight: number;
  /** What the reward model scores: general prompts, or all, in place of the rules. */
  readonly rewardModelScores: "general" | "all";
  /** General prompts of each step, in addition to the reasoning problems, in the last `preferenceSteps` steps. */
  readonly generalPerStep: number;
  /** How many of the last steps have general prompts and the reward model's score (R1: 400 of 1,700). */
  readonly preferenceSteps: number;
  /** What is done where the reward model's score rises while verified accuracy falls. */
  readonly hackingGuard: "off" | "note" | "stop";
  /** PPO with a learned critic in place of group-relative advantages: the baseline that GRPO is measured against. */
  readonly critic: boolean;
  readonly criticLearningRate: number;
  readonly gaeLambda: number;
}

const DEFAULTS = {
  task: "countdown",
  preset: "modern",
  template: "",
  steps: 110,
  minutes: 0,
  seed: 1,
  maxCompletionTokens: 256,
  temperature: 1,
  topK: 0,
  topP: 1,
  learningRate: 5e-4,
  learningRateFloor: 0.1,
  warmup: 5,
  weightDecay: 0,
  clipNorm: 1,
  workers: 2,
  tokenBudget: DEFAULT_TOKEN_BUDGET,
  recompute: false,
  lora: 0,
  loraAlpha: 0,
  loraTargets: LORA_TARGETS,
  evaluationSplit: "heldOut",
  evaluationSamples: 4,
  evaluationProblems: 0,
  evaluateEvery: 0,
  evaluateProblems: 100,
  watchProblems: 8,
  keepEvery: 20,
  ...JUDGING_DEFAULTS,
  verifierSeconds: 2,
  preflight: true,
  languageWeight: 0,
  overlongWeight: 0,
  overlongMargin: 64,
  rewardModel: "",
  rewardModelWeight: 1,
  rewardModelScores: "general",
  generalPerStep: 0,
  preferenceSteps: 0,
  hackingGuard: "note",
  critic: false,
  criticLearningRate: 1e-3,
  gaeLambda: 1,
} as const;

/**
 * Fills in defaults and the preset, and checks every field.
 *
 * @param bySize what is chosen by the model's size where nothing else is said
 * @throws OptionError naming the field, what was expected and what came
 */
export function resolveZeroOptions(
  options: Partial<ZeroOptions> & { readonly base: string },
  bySize: Partial<ZeroOptions> = {},
): ZeroOptions {
  const preset = options.preset ?? DEFAULTS.preset;
  oneOf("preset", preset, Object.keys(PRESETS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const steps =
    options.minutes !== undefined && options.minutes > 0 && options.steps === undefined ? 1_000_000 : DEFAULTS.steps;
  const resolved = { ...DEFAULTS, ...PRESETS[preset], steps, ...bySize, ...given } as unknown as ZeroOptions;
  oneOf("advantages", resolved.advantages, Object.keys(ADVANTAGES));
  oneOf("aggregation", resolved.aggregation, Object.keys(AGGREGATIONS));
  oneOf("rewardModelScores", resolved.rewardModelScores, ["general", "all"]);
  oneOf("hackingGuard", resolved.hackingGuard, ["off", "note", "stop"]);
  checkTemplateChoice(resolved.template);
  oneOf("evaluationSplit", resolved.evaluationSplit, ["heldOut", "validation"]);
  integerOption("groupSize", resolved.groupSize, 2, 4096);
  for (const name of [
    "problemsPerStep",
    "maxCompletionTokens",
    "workers",
    "minibatches",
    "innerEpochs",
    "evaluationSamples",
    "evaluateProblems",
    "keepEvery",
  ] as const)
    integerOption(name, resolved[name], 1, 1_000_000);
  for (const name of [
    "steps",
    "seed",
    "warmup",
    "topK",
    "referenceEvery",
    "resampleRounds",
    "evaluationProblems",
    "evaluateEvery",
    "watchProblems",
    "generalPerStep",
    "preferenceSteps",
  ] as const)
    integerOption(name, resolved[name], 0);
  checkLoraOptions(resolved);
  integerOption("tokenBudget", resolved.tokenBudget, 16);
  for (const name of [
    "minutes",
    "clipEpsilonLow",
    "clipEpsilonHigh",
    "klCoefficient",
    "learningRate",
    "learningRateFloor",
    "weightDecay",
    "accuracyWeight",
    "formatWeight",
    "languageWeight",
    "overlongWeight",
    "rewardModelWeight",
    "criticLearningRate",
  ] as const)
    numberOption(name, resolved[name], 0);
  if (resolved.overlongWeight > 0)
    integerOption("overlongMargin", resolved.overlongMargin, 1, resolved.maxCompletionTokens);
  numberOption("temperature", resolved.temperature, 0.01, 10);
  numberOption("topP", resolved.topP, 0.01, 1);
  numberOption("gaeLambda", resolved.gaeLambda, 0, 1);
  if (resolved.rewardModel === "" && (resolved.generalPerStep > 0 || resolved.rewardModelScores === "all"))
    throw new OptionError(
      "Expected a `rewardModel` to score what no rule decides on, got none; make one with `aha reward-model`.",
    );
  numberOption("clipNorm", resolved.clipNorm, 1e-6);
  resolveJudgingOptions(resolved);
  return resolved;
}

function oneOf(name: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(value as string))
    throw new OptionError(`Expected \`${name}\` to be one of ${known.join(", ")}, got ${show(value)}.`);
}
