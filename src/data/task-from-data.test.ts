import { describe, expect, test } from "vitest";
import { dataFile, jsonLines } from "../../test/contracts/data-files.ts";
import { TaskError } from "../errors.ts";
import { SPLITS } from "../records/problem.ts";
import { checkTaskShape } from "../tasks/task-shape.ts";
import type { GoldVerifier } from "./gold-verifier.ts";
import { MOST_LISTED, taskFromData, type DataTask, type TaskFromDataOptions } from "./task-from-data.ts";

const NUMBER: GoldVerifier = {
  verify: (gold, answer) =>
    Number(gold) === Number(answer) ? { kind: "right" } : { kind: "wrong", reason: "another number" },
};

function lines(count: number): string {
  return Array.from({ length: count }, (_, i) =>
    jsonLines({ question: `What is ${i} + 1?`, answer: String(i + 1) }),
  ).join("");
}

async function using<T>(
  content: string,
  use: (task: DataTask) => T,
  options: Partial<TaskFromDataOptions> = {},
): Promise<Awaited<T>> {
  const task = await taskFromData(dataFile("my questions.jsonl", content), {
    verifiers: { number: NUMBER },
    ...options,
  });
  try {
    return await use(task);
  } finally {
    await task.close();
  }
}

test("a file becomes a task that keeps the contract of tasks", async () => {
  await using(lines(200), async (task) => {
    expect(checkTaskShape(task, "it")).toBe(task);
    expect(task.name).toBe("my-questions");
    expect(task.problems("corpus")).toEqual([]);
    for (const split of SPLITS) {
      const dataset = task.dataset(split);
      const rows = [];
      for (let i = 0; i < dataset.length; i++) rows.push(await dataset.at(i));
      expect(rows).toEqual(task.problems(split));
      expect(rows.every((problem) => problem.split === split)).toBe(true);
    }
    const [problem] = task.problems("train");
    expect(problem).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{16}$/) as string, difficulty: 0.5 });
    expect(problem!.data).toEqual({ gold: String(Number(/\d+/.exec(problem!.question)![0]) + 1), kind: "number" });
    expect(task.verify(problem!, `${problem!.data.gold}.0`)).toEqual({ kind: "right" });
    expect(task.verify(problem!, "-1")).toMatchObject({ kind: "wrong" });
    expect(task.warnings).toEqual([expect.stringMatching(/^\d+ questions are kept for measuring: a share/)]);
  });
});

test("one question is trained on and measured, under ids that differ, and that is said", async () => {
  await using(lines(1), (task) => {
    expect(checkTaskShape(task, "it")).toBe(task);
    expect(task.problems("train")).toHaveLength(1);
    expect(task.problems("heldOut")[0]).toMatchObject({ question: "What is 0 + 1?", split: "heldOut" });
    expect(task.warnings[0]).toMatch(
      /^With 1 question there is nothing to keep apart: the model is trained and measured/,
    );
  });
});

test("verifiers of other kinds decide on rows of other kinds", async () => {
  const rows = [
    { question: "q1", answer: "1", metadata: { source_dataset: "chain_sum" } },
    { question: "q2", answer: "abc", metadata: { source_dataset: "caesar_cipher" } },
  ];
  const text: GoldVerifier = {
    verify: (gold, answer) => (gold === answer ? { kind: "right" } : { kind: "wrong", reason: "no" }),
  };
  await using(
    jsonLines(...rows),
    (task) => {
      const [one, two] = task.problems("train");
      expect([one!.data.kind, two!.data.kind]).toEqual(["number", "text"]);
      expect(task.verify(one!, "1.0")).toEqual({ kind: "right" });
      expect(task.verify(two!, "abc")).toEqual({ kind: "right" });
    },
    { verifiers: { number: NUMBER, text } },
  );
});

describe("large data", () => {
  test("give their problems one by one, and no list", async () => {
    await using(lines(MOST_LISTED + 40_000), async (task) => {
      const train = task.dataset("train");
      expect(train.length).toBeGreaterThan(MOST_LISTED);
      expect(() => task.problems("train")).toThrow(TaskError);
      expect(() => task.problems("train")).toThrow(
        /at most 100000 problems as a list, got 1\d+; draw from its `dataset`\.$/,
      );
      // What is measured stays a part that can be measured.
      expect(task.problems("heldOut").length).toBeGreaterThan(9000);
      expect(task.problems("heldOut").length).toBeLessThan(11_000);
      expect(await train.at(train.length - 1)).toEqual(await train.at(train.length - 1));
      await expect(train.at(train.length)).rejects.toThrow(/Expected a problem of my-questions\/train from 0 to/);
    });
  }, 60_000);
});
