import { DEFAULT_TOKEN_BUDGET } from "../policy/gradients/token-budget.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { isLarge } from "../policy/local/policy-size.ts";
import type { SftOptions } from "./sft-groups.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/** Checkpoints of a large model are large: the newest is kept, and no other. */
const NEWEST_ALONE = 1_000_000;

/**
 * What RL chooses by a model's size where nothing else is said; nothing for the small ones, for which the defaults are
 * made.
 */
export function zeroSizeDefaults(config: ModelConfig, lora: number): Partial<ZeroOptions> {
  if (!isLarge(config)) return {};
  return {
    tokenBudget: DEFAULT_TOKEN_BUDGET,
    problemsPerStep: 16,
    learningRate: lora > 0 ? 3e-4 : 1e-5,
    keepEvery: NEWEST_ALONE,
  };
}

/** The same for fine-tuning. */
export function sftSizeDefaults(config: ModelConfig, lora: number): Partial<SftOptions> {
  if (!isLarge(config)) return {};
  return { batchSize: 16, learningRate: lora > 0 ? 2e-4 : 2e-5, keepEvery: NEWEST_ALONE };
}
