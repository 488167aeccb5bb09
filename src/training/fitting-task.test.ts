import { describe, expect, test } from "vitest";
import { listed } from "../data/problem-set.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import type { Dataset } from "../records/dataset.ts";
import type { Problem } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";
import { fitTask, type FittingTask } from "./fitting-task.ts";

/** A token a word. */
const MODEL = {
  config: { maxPositions: 20 },
  tokenizer: { encode: (text: string) => text.split(" ") },
} as unknown as Pick<Checkpoint, "config" | "tokenizer">;

const problem = (place: number, words = 4): Problem => ({
  id: `p${place}`,
  split: "train",
  question: Array.from({ length: words }, () => "w").join(" "),
  compactQuestion: "",
  difficulty: 0.5,
  data: null,
});

/** @param long places whose questions have 30 words */
function taskOf(count: number, long: readonly number[], longest?: Dataset<Problem>["longest"]): Task {
  const problems = Array.from({ length: count }, (_, place) => problem(place, long.includes(place) ? 30 : 4));
  const all = { ...listed("set", problems), ...(longest === undefined ? {} : { longest }) };
  return {
    name: "own",
    problems: () => problems,
    dataset: () => all,
    verify: () => ({ kind: "right" }),
  };
}

const fit = (task: Task, dropLong = false): Promise<FittingTask> =>
  fitTask(MODEL, ({ question }) => question, task, {
    maxCompletionTokens: 8,
    dropLong,
    splits: ["train"],
    general: false,
  });

describe("a small split", () => {
  test("is measured whole: a prompt that is too long is named, or left out", async () => {
    await expect(fit(taskOf(30, [7]))).rejects.toThrow(/1 of 30, the longest of 30 tokens: "p7"/);
    const { task, longestPrompt, note } = await fit(taskOf(30, [7]), true);
    expect([task.dataset!("train").length, longestPrompt]).toEqual([29, 4]);
    expect(note).toMatch(/^1 problems are left out/);
  });
});

describe("a large split", () => {
  // Of 30,000 places every third is not looked at: 2, 5, 8 ...
  const UNSEEN = 5;

  test("has its longest questions measured, where it knows them", async () => {
    const task = taskOf(30_000, [UNSEEN], () => [UNSEEN]);
    await expect(fit(task)).rejects.toThrow(/the longest of 30 tokens: "p5"/);
  });

  test("names a prompt that turns out too long when it is drawn", async () => {
    const { task } = await fit(taskOf(30_000, [UNSEEN]));
    const train = task.dataset!("train");
    expect((await train.at(UNSEEN - 1)).id).toBe("p4");
    await expect(train.at(UNSEEN)).rejects.toThrow(/1 of 30000, the longest of 30 tokens: "p5"\); leave them out/);
  });

  test("or the next one stands for it, always the same", async () => {
    const { task } = await fit(taskOf(30_000, [UNSEEN, UNSEEN + 1, 29_999]), true);
    const train = task.dataset!("train");
    expect((await train.at(UNSEEN)).id).toBe("p7");
    expect((await train.at(UNSEEN)).id).toBe("p7");
    expect((await train.at(29_999)).id).toBe("p0");
  });
});
