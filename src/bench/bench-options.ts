import { choice, optionGroup, pick, type OptionSet } from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";

/** The options of a measurement of the machine. */
export const BENCH = {
  engine: optionGroup("engine", ENGINE.title, {
    ...pick(ENGINE.options, "workers"),
    device: choice(["cpu", "webgpu", "cuda", "all"], {
      fallback: "cpu",
      flag: "--device <name>",
      help: "what is measured: the processor, a GPU, or the processor and every GPU that works here",
    }),
  }),
} as const satisfies OptionSet;
