import { readFileSync } from "node:fs";
import { canonicalJson } from "../../host/canonical-json.ts";
import { sha256Of } from "../../host/sha256.ts";
import type { BundledExecution, Execution } from "../../records/execution.ts";
import type { Problem } from "../../records/problem.ts";
import { folderSha256 } from "../../store/folder-sha256.ts";
import { moduleSha256 } from "../../store/trusted-tasks.ts";
import { SANDBOX_VERSION } from "../../sandbox/executor.ts";
import { normalisedEdits } from "../../tasks/edits/parse-edits.ts";
import { isTaskModule } from "../../tasks/load-task.ts";
import type { Work } from "./evaluation-queue.ts";

/** Verifiers come with the package: another version may judge otherwise. */
const VERSION = (
  JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { readonly version: string }
).version;

/**
 * SHA-256 of all that decides on a verdict: what is run or asked, the answer, and the version of what judges; 64
 * hexadecimal digits. A program's line ends and what it ends with decide nothing, nor does what stands around edits.
 * Modules that a task's module imports are not looked at.
 *
 * @throws TaskError for the folder of a repository task that can't be read
 */
export function contentKey(work: Work): string {
  const judged =
    work.kind === "execution"
      ? { ...work, answer: normalised(work.execution, work.answer), execution: contentOf(work.execution) }
      : { ...work, task: needsOf(work) };
  return sha256Of(canonicalJson([VERSION, SANDBOX_VERSION, judged]));
}

/** What an evaluator must have to judge something: a sandbox of a kind, or a task as it is now. */
export function needsOf(work: Work): string {
  return work.kind === "execution" ? work.execution.kind : taskNeed(work.task);
}

/** The same of a task by its name or its module's path. */
export function taskNeed(task: string): string {
  return isTaskModule(task) ? `module:${moduleSha256(task) ?? task}` : `task:${task}`;
}

/** The problem where JSON gives it back as it is; its id where not. */
export function sentProblem(problem: Problem): Problem | string {
  return isJson(problem, 0) ? problem : problem.id;
}

const DEEPEST = 16;

function isJson(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value !== "object" || depth > DEEPEST) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if ((prototype !== Object.prototype && prototype !== null) || Object.hasOwn(value, "__proto__")) return false;
  return Object.values(value).every((item) => isJson(item, depth + 1)) && !Object.hasOwn(value, "toJSON");
}

function normalised({ kind }: Execution | BundledExecution, answer: string): string {
  return kind === "code" ? answer.replaceAll("\r\n", "\n").trimEnd() : normalisedEdits(answer);
}

const folders = new Map<string, string>();

/** Of a repository task its files and what its repository's names stand for, as they are when it is first asked. */
function contentOf(execution: Execution | BundledExecution): object {
  if (execution.kind !== "repository") return execution;
  const { folder } = execution;
  let digest = folders.get(folder);
  if (digest === undefined) folders.set(folder, (digest = folderSha256(folder)));
  return { ...execution, folder: digest };
}
