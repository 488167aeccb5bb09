import { OptionError } from "../errors.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";

/** The engines that a recipe can be written for. */
export const RECIPE_ENGINES = ["trl", "verl", "prime-rl"] as const;
export type RecipeEngine = (typeof RECIPE_ENGINES)[number];

/** What each is called, and the version whose options the files are written in. */
export const ENGINE_FACTS: Readonly<Record<RecipeEngine, { readonly name: string; readonly version: string }>> = {
  trl: { name: "TRL", version: "1.16.0" },
  verl: { name: "verl", version: "0.9.1" },
  "prime-rl": { name: "prime-rl", version: "of November 2026" },
};

/** An option of a recipe, by its name in a run's config. */
export type RecipeOption = Exclude<keyof ZeroOptions, "base">;

/**
 * Where an option goes: into the engine's config; into the prompts and rows; to the reward server; or nowhere, as it
 * decides nothing of what is learnt elsewhere (how this machine computes, measures and waits).
 */
export type OptionPlaceOut = "engine" | "data" | "rewards" | "here";

/** Every option has a place; one whose value has no counterpart is refused beside (`refusals`). */
export const OPTION_PLACES: Readonly<Record<RecipeOption, OptionPlaceOut>> = {
  task: "rewards",
  template: "data",
  steps: "engine",
  minutes: "engine",
  seed: "engine",
  keepEvery: "engine",
  checkpointEvery: "here",
  preflight: "here",
  data: "rewards",
  question: "rewards",
  gold: "rewards",
  goldKind: "rewards",
  extract: "rewards",
  schema: "rewards",
  subset: "rewards",
  evalData: "rewards",
  skipUnreadable: "rewards",
  dropLong: "data",
  system: "data",
  thinking: "data",
  groupSize: "engine",
  problemsPerStep: "engine",
  maxCompletionTokens: "engine",
  temperature: "engine",
  topK: "engine",
  topP: "engine",
  preset: "engine",
  advantages: "engine",
  aggregation: "engine",
  clipEpsilonLow: "engine",
  clipEpsilonHigh: "engine",
  klCoefficient: "engine",
  referenceEvery: "engine",
  minibatches: "engine",
  innerEpochs: "engine",
  resampleRounds: "engine",
  critic: "engine",
  criticLearningRate: "here",
  gaeLambda: "here",
  open: "engine",
  staleness: "here",
  lag: "engine",
  schedule: "engine",
  accuracyWeight: "rewards",
  truncated: "rewards",
  formatWeight: "rewards",
  languageWeight: "rewards",
  overlongWeight: "rewards",
  overlongMargin: "rewards",
  rewardModel: "engine",
  rewardModelWeight: "here",
  rewardModelScores: "here",
  generalPerStep: "engine",
  preferenceSteps: "here",
  hackingGuard: "here",
  learningRate: "engine",
  learningRateFloor: "engine",
  warmup: "engine",
  weightDecay: "engine",
  clipNorm: "engine",
  engine: "engine",
  tokenizer: "here",
  enginePatience: "here",
  workers: "here",
  device: "here",
  samplers: "here",
  problemsPerJob: "here",
  samplerPatience: "here",
  tokenBudget: "here",
  recompute: "engine",
  basePrecision: "here",
  rolloutPrecision: "here",
  lora: "engine",
  loraAlpha: "engine",
  loraTargets: "engine",
  evaluationSplit: "data",
  evaluationSamples: "here",
  evaluationProblems: "here",
  evaluateEvery: "here",
  evaluateProblems: "here",
  watchProblems: "here",
  judges: "rewards",
  verifierSeconds: "rewards",
  judgePatience: "rewards",
  codeSeconds: "rewards",
  unsafeSandbox: "rewards",
  evaluators: "rewards",
  queue: "rewards",
};

/** A value that an engine has no counterpart of. */
interface Rule {
  readonly option: RecipeOption;
  readonly refuses: (options: ZeroOptions) => boolean;
  /** What to give in its place: `set it to 0`. */
  readonly instead: string;
}

