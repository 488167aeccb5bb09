import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findTask } from "../tasks/index.ts";
import { openDataTask, pickData } from "./open-data-task.ts";
import { ProblemFinder } from "./problem-finder.ts";
import { MOST_LISTED, type DataTask } from "./task-from-data.ts";

async function dataOf(rows: number): Promise<DataTask> {
  const path = join(mkdtempSync(join(tmpdir(), "aha-finder-")), "data.jsonl");
  const lines = Array.from(
    { length: rows },
    (_, i) => `{"question":"Which number comes after ${i}?","answer":"${i + 1}"}`,
  );
  writeFileSync(path, `${lines.join("\n")}\n`);
  return openDataTask(pickData({ data: path, goldKind: "text" }));
}

test("a task's problems are found in every split, and nothing else is", () => {
  const finder = new ProblemFinder(findTask("countdown"));
  const [problem] = findTask("countdown").problems("heldOut");
  expect(finder.find(problem!.id)).toBe(problem);
  for (const id of ["", "nobody", "__proto__", "constructor"]) expect(finder.find(id)).toBeUndefined();
});

test("of the same questions for all, each split's own name is found", async () => {
  const task = await dataOf(5);
  const finder = new ProblemFinder(task);
  for (const split of ["train", "validation", "heldOut"] as const)
    for (const problem of task.problems(split)) expect(finder.find(problem.id)).toBe(problem);
});

test("of data too long for a list, problems are read by their names", async () => {
  const task = await dataOf(MOST_LISTED + 40_000);
  try {
    expect(() => task.problems("train")).toThrow();
    const finder = new ProblemFinder(task);
    for (const split of ["train", "heldOut"] as const)
      for (const index of [0, 77, task.dataset(split).length - 1]) {
        const problem = await task.dataset(split).at(index);
        expect(await finder.find(problem.id)).toEqual(problem);
      }
    for (const id of ["0000000000000000", "00", "x".repeat(16)]) expect(finder.find(id)).toBeUndefined();
  } finally {
    await task.close();
  }
}, 120_000);
