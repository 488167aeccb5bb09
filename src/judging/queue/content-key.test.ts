import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Execution } from "../../records/execution.ts";
import type { Problem } from "../../records/problem.ts";
import { contentKey, needsOf, sentProblem } from "./content-key.ts";
import type { Work } from "./evaluation-queue.ts";
import { openWorkJudge } from "./work-judge.ts";

const code = (answer: string, stdin = "1"): Work => ({
  kind: "execution",
  execution: { kind: "code", language: "python", tests: { form: "stdio", cases: [{ stdin, out: "1" }] } },
  answer,
});
const folder = (): string => mkdtempSync(join(tmpdir(), "aha-key-"));

test("programs that differ in their line ends are one; any other difference counts", () => {
  expect(contentKey(code("a\r\nb\n\n"))).toBe(contentKey(code("a\nb")));
  const keys = [code("a\nb"), code(" a\nb"), code("a\nB"), code("a\nb", "2")].map(contentKey);
  expect(new Set(keys).size).toBe(4);
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
});

test("a task counts by what its module holds, not by where it lies", () => {
  const [one, two] = [join(folder(), "task.mjs"), join(folder(), "other.mjs")];
  const work = (task: string): Work => ({ kind: "task", name: "t", task, problem: "p", answer: " a", seconds: 2 });
  for (const path of [one, two]) writeFileSync(path, "export default 1;");
  expect(contentKey(work(one))).toBe(contentKey(work(two)));
  expect(needsOf(work(one))).toMatch(/^module:[0-9a-f]{64}$/);
  const before = contentKey(work(one));
  writeFileSync(one, "export default 2;");
  expect(contentKey(work(one))).not.toBe(before);
  expect(contentKey(work("countdown"))).not.toBe(contentKey({ ...work("countdown"), answer: "a" } as Work));
  expect(needsOf(work("countdown"))).toBe("task:countdown");
});

test("a repository task counts by its files and its names, wherever they lie and however its objects are packed", () => {
  const made = (issue: string, head: string, pack: string): Work => {
    const place = folder();
    mkdirSync(join(place, "repository.git", "objects"), { recursive: true });
    writeFileSync(join(place, "task.json"), issue);
    writeFileSync(join(place, "repository.git", "HEAD"), head);
    writeFileSync(join(place, "repository.git", "objects", pack), pack);
    return { kind: "execution", execution: { kind: "repository", folder: place }, answer: "edits" };
  };
  const keys = [made("i", "h", "1"), made("i", "h", "2"), made("j", "h", "1"), made("i", "k", "1")].map((work) =>
    contentKey({ ...work, execution: { ...(work as { execution: Execution }).execution } } as Work),
  );
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(3);
});

test("problems are sent as they are, or by their ids where JSON would change them", () => {
  const problem = (data: unknown): Problem => ({
    id: "p",
    split: "train",
    question: "q",
    compactQuestion: "q",
    difficulty: 0.5,
    data,
  });
  for (const data of [null, [1, "a", { b: true }], { deep: [[]] }])
    expect(sentProblem(problem(data))).toEqual(problem(data));
  for (const data of [NaN, -0, undefined, 1n, new Map(), { at: new Date() }, [() => 1], { toJSON: 1 }])
    expect(sentProblem(problem(data))).toBe("p");
});

test("programs go to the sandbox, and nowhere else", async () => {
  const seen: string[] = [];
  const executor = {
    execute: (_: Execution, answer: string) => {
      seen.push(answer);
      return Promise.resolve({ verdict: { kind: "right" }, failed: false } as const);
    },
    stop: () => Promise.resolve(),
  };
  const [signal, work] = [new AbortController().signal, code("print(1)")];
  const judge = openWorkJudge({ task: "countdown", judges: 1, executor });
  expect(judge.has).toEqual(["task:countdown", "code"]);
  expect(await judge.judge(work, signal)).toMatchObject({ verdict: { kind: "right" } });
  expect(seen).toEqual(["print(1)"]);
  const without = openWorkJudge({ task: "countdown", judges: 1 });
  expect(await without.judge(work, signal)).toMatchObject({ failed: true, verdict: { kind: "unverifiable" } });
});
