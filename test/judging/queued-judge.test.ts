import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createJudge } from "../../src/judging/create-judge.ts";
import type { Judge, RolloutToJudge } from "../../src/judging/judge.ts";
import { hasQueue, openQueueView } from "../../src/judging/queue/queue-view.ts";
import type { Problem } from "../../src/records/problem.ts";
import { loadTask } from "../../src/tasks/index.ts";
import { verdictReason, verdictScore } from "../../src/verifiers/verdict-score.ts";
import { taskModule } from "./own-verifiers.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "aha-queued-"));
const asked = (problem: Problem, answer: string, sample: number): RolloutToJudge => ({
  problem,
  prompt: "p",
  text: `<think> t </think> <answer>${answer}</answer>`,
  stop: "end",
  version: 3,
  sample,
});

async function judging<T>(
  module: string,
  place: string,
  work: (judge: Judge, problem: Problem) => Promise<T>,
): Promise<T> {
  const task = await loadTask(module);
  const judge = createJudge(task, module, { evaluators: 2, verifierSeconds: 20 }, { folder: place });
  try {
    return await work(judge, task.problems("heldOut")[0]!);
  } finally {
    await judge.stop();
  }
}

describe("a judge with evaluators", () => {
  test("gives the same verdicts as one without, and keeps each", async () => {
    const module = taskModule(
      `(problem, answer) => answer === "yes" ? true : { kind: "wrong", reason: "said " + answer }`,
    );
    const place = folder();
    const answers = ["yes", "no", "yes", "other", "no"];
    await judging(module, place, async (judge, problem) => {
      const judged = await judge.judge(answers.map((answer, i) => asked(problem, answer, i)));
      expect(judged.map(({ verdict }) => verdictScore(verdict))).toEqual([1, 0, 1, 0, 0]);
      expect(judged.map(({ verdict }) => verdictReason(verdict))).toEqual([
        null,
        "said no",
        null,
        "said other",
        "said no",
      ]);
    });
    expect(hasQueue(place)).toBe(true);
    const view = openQueueView(place);
    expect(view.counts()).toMatchObject({ jobs: 5, done: 3, cacheHits: 2, waiting: 0, running: 0, evaluators: [] });
    expect(view.list({ limit: 9 })[0]!.place).toMatchObject({ batch: "3" });
    view.close();
  });

  test("that was killed finds what was judged before: nothing is judged twice", async () => {
    const log = join(folder(), "calls.txt");
    const module = taskModule(
      `(problem, answer) => { appendFileSync(${JSON.stringify(log)}, answer + "\\n"); return true; }`,
      `import { appendFileSync } from "node:fs";`,
    );
    const place = folder();
    for (let i = 0; i < 2; i++)
      await judging(module, place, (judge, problem) =>
        judge.judge(["a", "b"].map((answer, k) => asked(problem, answer, k))),
      );
    expect(readFileSync(log, "utf8").trim().split("\n").toSorted()).toEqual(["a", "b"]);
  });

  test("runs evaluators in sessions of their own, without secrets, and replaces one that dies", async () => {
    process.env["MY_API_KEY"] = "secret";
    const module = taskModule(
      `(problem, answer) => ({ kind: "wrong", reason: process.pid + " " + (process.env.MY_API_KEY ?? "none") + " " + answer })`,
    );
    const seen = await judging(module, folder(), async (judge, problem) => {
      const pidOf = async (answer: string): Promise<{ pid: number; key: string }> => {
        const [judged] = await judge.judge([asked(problem, answer, 0)]);
        const [pid, key] = verdictReason(judged!.verdict)!.split(" ");
        return { pid: Number(pid), key: key! };
      };
      const first = await pidOf("1");
      expect(first.pid).toBeGreaterThan(1);
      expect(first.pid).not.toBe(process.pid);
      const session = execFileSync("ps", ["-o", "sid=", "-p", String(first.pid)], { encoding: "utf8" });
      expect(Number(session)).toBe(first.pid);
      process.kill(first.pid, "SIGKILL");
      return [first, await pidOf("2"), await pidOf("3")];
    });
    delete process.env["MY_API_KEY"];
    expect(seen.map(({ key }) => key)).toEqual(["none", "none", "none"]);
    expect(seen.slice(1).map(({ pid }) => pid)).not.toContain(seen[0]!.pid);
    for (const { pid } of seen) expect(() => process.kill(pid, 0)).toThrow();
  });

  test("ends its wait when the run is stopped", async () => {
    const module = taskModule(`() => new Promise(() => {})`);
    const stop = new AbortController();
    const ended = judging(module, folder(), (judge, problem) => judge.judge([asked(problem, "1", 0)], stop.signal));
    setTimeout(() => stop.abort(new Error("stopped")), 300);
    await expect(ended).rejects.toThrow("stopped");
  });

  test("refuses a task that no other process has", async () => {
    const task = await loadTask(taskModule("() => true"));
    expect(() => createJudge(task, undefined, { evaluators: 1 })).toThrow(
      /^Expected a task by its name or its module's path, since `evaluators` is 1; the task own is in this process alone/,
    );
  });
});
