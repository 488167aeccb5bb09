import { LORA_TARGETS } from "../model/lora-targets.ts";
import { initialAdapter } from "../model/lora.ts";
import type { EngineOptions } from "../policy/local/engine-options.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import { randomKey, splitKey } from "../random.ts";

/**
 * The model with the adapter that is to be trained: its own, where it goes on with one, else a new one that changes
 * nothing.
 *
 * @param base how the adapter names its base
 */
export function withAdapter(
  model: Checkpoint,
  options: Pick<EngineOptions, "lora" | "loraAlpha" | "loraTargets"> & { readonly seed: number },
  base: string,
): Checkpoint {
  if (options.lora === 0 || model.adapter !== undefined) return model;
  const config = {
    rank: options.lora,
    alpha: options.loraAlpha > 0 ? options.loraAlpha : 2 * options.lora,
    targets: LORA_TARGETS.filter((target) => options.loraTargets.includes(target)),
  };
  return {
    ...model,
    adapter: initialAdapter(model.config, config, base, splitKey(randomKey(options.seed), "adapter")),
  };
}
