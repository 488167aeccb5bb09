import { optionGroup, pick, type OptionSet } from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";

/** The options of a measurement of the machine. */
export const BENCH = {
  engine: optionGroup("engine", ENGINE.title, pick(ENGINE.options, "workers")),
} as const satisfies OptionSet;
