import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { repositoryTask } from "../../src/data/repository-task.ts";
import { createJudge } from "../../src/judging/create-judge.ts";
import { runSft } from "../../src/training/run-sft.ts";
import { missingForRepositories } from "../repository/missing.ts";
import { tinyChatModel } from "../tiny-chat-model.ts";
import { aha, newFolder, outcome } from "./cli-run.ts";

const missing = missingForRepositories();
const EXAMPLE = new URL("../../examples/repository-tasks", import.meta.url).pathname;
const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;
const EDITS =
  "src/discount.js\n<<<<<<< SEARCH\n  if (cents > 10000) return Math.round(cents / 10);\n=======\n  if (cents >= 10000) return Math.round(cents / 10);\n>>>>>>> REPLACE";

/** The example with something changed, in a folder of tasks. */
function changedExample(change: (folder: string, json: Record<string, unknown>) => void): string {
  const above = newFolder();
  const folder = join(above, "one");
  cpSync(join(EXAMPLE, "discount-at-100"), folder, { recursive: true });
  const json = JSON.parse(readFileSync(join(folder, "task.json"), "utf8")) as Record<string, unknown>;
  change(folder, json);
  writeFileSync(join(folder, "task.json"), JSON.stringify(json));
  return above;
}

describe.skipIf(missing !== undefined)(
  `runs on repositories (${missing ?? "bubblewrap, git and pytest are here"})`,
  () => {
    let model: string;
    const zero = (folder: string, task: string, ...more: readonly string[]): string[] => {
      const sizes = ["--steps", "1", "--problems-per-step", "2", "--group-size", "4", "--max-completion-tokens", "200"];
      const measured = ["--evaluation-problems", "2", "--evaluation-samples", "1", "--no-preflight", "--seed", "3"];
      return [
        "zero",
        "--model",
        model,
        "--run",
        folder,
        "--task",
        task,
        "--template",
        "r1-zero",
        ...sizes,
        ...measured,
        ...more,
      ];
    };

    beforeAll(async () => {
      // A model that has learnt one answer by heart, more or less.
      const sizes = { hiddenSize: 32, headDim: 8, ffSize: 64, maxPositions: 1024 };
      const base = await tinyChatModel({}, sizes);
      const { question } = (await repositoryTask(EXAMPLE)).problems("train")[0]!;
      const data = join(newFolder(), "rows.jsonl");
      writeFileSync(data, JSON.stringify({ question, completion: `<think> </think> <answer>${EDITS}</answer>` }));
      model = join(newFolder(), "learnt");
      await runSft(model, { base, data, template: "r1-zero", epochs: 60, learningRate: 1e-2 });
    });

    test("a folder of tasks is checked, trained on and measured; evaluators change nothing", () => {
      const [plain, queued] = [join(newFolder(), "run"), join(newFolder(), "run")];
      const task = changedExample(() => undefined);
      const first = aha(...zero(plain, task));
      expect(first.stderr).toContain("Checking 1 repository task of");
      expect(first.code, first.stderr).toBe(0);
      // A task that was found sound isn't checked again.
      const second = aha(...zero(queued, task, "--evaluators", "2"));
      expect(second.stderr).not.toContain("Checking");
      expect(second.code, second.stderr).toBe(0);
      expect(outcome(queued).weights).toBe(outcome(plain).weights);
      const result = aha("eval", plain, "--task", task, "--samples", "1", "--problems", "1", "--json");
      expect(result.code, result.stderr).toBe(0);
      expect(JSON.parse(result.stdout.trim().split("\n").at(-1)!)).toMatchObject({ greedyAccuracy: 1, judged: 1 });
      // The run goes on with its own folder, which this user has named.
      expect(aha("resume", plain, "--steps", "2").code).toBe(0);
      // No longer where the folder has changed.
      writeFileSync(join(task, "one", "hidden", "test", "total.test.js"), "// nothing\n");
      const changed = aha("resume", plain, "--steps", "3");
      expect([changed.code, changed.stderr]).toEqual([2, expect.stringMatching(/names code/)]);
    });

    test.each<[string, () => string, RegExp]>([
      [
        "no base commit",
        () => changedExample((_folder, json) => delete json["baseCommit"]),
        /Expected `baseCommit` in/,
      ],
      [
        "tests that pass without edits",
        () =>
          changedExample((_folder, json) => Object.assign(json, { failToPass: json["passToPass"], passToPass: [] })),
        /is broken: its tests pass without any edit/,
      ],
      [
        "hidden tests that are never found",
        () => changedExample((_folder, json) => (json["failToPass"] = ["test/total.test.js::nothing"])),
        /"test\/total\.test\.js::nothing" never ran/,
      ],
      [
        "a hidden test file that isn't there",
        () => changedExample((_folder, json) => (json["hiddenTests"] = ["test/none.test.js"])),
        /Expected a file "hidden\/test\/none\.test\.js"/,
      ],
      [
        "a runner that isn't installed",
        () => changedExample((_folder, json) => (json["command"] = ["jest"])),
        /can't be tested here: the test runner can't be started: the package jest isn't installed/,
      ],
      [
        "a program that isn't installed",
        () =>
          changedExample((_folder, json) =>
            Object.assign(json, {
              command: ["no-such-runner"],
              report: { format: "tap", passing: "// NAME", failing: "// not NAME", id: "NAME" },
            }),
          ),
        /the program no-such-runner isn't installed/,
      ],
      ["a folder without tasks", () => newFolder(), /Expected a folder of repository tasks/],
    ])("%s is one line, and no run", (_name, make, words) => {
      const folder = join(newFolder(), "run");
      const { code, stderr } = aha(...zero(folder, make()), "--quiet");
      expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(existsSync(join(folder, "run.db"))).toBe(false);
    });

    test("several broken tasks are told together", () => {
      const above = changedExample((_folder, json) => (json["failToPass"] = ["test/total.test.js::nothing"]));
      cpSync(join(above, "one"), join(above, "two"), { recursive: true });
      const { code, stderr } = aha("task", "check", above);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/never ran.* 1 more are refused: (one|two)\.\n$/)]);
    });

    test("without bubblewrap it is one line", () => {
      const hidden = ["--dev-bind", "/", "/", "--ro-bind", "/dev/null", "/usr/bin/bwrap", process.execPath, MAIN];
      const flags = ["task", "check", join(EXAMPLE, "discount-at-100")];
      const { status, stderr } = spawnSync("bwrap", [...hidden, ...flags], { encoding: "utf8" });
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^aha: Expected bubblewrap [^\n]*\n$/)]);
    });

    test("a patch of 50 MB is wrong, by a queue too", async () => {
      const task = await repositoryTask(EXAMPLE);
      const folder = newFolder();
      mkdirSync(folder, { recursive: true });
      const patch = `<answer>${EDITS}\n${"x".repeat(50_000_000)}</answer>`;
      for (const evaluators of [0, 1]) {
        const judge = createJudge(task as never, EXAMPLE, { evaluators }, { folder });
        const problem = task.problems("train")[0]!;
        const rollouts = [EDITS, patch].map((text) => ({ problem, prompt: "", text, stop: "end" as const }));
        const [short, long] = await judge.judge(
          rollouts.map((one, i) => (i === 0 ? { ...one, text: `<answer>${EDITS}</answer>` } : one)) as never,
        );
        await judge.stop();
        expect((short as unknown as { verdict: object }).verdict).toEqual({ kind: "right" });
        expect((long as unknown as { verdict: object }).verdict).toMatchObject({
          kind: "wrong",
          reason: expect.stringContaining("longer than") as string,
        });
      }
    });
  },
);
