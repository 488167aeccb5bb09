import { firstAtLeast } from "../numbers/first-at-least.ts";
import { SPLITS, type Problem } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";
import { isDataTask, MOST_LISTED, type DataTask } from "./task-from-data.ts";

/** Finds a task's problems by their ids, of all its splits. */
export class ProblemFinder {
  /** Of those in lists. */
  private readonly listed: ReadonlyMap<string, Problem>;
  /** With splits that are too long for a list. */
  private readonly large: DataTask | undefined;

  /** @param general whether general prompts are found too, on which no rule decides */
  constructor(task: Task, { general = false }: { readonly general?: boolean } = {}) {
    const data = isDataTask(task) ? task : undefined;
    const short = SPLITS.filter((split) => data === undefined || data.dataset(split).length <= MOST_LISTED);
    this.large = short.length < SPLITS.length ? data : undefined;
    const prompts = general ? SPLITS.flatMap((split) => task.general?.problems(split) ?? []) : [];
    const problems = [...short.flatMap((split) => task.problems(split)), ...prompts];
    this.listed = new Map(problems.map((problem) => [problem.id, problem]));
  }

  /** How many problems are in lists. */
  get size(): number {
    return this.listed.size;
  }

  find(id: string): Problem | undefined | Promise<Problem | undefined> {
    return this.listed.get(id) ?? this.findLarge(id);
  }

  private findLarge(id: string): Promise<Problem> | undefined {
    const { large } = this;
    const index = large?.file.index.find(id) ?? -1;
    if (large === undefined || index < 0) return undefined;
    for (const split of ["train", "validation", "heldOut"] as const) {
      const indices = large.file.indices[split];
      const place = firstAtLeast(indices, index);
      if (indices[place] === index) return large.dataset(split).at(place);
    }
    return undefined;
  }
}
