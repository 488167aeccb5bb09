import { choice, integer, optionGroup, pick, text, type OptionSet } from "../options/index.ts";
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
  peer: optionGroup("peer", "Beside another trainer", {
    against: choice(["none", "trl"], {
      fallback: "none",
      flag: "--against <trainer>",
      help: "times the steps of a recipe here and by this trainer, in turns on the same problems and rewards; nothing else is measured then",
    }),
    python: text({ fallback: "python3", flag: "--python <path>", help: "the Python that has the other trainer" }),
    recipe: text({
      fallback: "",
      flag: "--recipe <file-or-run>",
      help: "whose steps are timed: a file of options or a run",
      otherwise: "aha zero's defaults",
    }),
    timedSteps: integer({
      from: 3,
      to: 1000,
      fallback: 12,
      flag: "--timed-steps <n>",
      help: "steps of each turn; the first two warm up",
    }),
    turns: integer({ from: 1, to: 100, fallback: 2, flag: "--turns <n>", help: "turns of each side" }),
    peerPrecision: choice(["float32", "bfloat16"], {
      fallback: "float32",
      flag: "--peer-precision <type>",
      help: "of the other trainer's weights",
    }),
    peerBatch: integer({
      from: 0,
      fallback: 0,
      flag: "--peer-batch <n>",
      help: "completions that the other trainer computes gradients of at once",
      otherwise: "64; 4 for a large model",
    }),
  }),
} as const satisfies OptionSet;
