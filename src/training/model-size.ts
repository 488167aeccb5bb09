import type { ModelConfig } from "../model/model-config.ts";
import { isLarge } from "../policy/local/policy-size.ts";
import { largeSftDefaults, largeZeroDefaults } from "./large-defaults.ts";
import type { SftOptions } from "./sft-groups.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/**
 * What RL chooses by a model's size where nothing else is said; nothing for the small ones, for which the defaults are
 * made.
 */
export function zeroSizeDefaults(config: ModelConfig, lora: number): Partial<ZeroOptions> {
  return isLarge(config) ? largeZeroDefaults(lora) : {};
}

/** The same for fine-tuning. */
export function sftSizeDefaults(config: ModelConfig, lora: number): Partial<SftOptions> {
  return isLarge(config) ? largeSftDefaults(lora) : {};
}
