import { DEFAULT_TOKEN_BUDGET } from "../policy/gradients/token-budget.ts";
import { integerOption, numberOption } from "../errors.ts";
import { checkTemplateChoice } from "../prompts/index.ts";
import { LORA_TARGETS } from "../model/lora-targets.ts";
import { checkLoraOptions, type LoraOptions } from "./lora-options.ts";

/** Everything that decides a run of supervised fine-tuning, as its config keeps it. */
export interface SftOptions extends LoraOptions {
  /** The model's folder that is trained. */
  readonly base: string;
  /** A .jsonl or .parquet file, a data set's folder, or a run whose right rollouts are learnt from. */
  readonly data: string;
  /** The task to measure on before and after; empty for none. */
  readonly task: string;
  /**
   * How the task's problems are put: `compact`, `r1-zero`, `chat` or a text with `{question}`; empty for what fits the
   * base. The data's prompts are taken as they are.
   */
  readonly template: string;
  /** What a model with a chat template is told before a question; nothing where absent. */
  readonly system?: string;
  /** False for a chat template without thinking; its own default where absent. */
  readonly thinking?: boolean;
  /** Times that every example is seen. */
  readonly epochs: number;
  /** Examples of each step. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** What the cosine falls to, as a share of the learning rate. */
  readonly learningRateFloor: number;
  readonly warmup: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly seed: number;
  /** Several short examples in one row, each blind to the others. */
  readonly packing: boolean;
  readonly workers: number;
  /** Positions of a micro-batch. */
  readonly tokenBudget: number;
  readonly evaluationSplit: "heldOut" | "validation";
  readonly evaluationSamples: number;
  readonly evaluationProblems: number;
  readonly evaluationTemperature: number;
  readonly maxCompletionTokens: number;
  readonly keepEvery: number;
}

/**
 * Two to three epochs and a cosine to a tenth, as R1's fine-tuning (arXiv:2501.12948, supplement); the rate is for
 * models of under a million parameters.
 */
export const SFT_DEFAULTS: Omit<SftOptions, "base" | "data"> = {
  task: "",
  template: "",
  epochs: 3,
  batchSize: 64,
  learningRate: 1e-3,
  learningRateFloor: 0.1,
  warmup: 10,
  weightDecay: 0,
  clipNorm: 1,
  seed: 1,
  packing: true,
  workers: 2,
  tokenBudget: DEFAULT_TOKEN_BUDGET,
  evaluationSplit: "heldOut",
  evaluationSamples: 4,
  evaluationProblems: 0,
  evaluationTemperature: 1,
  maxCompletionTokens: 256,
  keepEvery: 100,
  lora: 0,
  loraAlpha: 0,
  loraTargets: LORA_TARGETS,
};

/** @throws OptionError naming the option, what was expected and what came */
export function resolveSftOptions(
  options: Partial<SftOptions> & Pick<SftOptions, "base" | "data">,
  bySize: Partial<SftOptions> = {},
): SftOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved = { ...SFT_DEFAULTS, ...bySize, ...given } as SftOptions;
  for (const name of [
    "epochs",
    "batchSize",
    "workers",
    "evaluationSamples",
    "maxCompletionTokens",
    "keepEvery",
  ] as const)
    integerOption(name, resolved[name], 1, 1_000_000);
  for (const name of ["warmup", "seed", "evaluationProblems"] as const) integerOption(name, resolved[name], 0);
  for (const name of ["learningRate", "learningRateFloor", "weightDecay"] as const)
    numberOption(name, resolved[name], 0);
  checkTemplateChoice(resolved.template);
  numberOption("clipNorm", resolved.clipNorm, 1e-6);
  numberOption("evaluationTemperature", resolved.evaluationTemperature, 0.01, 10);
  integerOption("tokenBudget", resolved.tokenBudget, 16);
  checkLoraOptions(resolved);
  return resolved;
}
