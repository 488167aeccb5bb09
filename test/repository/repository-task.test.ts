import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importSweRows } from "../../src/data/import-swe-rows.ts";
import { repositoryTask } from "../../src/data/repository-task.ts";
import { createJudge } from "../../src/judging/create-judge.ts";
import { checkRepositoryTask } from "../../src/sandbox/repository/check-task.ts";
import { SPLITS } from "../../src/records/problem.ts";
import { makeNodeTask, makePythonTask, PYTHON_GOLD } from "./make-tasks.ts";
import { missingForRepositories } from "./missing.ts";

const missing = missingForRepositories();

const newFolder = (): string => mkdtempSync(join(tmpdir(), "aha-tasks-"));

describe.skipIf(missing !== undefined)(
  `tasks of repositories (${missing ?? "bubblewrap, git and pytest are here"})`,
  () => {
    test("a folder of tasks is a task, whose answers are judged by their tests", async () => {
      const above = newFolder();
      for (let place = 0; place < 6; place++) {
        const made = place % 2 === 0 ? makePythonTask({ shownFiles: ["stats/mean.py"] }) : makeNodeTask();
        renameSync(made, join(above, `issue-${place}`));
      }
      const task = await repositoryTask(above);
      const problems = SPLITS.flatMap((split) => task.problems(split));
      // So few are shared by the splits.
      expect([...new Set(problems.map(({ id }) => id.replace(/-[hv]$/, "")))].sort()).toEqual(
        [0, 1, 2, 3, 4, 5].map((place) => `repository:issue-${place}`),
      );
      const python = problems.find(({ id }) => id === "repository:issue-0")!;
      expect(python.question).toContain("`mean([2, 4])` gives 6 instead of 3.");
      expect(python.question).toContain("return sum(values) / (len(values) - 1)");
      expect(python.question).not.toContain("test_mean");
      const judge = createJudge(task as never, undefined);
      const rollout = (answer: string): object => ({
        problem: python,
        prompt: "",
        text: `<answer>${answer}</answer>`,
        stop: "end",
      });
      const judged = await judge.judge([rollout(PYTHON_GOLD), rollout("no idea")] as never);
      expect(judged.map(({ verdict }) => verdict.kind)).toEqual(["right", "wrong"]);
      await judge.stop();
      rmSync(above, { recursive: true });
    });

    test("the example can be judged, and is what its guide shows", async () => {
      const example = new URL("../../examples/repository-tasks/discount-at-100", import.meta.url).pathname;
      expect(await checkRepositoryTask(example)).toMatchObject({ failToPass: 1, passToPass: 2 });
      const guide = readFileSync(new URL("../../docs/guides/repository-tasks.md", import.meta.url), "utf8");
      const shown = /```json\n([^`]*"baseCommit"[^`]*)```/.exec(guide)![1]!;
      expect(JSON.parse(shown)).toEqual(JSON.parse(readFileSync(join(example, "task.json"), "utf8")));
    });

    test("an empty folder is refused in one line", async () => {
      await expect(repositoryTask(newFolder())).rejects.toThrow("Expected a folder of repository tasks");
    });

    test("rows of SWE-bench's form become tasks that can be judged, fetching nothing", async () => {
      const made = makePythonTask();
      const clones = newFolder();
      symlinkSync(join(made, "repository.git"), join(clones, "linked"));
      execFileSync("git", ["clone", "-q", "--bare", join(made, "repository.git"), join(clones, "someone__stats.git")]);
      const { baseCommit } = JSON.parse(readFileSync(join(made, "task.json"), "utf8")) as {
        readonly baseCommit: string;
      };
      const row = {
        instance_id: "someone__stats-1",
        repo: "someone/stats",
        base_commit: baseCommit,
        problem_statement: "The mean is wrong.",
        patch:
          "--- a/stats/mean.py\n+++ b/stats/mean.py\n@@ -5 +5 @@\n-    return sum(values) / (len(values) - 1)\n+    return sum(values) / len(values)\n",
        test_patch:
          "--- a/tests/test_mean.py\n+++ b/tests/test_mean.py\n@@ -1 +1 @@\n-from stats.mean import largest\n+from stats.mean import largest, mean\n@@ -4,2 +4,6 @@\n def test_largest():\n     assert largest([1, 3, 2]) == 3\n+\n+\n+def test_mean():\n+    assert mean([2, 4]) == 3\n",
        FAIL_TO_PASS: '["tests/test_mean.py::test_mean"]',
        PASS_TO_PASS: ["tests/test_mean.py::test_largest"],
      };
      const file = join(clones, "rows.jsonl");
      const out = join(clones, "out");
      writeFileSync(file, `${JSON.stringify(row)}\n`);
      const [folder] = await importSweRows(file, clones, out);
      expect(await checkRepositoryTask(folder!)).toMatchObject({ failToPass: 1, passToPass: 1 });
      const refused = async (change: object): Promise<void> => {
        writeFileSync(file, `${JSON.stringify({ ...row, instance_id: "other", ...change })}\n`);
        await expect(importSweRows(file, clones, out)).rejects.toThrow(/^Expected [^\n]*$/);
      };
      await refused({ repo: "someone/else" });
      await refused({ repo: "../x" });
      await refused({ instance_id: "../../x" });
      await refused({ base_commit: "0".repeat(40) });
      await refused({ test_patch: "--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n" });
      await refused({ FAIL_TO_PASS: "no list" });
      await refused({ problem_statement: 3 });
      await refused({ instance_id: "someone__stats-1" });
      expect(existsSync(join(out, "other"))).toBe(false);
      for (const folder_ of [made, clones]) rmSync(folder_, { recursive: true });
    });
  },
);
