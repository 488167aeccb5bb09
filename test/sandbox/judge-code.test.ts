import { writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeLineResult } from "../../src/cli/commands/verify-code.ts";
import { dataTask } from "../../src/data/open-data-task.ts";
import { createJudge } from "../../src/judging/create-judge.ts";
import { openExecutor } from "../../src/sandbox/code-executor.ts";

test("a task of data with tests is judged by running answers", { timeout: 120_000 }, async () => {
  const file = join(mkdtempSync(join(tmpdir(), "aha-code-")), "rows.jsonl");
  const row = { text: "Write add(a, b).", test_list: ["assert add(1, 2) == 3", "assert add(-1, 1) == 0"], task_id: 1 };
  const other = { text: "Write twice(x).", test_list: ["assert twice(2) == 4", "assert twice(0) == 0"], task_id: 2 };
  writeFileSync(file, [row, other].map((each) => JSON.stringify(each)).join("\n"));
  const task = await dataTask(file);
  expect(task.warnings.join(" ")).toContain("fewer than 5 test cases");
  const judge = createJudge(task, undefined, { codeSeconds: 2 });
  try {
    const problem = task.problems("train").find(({ question }) => question.includes("add"))!;
    const answers = ["```python\ndef add(a, b):\n    return a + b\n```", "def add(a, b): return 3", "no program"];
    const rollouts = answers.map((answer) => ({
      problem,
      prompt: "p",
      text: `<think>x</think> <answer>${answer}</answer>`,
      stop: "end" as const,
    }));
    const judged = await judge.judge(rollouts);
    expect(judged.map(({ verdict }) => verdict.kind)).toEqual(["right", "wrong", "wrong"]);
  } finally {
    await judge.stop();
    await task.close();
  }
});

test("lines of programs get a verdict each, whatever they are", { timeout: 120_000 }, async () => {
  const runner = openExecutor({ workers: 1 });
  const line = (fields: object): string => JSON.stringify(fields);
  const judge = (text: string): Promise<object> => codeLineResult(text, 2, { runner, language: "javascript" });
  const task = { cases: [{ stdin: "2\n", out: "4" }] };
  try {
    expect(await judge(line({ id: 7, kind: "stdio", task, code: "print(2 * Number(readline()))" }))).toEqual({
      id: 7,
      verdict: "right",
      reason: "all tests passed",
    });
    expect(await judge(line({ id: "a", kind: "stdio", task, code: "print(5)" }))).toMatchObject({
      id: "a",
      verdict: "wrong",
    });
    expect(
      await judge(
        line({
          id: 1,
          kind: "function",
          language: "python",
          task: { entry: "f", test: "assert candidate(1) == 2" },
          code: "def f(x): return x + 1",
        }),
      ),
    ).toMatchObject({ verdict: "right" });
    for (const bad of [
      "{",
      "[]",
      line({ id: 1, kind: "stdio", task, code: null }),
      line({ kind: "odd", task, code: "" }),
      line({ kind: "function", task, code: "" }),
    ])
      expect(await judge(bad)).toMatchObject({ verdict: "unverifiable", error: true });
  } finally {
    await runner.stop();
  }
});