const ALL: readonly Rule[] = [
  { option: "minutes", refuses: ({ minutes }) => minutes > 0, instead: "give `steps` in its place" },
  { option: "resampleRounds", refuses: ({ resampleRounds }) => resampleRounds > 0, instead: "set it to 0" },
  { option: "critic", refuses: ({ critic }) => critic, instead: "leave it out: GRPO is what is exported" },
  { option: "engine", refuses: ({ engine }) => engine !== "", instead: "leave it out, and name a base with weights" },
  { option: "open", refuses: ({ open }) => open > 0, instead: "set it to 0: the engine has its own" },
  { option: "lag", refuses: ({ lag }) => lag > 0, instead: "set it to 0: the engine has its own" },
  { option: "schedule", refuses: ({ schedule }) => schedule !== "", instead: "leave it out" },
  {
    option: "rewardModel",
    refuses: ({ rewardModel }) => rewardModel !== "",
    instead: "leave it out: the reward server judges by rules",
  },
  { option: "generalPerStep", refuses: ({ generalPerStep }) => generalPerStep > 0, instead: "set it to 0" },
  {
    option: "minibatches",
    refuses: ({ minibatches, problemsPerStep }) => problemsPerStep % minibatches !== 0,
    instead: "give a number that divides `problemsPerStep`",
  },
];

const RULES: Readonly<Record<RecipeEngine, readonly Rule[]>> = {
  trl: [
    ...ALL,
    {
      option: "advantages",
      refuses: ({ advantages }) => advantages === "leave-one-out",
      instead: "use mean-centred: TRL's RLOO has neither the clip nor the loss of this recipe",
    },
  ],
  verl: [
    ...ALL,
    {
      option: "learningRateFloor",
      refuses: ({ learningRateFloor }) => learningRateFloor !== 1,
      instead: "set it to 1: verl has no linear fall",
    },
    {
      option: "referenceEvery",
      refuses: ({ klCoefficient, referenceEvery }) => klCoefficient > 0 && referenceEvery > 0,
      instead: "set it to 0: verl keeps its first reference",
    },
  ],
  "prime-rl": [
    ...ALL,
    {
      option: "advantages",
      refuses: ({ advantages }) => advantages !== "mean-centred",
      instead: "use mean-centred",
    },
    { option: "aggregation", refuses: ({ aggregation }) => aggregation !== "token-mean", instead: "use token-mean" },
    { option: "klCoefficient", refuses: ({ klCoefficient }) => klCoefficient > 0, instead: "set it to 0" },
    {
      option: "minibatches",
      refuses: ({ minibatches }) => minibatches > 1,
      instead: "set it to 1: prime-rl makes one update of a batch",
    },
    {
      option: "innerEpochs",
      refuses: ({ innerEpochs }) => innerEpochs > 1,
      instead: "set it to 1: prime-rl makes one update of a batch",
    },
    { option: "topP", refuses: ({ topP }) => topP !== 1, instead: "set it to 1" },
    { option: "lora", refuses: ({ lora }) => lora > 0, instead: "leave it out" },
    {
      option: "overlongWeight",
      refuses: ({ overlongWeight }) => overlongWeight > 0,
      instead: "set it to 0: the server isn't told how many tokens a completion has",
    },
    {
      option: "truncated",
      refuses: ({ truncated }) => truncated === "unscored",
      instead: "use zero: its rewards are numbers alone",
    },
  ],
};

/**
 * Refuses what an engine has no counterpart of, all of it at once.
 *
 * @throws OptionError naming every such option and what to give in its place
 */
export function checkMapped(engine: RecipeEngine, options: ZeroOptions): void {
  const refused = RULES[engine].filter(({ refuses }) => refuses(options));
  if (refused.length === 0) return;
  const named = new Map(refused.map(({ option, instead }) => [option, instead]));
  const list = [...named].map(([option, instead]) => `\`${option}\` (${instead})`).join(", ");
  throw new OptionError(
    `Expected options that ${ENGINE_FACTS[engine].name} has a counterpart of, got ${named.size} without: ${list}.`,
  );
}
