import { sha256OfLines } from "../host/sha256.ts";
import type { Dataset } from "../records/dataset.ts";
import type { Problem, Split } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";

/** A task's problems of a split, read one by one: those of a data set that need not be in memory, or a list's. */
export function problemSet(task: Task, split: Split): Dataset<Problem> {
  return task.dataset?.(split) ?? listed(`${task.name}/${split}`, task.problems(split));
}

/** A task's general prompts to train on. */
export function generalSet(task: Task): Dataset<Problem> {
  return listed(`${task.name}/general`, task.general!.problems("train"));
}

/** A data set over a list. */
export function listed<Row extends { readonly id: string }>(name: string, rows: readonly Row[]): Dataset<Row> {
  return {
    name,
    get digest(): string {
      return sha256OfLines(rows.map((row) => JSON.stringify(row)));
    },
    length: rows.length,
    at: (index) => Promise.resolve(rows[index]!),
  };
}
