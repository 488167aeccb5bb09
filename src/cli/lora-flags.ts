import type { Command } from "commander";
import { decimalOf, integerOf, namesOf } from "./flags.ts";

/** The flags of commands that can train an adapter in the place of the weights. */
export interface LoraFlags {
  readonly lora?: number;
  readonly loraAlpha?: number;
  readonly loraTargets?: readonly string[];
}

export function addLoraFlags(command: Command): void {
  command
    .option("--lora <rank>", "train an adapter of this rank in the place of the weights", integerOf)
    .option("--lora-alpha <a>", "its change counts a / rank times (default: twice the rank)", decimalOf)
    .option("--lora-targets <names>", "the linear layers that get one, by comma (default: all)", namesOf);
}
