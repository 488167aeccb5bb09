import type { ModelConfig } from "../model/model-config.ts";
import { isLarge } from "../update/policy-size.ts";
import type { ZeroOptions } from "./zero-options.ts";

type BySize = Pick<ZeroOptions, "tokenBudget" | "learningRate" | "problemsPerStep" | "keepEvery">;

/** What is chosen by a model's size where nothing else is said; nothing for the small ones, for which the defaults are made. */
export function sizeDefaults(config: ModelConfig, lora: number): Partial<BySize> {
  if (!isLarge(config)) return {};
  return { tokenBudget: 1024, problemsPerStep: 16, learningRate: lora > 0 ? 3e-4 : 1e-5, keepEvery: 1_000_000 };
}
