import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRepositoryExecutor } from "../../src/sandbox/repository/repository-executor.ts";
import { checkRepositoryTask } from "../../src/sandbox/repository/check-task.ts";
import type { Executor } from "../../src/sandbox/executor.ts";
import { missingForRepositories } from "./missing.ts";
import { RUNNER_TASKS } from "./runner-tasks.ts";

const lacking = missingForRepositories();

for (const [name, task] of Object.entries(RUNNER_TASKS)) {
  const missing = lacking ?? task.missing;
  describe.skipIf(missing !== undefined)(`${name} (${missing ?? "it is here"})`, () => {
    let executor: Executor;
    let folder: string;
    beforeAll(() => {
      executor = openRepositoryExecutor(1);
      folder = task.make({ allowedWords: ["*"], budgets: { runSeconds: 9, memoryMegabytes: 1500 } });
    });
    afterAll(async () => {
      await executor.stop();
      rmSync(folder, { recursive: true });
    });

    test("the edits that solve it pass three times, and none fail", async () => {
      const made = task.make();
      expect(await checkRepositoryTask(made)).toMatchObject({
        withoutEdits: expect.stringContaining("didn't pass") as string,
      });
      rmSync(made, { recursive: true });
    });

    test.each(Object.entries(task.attacks))("an answer that %s is wrong", async (what, code) => {
      const { verdict, failed } = await executor.execute({ kind: "repository", folder }, task.attack(code));
      expect(failed).toBe(false);
      // Where this machine is busy, the base commit takes long too, and a time-out says nothing.
      expect(what === "runs for ever" ? ["wrong", "unverifiable"] : ["wrong"]).toContain(verdict.kind);
    });

    test("right edits are right after them", async () => {
      expect(await executor.execute({ kind: "repository", folder }, task.gold)).toEqual({
        failed: false,
        verdict: { kind: "right" },
      });
    });
  });
}
