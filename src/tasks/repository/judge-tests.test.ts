import { expect, test } from "vitest";
import { judgeTests, type TestResult } from "./judge-tests.ts";
import { readRepositoryTask, reachingWord } from "./repository-task.ts";

const EXPECTED = { mustPass: ["a", "b"], nonces: ["n"], canaries: ["c"] };
const RIGHT: readonly TestResult[] = [
  { id: "a", outcome: "passed" },
  { id: "b", outcome: "passed" },
  { id: "n", outcome: "passed" },
  { id: "c", outcome: "failed" },
  { id: "of no interest", outcome: "failed" },
];

const without = (id: string): TestResult[] => RIGHT.filter((result) => result.id !== id);

test.each<[string, readonly TestResult[], string | undefined]>([
  ["all as it must be", RIGHT, undefined],
  ["a test that is missing", without("b"), '"b" never ran'],
  ["a test that failed", [...without("b"), { id: "b", outcome: "failed" }], '"b" didn\'t pass'],
  ["a test that was skipped", [...without("b"), { id: "b", outcome: "skipped" }], '"b" didn\'t pass'],
  ["a test that came twice", [...RIGHT, { id: "a", outcome: "passed" }], '"a" was reported twice'],
  ["a canary that passed", [...without("c"), { id: "c", outcome: "passed" }], "a test that can only fail has passed"],
  ["a canary that never ran", without("c"), "tests that were laid over never ran"],
  ["a nonce that never ran", without("n"), "tests that were laid over never ran"],
  ["a nonce that failed", [...without("n"), { id: "n", outcome: "failed" }], "a test that can only pass has failed"],
  ["nothing", [], '"a" and 1 more tests never ran'],
])("%s", (_name, results, reason) => {
  const verdict = judgeTests(results, EXPECTED);
  if (reason === undefined) expect(verdict).toEqual({ kind: "right" });
  else expect(verdict).toEqual({ kind: "wrong", reason: expect.stringContaining(reason) as string });
});

test("words that reach for the runner are new words only, and those that a task allows are no such words", () => {
  const task = readRepositoryTask(
    {
      issue: "x",
      baseCommit: "0".repeat(40),
      hiddenTests: ["t.py"],
      failToPass: ["t.py::a"],
      allowedWords: ["getattr"],
      editable: ["setup.py"],
    },
    "task.json",
  );
  expect(reachingWord(task, "os._exit(0)", "")).toBe("_exit");
  expect(reachingWord(task, "os._exit(0)", "def f(): os._exit(1)")).toBeUndefined();
  expect(reachingWord(task, "getattr(a, 'b')", "")).toBeUndefined();
  expect(reachingWord(task, "gcd(a, b)", "")).toBeUndefined();
  expect(task.protectedPaths).toContain("**/conftest.py");
  expect(task.protectedPaths).not.toContain("**/setup.py");
});
