import { OptionError, show, textArgument } from "../errors.ts";
import { nearestName } from "../options/index.ts";
import { createArithmetic } from "./arithmetic/arithmetic.ts";
import { createBilingualCountdown } from "./bilingual/bilingual.ts";
import { createCountdown } from "./countdown/countdown.ts";
import { createNumberWords } from "./number-words/number-words.ts";
import { createRepair } from "./repair/repair.ts";
import type { Task } from "./task.ts";

const FAMILIES: Readonly<Record<string, () => Task>> = {
  countdown: () => createCountdown(3) as Task,
  "countdown-4": () => createCountdown(4) as Task,
  "countdown-bilingual": () => createBilingualCountdown() as Task,
  arithmetic: () => createArithmetic() as Task,
  "number-words": () => createNumberWords() as Task,
  repair: () => createRepair() as Task,
};

const made = new Map<string, Task>();

/** The names of the tasks that come with the package. */
export const TASK_NAMES: readonly string[] = Object.keys(FAMILIES);

/** A task by name. @throws OptionError naming those that there are */
export function findTask(name: string): Task {
  textArgument("task", name);
  const known = made.get(name);
  if (known !== undefined) return known;
  const create = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  if (create === undefined)
    throw new OptionError(
      `Expected \`task\` to be one of ${TASK_NAMES.join(", ")}, got ${show(name)}${nearestWords(name)}`,
    );
  const task = create();
  made.set(name, task);
  return task;
}

function nearestWords(name: string): string {
  const nearest = nearestName(name, TASK_NAMES);
  return nearest === undefined
    ? "; a module of your own is named by its path: `./task.js`."
    : `. Did you mean ${nearest}?`;
}
