import { mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BEHAVIOURS, OUTCOMES, taskModule, type Behaviour } from "../../test/judging/own-verifiers.ts";
import type { Problem } from "../records/problem.ts";
import { loadTask } from "../tasks/index.ts";
import { verdictReason, verdictScore } from "../verifiers/verdict-score.ts";
import { createJudge, type JudgeContext } from "./create-judge.ts";
import type { RolloutToJudge } from "./judge.ts";
import type { JudgingOptions } from "./judging-options.ts";
import type { JudgePause } from "./patient-verifier.ts";

const asked = (problem: Problem, answer: string): RolloutToJudge => ({
  problem,
  prompt: "p",
  text: `<think> t </think> <answer>${answer}</answer>`,
  stop: "end",
});

/** Judges answers to the first problem of a task of one's own. */
async function judged(
  path: string,
  answers: readonly string[],
  options: Partial<JudgingOptions> = {},
  context: JudgeContext = {},
): Promise<{ scores: (number | null)[]; reasons: (string | null)[]; seconds: number }> {
  const task = await loadTask(path);
  const judge = createJudge(task, path, options, context);
  const [problem] = task.problems("heldOut");
  try {
    // Threads and modules are there before the clock begins.
    await judge.judge([asked(problem!, "warm")]);
    const started = performance.now();
    const verdicts = (await judge.judge(answers.map((answer) => asked(problem!, answer)))).map(
      ({ verdict }) => verdict,
    );
    const seconds = (performance.now() - started) / 1000;
    return { scores: verdicts.map(verdictScore), reasons: verdicts.map(verdictReason), seconds };
  } finally {
    await judge.stop();
  }
}

const some = (count: number, answer = "1"): string[] => Array.from({ length: count }, () => answer);
/** Answers "warm" well, all else by a verifier of one's own. */
const afterWarm = (verify: string): string =>
  `(problem, answer) => answer === "warm" ? true : (${verify})(problem, answer)`;

describe("a user's verifier", () => {
  test.each(Object.keys(BEHAVIOURS) as Behaviour[])("that %s", async (behaviour) => {
    const path = taskModule(afterWarm(BEHAVIOURS[behaviour]));
    const { scores, reasons } = await judged(path, ["1", "2"], { verifierSeconds: 0.2 });
    const outcome = OUTCOMES[behaviour];
    if (typeof outcome === "number") expect(scores).toEqual([outcome, outcome]);
    else {
      expect(scores).toEqual([null, null]);
      for (const reason of reasons) expect(reason).toMatch(outcome);
    }
  });

  test("that hangs takes no other verdict along, in the thread or behind it", async () => {
    const sync = taskModule(`(problem, answer) => { if (answer === "hang") for (;;); return answer === "yes"; }`);
    const { scores } = await judged(sync, ["yes", "hang", "yes", "no", "hang", "yes"], { verifierSeconds: 0.3 });
    expect(scores).toEqual([1, null, 1, 0, null, 1]);
    const blocks = taskModule(
      `async (problem, answer) => { await new Promise((go) => setTimeout(go, 5)); if (answer === "hang") for (;;); return answer === "yes"; }`,
    );
    expect((await judged(blocks, ["yes", "hang", "yes", "no"], { verifierSeconds: 0.5 })).scores).toEqual([
      1,
      null,
      1,
      0,
    ]);
  });

  test("that kills its thread costs its own verdict alone", async () => {
    const kills = taskModule(
      `async (problem, answer) => { await new Promise((go) => setTimeout(go, 20)); if (answer === "die") process.exit(3); return answer === "yes"; }`,
    );
    const { scores, reasons } = await judged(kills, ["yes", "die", "no", "yes"]);
    expect(scores).toEqual([1, null, 0, 1]);
    expect(reasons[1]).toBe("the verifier of own ended its thread (exit code 3)");
  });

  test("sees the problem, as it is where it can't be sent", async () => {
    const sees = taskModule(`(problem) => problem.data.place === 0 && problem.split === "heldOut"`);
    expect((await judged(sees, ["1"])).scores).toEqual([1]);
    const path = taskModule(`(problem) => problem.data.check()`);
    const task = await loadTask(path);
    const withMethod = { ...task.problems("heldOut")[0]!, id: "heldOut0", data: { check: () => true } };
    const judge = createJudge(task, path);
    const [first] = await judge.judge([asked(withMethod, "1")]);
    await judge.stop();
    // In its thread the module's own problem has no such method: it was found by its id, not sent.
    expect(first!.verdict).toMatchObject({
      kind: "unverifiable",
      reason: expect.stringContaining("check is not a function"),
    });
  });

  test("of a task that came as a value is asked here, under the same deadline", async () => {
    const { problems } = await loadTask(taskModule("() => true"));
    const task = {
      name: "mine",
      problems,
      verify: (_: Problem, answer: string) =>
        answer === "never" ? new Promise<never>(() => {}) : ({ kind: "right" } as const),
    };
    const judge = createJudge(task, undefined, { verifierSeconds: 0.05 });
    const verdicts = await judge.judge(["1", "never"].map((answer) => asked(problems("heldOut")[0]!, answer)));
    expect(verdicts.map(({ verdict }) => verdictReason(verdict))).toEqual([
      null,
      "the verifier of mine did not end within 0.05 s",
    ]);
  });
});

