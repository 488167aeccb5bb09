import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { OptionError, TaskError } from "../errors.ts";
import { loadTask } from "./load-task.ts";
import { findTask, TASK_NAMES } from "./registry.ts";

const folder = mkdtempSync(join(tmpdir(), "aha-task-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROBLEM = '{ id: "a", split: "train", question: "?", compactQuestion: "?", difficulty: 0, data: null }';

/** Writes a module and gives its path. */
function moduleOf(name: string, code: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, code);
  return path;
}

test("the package brings five tasks", () => {
  expect(TASK_NAMES).toEqual([
    "countdown",
    "countdown-4",
    "countdown-bilingual",
    "arithmetic",
    "number-words",
    "repair",
  ]);
});

test.each(["countdown", "countdown-4", "countdown-bilingual", "arithmetic", "number-words", "repair"])(
  "%s is found by its name, made once",
  async (name) => {
    const task = await loadTask(name);
    expect(task.name).toBe(name);
    expect(findTask(name)).toBe(task);
  },
);

test.each(["countdwon", "__proto__", "constructor", ""])("%j is no task", async (name) => {
  await expect(loadTask(name)).rejects.toThrow(OptionError);
  await expect(loadTask(name)).rejects.toThrow(/countdown, countdown-4, countdown-bilingual, arithmetic/);
});

test("a module's default export is a task", async () => {
  const path = moduleOf(
    "good",
    `export default { name: "good", verify: () => true, problems: (split) => (split === "train" ? [${PROBLEM}] : []) };`,
  );
  const task = await loadTask(path);
  expect(task.problems("train").map(({ id }) => id)).toEqual(["a"]);
});

test.each([
  [
    "no-default",
    "export const task = 1;",
    /no-default\.mjs" to be a task with a name, problems and verify, got undefined; make it with defineTask/,
  ],
  ["no-verify", 'export default { name: "x", problems: () => [] };', /a task with a function verify/],
  ["no-problems", 'export default { name: "x", verify: () => true };', /a task with a function problems/],
  [
    "no-list",
    'export default { name: "x", verify: () => true, problems: () => 3 };',
    /a list of problems for the split corpus/,
  ],
  [
    "no-id",
    'export default { name: "x", verify: () => true, problems: () => [{}] };',
    /problems that have an id and a question \(split corpus\)/,
  ],
  [
    "twice",
    `export default { name: "x", verify: () => true, problems: () => [${PROBLEM}] };`,
    /ids that come once, but "a" comes twice/,
  ],
  ["throws", 'throw new Error("at load");', /can't be loaded: "at load"/],
  ["no-syntax", "export default {", /can't be loaded/],
])("a module that is wrong (%s) is a TaskError", async (name, code, message) => {
  const path = moduleOf(name, code);
  await expect(loadTask(path)).rejects.toThrow(TaskError);
  await expect(loadTask(path)).rejects.toThrow(message);
});

test("a missing module is a TaskError", async () => {
  await expect(loadTask(join(folder, "missing.mjs"))).rejects.toThrow(TaskError);
});

test("what a task says of itself is told in full, and once", async () => {
  const said = `Expected the task tiny to have more problems. ${"x".repeat(400)}`;
  const path = moduleOf(
    "says",
    `class TaskError extends Error { name = "TaskError" } throw new TaskError(${JSON.stringify(said)});`,
  );
  await expect(loadTask(path)).rejects.toThrow(new TaskError(said));
});

test.each(["qa.jsonl", "./qa.csv", "data/train.parquet"])("%s is data, and no module", async (path) => {
  await expect(loadTask(path)).rejects.toThrow("name them as `data`");
});

test("a misspelt name gets the nearest, another one the way to a module", async () => {
  await expect(loadTask("countdwn")).rejects.toThrow("Did you mean countdown?");
  await expect(loadTask("chess")).rejects.toThrow("a module of your own is named by its path");
});
