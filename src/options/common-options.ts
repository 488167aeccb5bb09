import { integer, text } from "./option.ts";

/** What a job of nearly every kind has. */
export const COMMON = {
  /** A task's name, or the path of a module whose default export is one, or of a folder of repository tasks. */
  task: text({
    fallback: "countdown",
    flag: "--task <name>",
    help: "a task by name, or the path of a module whose default export is one or of a folder of repository tasks",
  }),
  steps: integer({ from: 0, fallback: 110, flag: "--steps <n>", help: "stop after so many steps" }),
  seed: integer({ from: 0, fallback: 1, flag: "--seed <n>", help: "the same seed gives the same run" }),
} as const;
