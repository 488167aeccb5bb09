import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { commandWords } from "../../src/cli/lesson/command-words.ts";
import { doingsOf, readLesson, type Lesson } from "../../src/cli/lesson/read-lesson.ts";
import { openRunStore } from "../../src/store/index.ts";
import { childEnvironment } from "../../src/host/child-environment.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LESSONS = join(ROOT, "docs", "lessons");
const PROGRAM = join(ROOT, "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "aha-lessons-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lessonOf = (number: number): Lesson => {
  const name = readdirSync(LESSONS).find((file) => file.startsWith(`${number}-`) && file.endsWith(".md"))!;
  return readLesson(readFileSync(join(LESSONS, name), "utf8"), name);
};

/** The commands of a lesson, as they stand. */
const commandsOf = (lesson: Lesson): string[] =>
  doingsOf(lesson.parts.do.text).flatMap((doing) => (doing.kind === "command" ? [doing.line] : []));

/** Runs `npx aha ...` in the folder of these tests. */
function aha(line: string): { readonly code: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...commandWords(line)!], {
    cwd: folder,
    env: childEnvironment(),
    encoding: "utf8",
  });
  return { code: status, out: `${stdout}${stderr}` };
}

/** A command in a form that ends soon: fewer steps, problems and completions. */
function quick(line: string): string {
  const fewer = line.replace("--steps 15", "--steps 1").replace("--evaluation-problems 64", "--evaluation-problems 4");
  return line.includes("aha distill") ? `${fewer} --problems 40 --epochs 1` : fewer;
}

describe("lessons that take seconds, as they stand", () => {
  test("1: what the base does is what its answer says", { timeout: 300_000 }, () => {
    const lesson = lessonOf(1);
    const said = commandsOf(lesson).map(aha);
    expect(said.map(({ code }) => code)).toEqual(said.map(() => 0));
    expect(lesson.parts.answer.text).toContain("18.8");
    expect(said.at(-1)!.out).toContain("18.8");
  });

  test("2: the group is the one that is worked out by hand", { timeout: 300_000 }, () => {
    const lesson = lessonOf(2);
    const said = commandsOf(lesson).map(aha);
    expect(said.map(({ code }) => code)).toEqual(said.map(() => 0));
    const store = openRunStore(join(folder, "runs", "lesson-2"), { readOnly: true });
    const group = [...store.rollouts()].filter(
      ({ step, problemId }) => step === 2 && problemId === "countdown:3,4,11=4",
    );
    store.close();
    expect(group.map(({ reward }) => reward.total)).toEqual([0, 0, 1, 0, 1, 0, 1, 0]);
    for (const { rollout } of group) {
      const answer = /<answer>(.*?)<\/answer>/.exec(rollout.text)![1]!.trim();
      expect(lesson.parts.predict.text).toContain(`| ${rollout.sample} | ${answer} |`);
    }
  });
});

test("3 to 6, with fewer steps and problems: every command does what it should", { timeout: 600_000 }, () => {
  const failed = [3, 4, 5, 6]
    .flatMap((number) => commandsOf(lessonOf(number)))
    .map((line) => quick(line).replace("--step 15", "--step 1"))
    .map((line) => ({ line, ...aha(line) }))
    .filter(({ code }) => code !== 0);
  expect(failed).toEqual([]);
});