describe("what is asked at once", () => {
  test("20 verdicts of an asynchronous verifier are under way at once", async () => {
    // None is given before the last is asked for.
    const together = taskModule(
      afterWarm(
        `() => new Promise((go) => { waiting.push(go); if (waiting.length === 20) for (const each of waiting) each(true); })`,
      ),
      "const waiting = [];",
    );
    expect((await judged(together, some(20))).scores).toEqual(some(20).map(() => 1));
    const { scores } = await judged(together, some(20), { judges: 19, verifierSeconds: 0.1 });
    // With one fewer at once the last is asked for when the first of the others has been given up.
    expect(scores[0]).toBeNull();
    expect(scores.at(-1)).toBe(1);
  });

  test("a verdict that is declined or thrown keeps its thread", async () => {
    const counts = (verdict: string): string =>
      taskModule(
        `(problem, answer) => { calls++; if (answer === "last") return { kind: "wrong", reason: String(calls) }; ${verdict} }`,
        "let calls = 0;",
      );
    for (const verdict of [`return { kind: "unverifiable", reason: "no" };`, `throw new Error("no");`]) {
      // One at a time, so that all are asked in one thread; few enough that nobody takes it to be down.
      const { reasons } = await judged(counts(verdict), [...some(9), "last"], { judges: 1 });
      expect(reasons.at(-1)).toBe("11");
    }
  });

  test.skipIf(availableParallelism() < 2)(
    "synchronous verdicts run in several threads where there are cores",
    async () => {
      const threads = taskModule(
        `() => { const until = Date.now() + 300; while (Date.now() < until); return { kind: "wrong", reason: String(threadId) }; }`,
        `import { threadId } from "node:worker_threads";`,
      );
      const { reasons } = await judged(threads, some(12), { verifierSeconds: 20 });
      expect(reasons).not.toContain(null);
      expect(new Set(reasons).size).toBeGreaterThan(1);
    },
  );
});

describe("a verifier that is down", () => {
  test("from the beginning ends the judging at once", async () => {
    const path = taskModule(BEHAVIOURS.throws);
    await expect(judged(path, some(40))).rejects.toThrow(
      /^The verifier of the task own failed 20 times in a row \(the verifier of own threw "grader down"\), and never gave a verdict; mend it\.$/,
    );
  });

  test("for a while is waited for, and what failed meanwhile is judged again", async () => {
    const flag = join(mkdtempSync(join(tmpdir(), "aha-up-")), "up");
    const down = taskModule(
      afterWarm(`() => { if (!existsSync(${JSON.stringify(flag)})) throw new Error("no connection"); return true; }`),
      `import { existsSync } from "node:fs";`,
    );
    const pauses: string[] = [];
    const onPause = ({ reason, waitSeconds }: JudgePause): void => {
      pauses.push(`${waitSeconds} s: ${reason}`);
      if (pauses.length === 2) writeFileSync(flag, "");
    };
    const { scores } = await judged(down, some(30), { judges: 4 }, { onPause });
    expect(scores).toEqual(some(30).map(() => 1));
    expect(pauses).toEqual([1, 2].map((wait) => `${wait} s: the verifier of own threw "no connection"`));
  });

  test("for longer than is waited ends the judging", async () => {
    const path = taskModule(afterWarm(BEHAVIOURS.throws));
    await expect(judged(path, some(30), { judgePatience: 0.005 })).rejects.toThrow(
      /failed 20 times in a row .*grader down.* not a verdict came within 0\.005 min/,
    );
  });

  test("is not waited for any longer when the run is stopped", async () => {
    const path = taskModule(afterWarm(BEHAVIOURS.throws));
    const stop = new AbortController();
    const ended = judged(path, some(30), {}, { signal: stop.signal, onPause: () => stop.abort(new Error("stopped")) });
    await expect(ended).rejects.toThrow("stopped");
  });
});

test("declining is no failure, however often", async () => {
  const { scores, reasons } = await judged(taskModule(BEHAVIOURS.declines), some(50));
  expect([new Set(scores), new Set(reasons)]).toEqual([new Set([null]), new Set(["no reference answer"])]);
});
