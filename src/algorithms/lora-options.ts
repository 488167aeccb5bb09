import { integerOption, numberOption, OptionError, show } from "../errors.ts";
import { LORA_TARGETS, type LoraTarget } from "../model/lora-targets.ts";
import { initialAdapter } from "../model/lora.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import { randomKey, splitKey } from "../random.ts";

/** What is trained in the place of the weights (LoRA). */
export interface LoraOptions {
  /** Rank of the adapter; 0 trains all weights. */
  readonly lora: number;
  /** The adapter's change counts alpha / rank times; 0 for twice the rank. */
  readonly loraAlpha: number;
  /** The linear layers that get one, by the last part of their names. */
  readonly loraTargets: readonly LoraTarget[];
}

/** @throws OptionError naming the option, what was expected and what came */
export function checkLoraOptions({ lora, loraAlpha, loraTargets }: LoraOptions): void {
  integerOption("lora", lora, 0, 4096);
  numberOption("loraAlpha", loraAlpha, 0);
  const unknown = loraTargets.find((target) => !LORA_TARGETS.includes(target));
  if (unknown !== undefined || loraTargets.length === 0)
    throw new OptionError(
      `Expected \`loraTargets\` to be some of ${LORA_TARGETS.join(", ")}, got ${show(unknown ?? "nothing")}.`,
    );
}

/**
 * The model with the adapter that is to be trained: its own, where it goes on with one, else a new one that changes
 * nothing.
 *
 * @param base how the adapter names its base
 */
export function withAdapter(
  model: Checkpoint,
  options: LoraOptions & { readonly seed: number },
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
