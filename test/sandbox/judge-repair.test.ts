import { afterAll, beforeAll, expect, test } from "vitest";
import { SPLITS } from "../../src/records/problem.ts";
import { CODE_LANGUAGES } from "../../src/records/execution.ts";
import { openExecutor } from "../../src/sandbox/code-executor.ts";
import type { Executor } from "../../src/sandbox/executor.ts";
import { createRepair } from "../../src/tasks/repair/repair.ts";
import { REPAIR_TEMPLATES } from "../../src/tasks/repair/templates.ts";

const task = createRepair();
let executor: Executor;
beforeAll(() => {
  executor = openExecutor({ workers: 1 });
});
afterAll(() => executor.stop());

const all = SPLITS.flatMap((split) => task.problems(split));

test.each(CODE_LANGUAGES)(
  "every function in %s is right in the sandbox, and wrong with a bug",
  async (language) => {
    for (const { name } of REPAIR_TEMPLATES) {
      const problem = all.find(({ data }) => data.template === name && data.language === language)!;
      const { edits: _edits, ...whole } = task.execution!(problem) as { edits: string; kind: "code" } & object;
      const run = (source: string): Promise<unknown> => executor.execute(whole as never, source);
      expect([name, await run(problem.data.right)]).toEqual([name, { verdict: { kind: "right" }, failed: false }]);
      expect([name, await run(problem.data.source)]).toMatchObject([
        name,
        { verdict: { kind: "wrong" }, failed: false },
      ]);
    }
  },
  120_000,
);

test("an answer edits the function, and is wrong where it can't", async () => {
  const problem = task.problems("train").find(({ data }) => data.language === "javascript")!;
  const [wrong, right] = [problem.data.source, problem.data.right].map((text) => text.split("\n"));
  const line = wrong!.findIndex((text, place) => text !== right![place]);
  const answer = `${wrong![line]!.trim()} => ${right![line]!.trim()}`;
  const judge = (text: string): Promise<unknown> => executor.execute(task.execution!(problem), text);
  expect(await judge(answer)).toEqual({ verdict: { kind: "right" }, failed: false });
  expect(await judge("nothing => something")).toEqual({
    verdict: { kind: "wrong", reason: 'no line is "nothing"' },
    failed: false,
  });
  expect(await judge(`${wrong![line]!.trim()} => throw 1`)).toMatchObject({ verdict: { kind: "wrong" } });
}, 60_000);
