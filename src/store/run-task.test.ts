import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { taskOfRun } from "./run-task.ts";

test("a task of the package by its name", () => {
  expect(taskOfRun({ kind: "zero", task: "countdown" })?.attempts?.("1 + 1 = 2 no")).toHaveLength(1);
});

test("a module that a run names is not loaded, and nothing else is a task", () => {
  const path = join(temporaryFolder(), "task.mjs");
  writeFileSync(path, 'throw new Error("this must not run");');
  for (const task of [path, `file://${path}`, "toString", "__proto__", "", null, 7, undefined])
    expect(taskOfRun({ kind: "zero", task })).toBeNull();
});
