import type { SftOptions } from "./sft-groups.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/** Checkpoints of a large model are large: the newest is kept, and no other. */
const NEWEST_ALONE = 1_000_000;
/**
 * One of all weights and their moments takes seconds to write (1.6 GB for 135 M parameters), so it comes by the clock.
 * One of an adapter takes none to speak of, and comes behind each step.
 */
const EACH_MINUTE = "60s";

function ofAllWeights(lora: number): { readonly checkpointEvery?: string } {
  return lora > 0 ? {} : { checkpointEvery: EACH_MINUTE };
}

/** What RL of a large model has where nothing is said. An adapter learns faster than all weights. */
export function largeZeroDefaults(lora: number): Partial<ZeroOptions> {
  return { problemsPerStep: 16, learningRate: lora > 0 ? 3e-4 : 1e-5, keepEvery: NEWEST_ALONE, ...ofAllWeights(lora) };
}

/** The same for fine-tuning. */
export function largeSftDefaults(lora: number): Partial<SftOptions> {
  return { batchSize: 16, learningRate: lora > 0 ? 2e-4 : 2e-5, keepEvery: NEWEST_ALONE, ...ofAllWeights(lora) };
}
