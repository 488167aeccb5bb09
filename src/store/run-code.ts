import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeNewFile } from "../host/plain-files.ts";
import { RunError, show } from "../errors.ts";
import { isRemotePath } from "../text/local-path.ts";
import { checkTaskPath, isTaskFolder, isTaskModule } from "../tasks/load-task.ts";
import { TASK_NAMES } from "../tasks/registry.ts";
import type { RunConfig } from "../records/run-event.ts";
import { isTrustedTask, moduleSha256, trustTask } from "./trusted-tasks.ts";

/** A run, as far as it says what it was trained on. */
export interface RunWithTask {
  readonly folder: string;
  readonly config: RunConfig;
}

/**
 * The task that a run's model is asked: the one that the user gave, or that of the run where it comes with the package.
 * A run may come from anywhere, so a module that it names is not run unless the user names it himself.
 *
 * @param given what the user named; empty for nothing
 * @returns empty where neither names one
 * @throws RunError where the run names code, saying what to type
 */
export function taskToAsk({ folder, config }: RunWithTask, given: string = ""): string {
  if (given !== "") return given;
  const task = taskNamed(folder, config);
  if (task === "" || TASK_NAMES.includes(task)) return task;
  throw namesCode(folder, task);
}

/**
 * The task that a run goes on with: the run's own, where it comes with the package, where the user names the same, or
 * where the run recorded the module's hash, the module is so still, and this user has run that very file before. What
 * the module imports is not looked at.
 *
 * @param given what the user named; undefined for nothing
 * @throws RunError where the run names code, or another task than the user
 */
export function taskToResume({ folder, config }: RunWithTask, given?: string): string {
  const task = taskNamed(folder, config);
  if (task === "" || TASK_NAMES.includes(task)) {
    if (given === undefined || given === task) return task;
    throw otherTask(folder, task, given);
  }
  if (given === undefined) {
    if (isTaskModule(task) && isOwnModule(task, config["taskSha256"])) return task;
    throw namesCode(folder, task);
  }
  if (!isTaskModule(given)) throw otherTask(folder, task, given);
  checkTaskPath(given);
  const found = moduleSha256(given);
  const isSame = resolve(task) === resolve(given) || (found !== null && found === config["taskSha256"]);
  if (!isSame) throw otherTask(folder, task, given);
  return given;
}

/**
 * What a run's config records of the module that its user gave, which is remembered as his.
 *
 * @param onNote told where it can't be remembered
 */
export async function recordedTask(
  task: string,
  onNote: (text: string) => void,
): Promise<{ readonly task?: string; readonly taskSha256?: string }> {
  if (!isTaskModule(task)) return {};
  checkTaskPath(task);
  const taskSha256 = moduleSha256(task);
  if (taskSha256 === null) return {};
  if (!(await trustTask(task, taskSha256))) {
    onNote(`The module ${show(task)} can't be remembered as yours; give \`task\` to go on with the run after a stop.`);
  }
  // Whoever asks the run from another folder finds it too.
  return { task: resolve(task), taskSha256 };
}

/** Keeps a copy of a task's module in the folder of its run, to be read: it is not run from there. */
export function keepTaskSource(runFolder: string, task: string): void {
  if (!isTaskModule(task) || isTaskFolder(task)) return;
  writeNewFile(join(runFolder, TASK_SOURCE), readFileSync(task, "utf8"));
}

/** Where a run has the copy of its task's module. */
const TASK_SOURCE = "task-source.txt";

function taskNamed(folder: string, config: RunConfig): string {
  const task = config["task"] ?? "";
  if (typeof task === "string") return task;
  const came = `${show(task)}; it is damaged or made by hand, and \`task\` says what it is asked`;
  throw new RunError(`Expected \`task\` of the run in ${show(folder)} to be a name, got ${came}.`);
}

function isOwnModule(task: string, recorded: unknown): boolean {
  // To look at a file on a share is to greet its machine.
  const found = isRemotePath(task) ? null : moduleSha256(task);
  return found !== null && found === recorded && isTrustedTask(task, found);
}

function namesCode(folder: string, task: string): RunError {
  const run = show(folder);
  if (!isTaskModule(task)) {
    const known = `give one of ${TASK_NAMES.join(", ")}, or a module's path, as \`task\``;
    return new RunError(`The run in ${run} names the task ${show(task)}, which this version doesn't have; ${known}.`);
  }
  if (isRemotePath(task)) {
    const todo = "it is never run from there. Copy it here, look at it, then give its path as `task`";
    return new RunError(`The run in ${run} names code that isn't on this machine, ${show(task)}; ${todo}.`);
  }
  // What is typed in a shell must not be a command of a stranger's.
  const typed = /^[\w./\\:@+][\w./\\:@+-]{0,99}$/.test(task) ? `\`task: ${task}\`` : "its path as `task`";
  return new RunError(`The run in ${run} names code, ${show(task)}; look at it, then give ${typed} to run it.`);
}

function otherTask(folder: string, task: string, given: string): RunError {
  const differs = `was trained on ${task === "" ? "no task" : show(task)}, got \`task\` ${show(given)}`;
  return new RunError(`The run in ${show(folder)} ${differs}; it goes on with its own, so leave it out or start anew.`);
}
