import { COMMON, decimal, integer, optionGroup, text, toggle, type GroupValues } from "../options/index.ts";

/** What a run of reinforcement learning is, and when it ends. */
export const RUN = optionGroup("", "The run", {
  task: COMMON.task,
  /** Empty for what fits the base. */
  template: text({
    fallback: "",
    flag: "--template <name-or-file>",
    help: "how problems are put: compact, r1-zero, chat, or a file with {question}",
    otherwise: "what fits the base",
  }),
  steps: COMMON.steps,
  /** A run that stops by the clock is not replayed to the byte; 0 for no such limit. */
  minutes: decimal({
    from: 0,
    fallback: 0,
    flag: "--minutes <m>",
    help: "stop after so many minutes of training",
    otherwise: "no such limit",
  }),
  seed: COMMON.seed,
  keepEvery: integer({
    from: 1,
    to: 1_000_000,
    fallback: 20,
    flag: "--keep-every <n>",
    help: "keep a checkpoint for good every so many steps; the newest is always kept",
  }),
  /** Behind so many steps, or the first step so many seconds after the last one (training/checkpoint-rule.ts). */
  checkpointEvery: text({
    fallback: "1",
    flag: "--checkpoint-every <n>",
    help: "write a checkpoint every so many steps, or seconds: 5, 60s; a resume does the steps since again",
  }),
  preflight: toggle({ fallback: true, flag: "--no-preflight", help: "start without the preflight" }),
});

export type RunOptions = GroupValues<typeof RUN>;
