import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRepositoryExecutor } from "../../src/sandbox/repository/repository-executor.ts";
import type { Executor } from "../../src/sandbox/executor.ts";
import { ATTACKS, CONTROLS } from "./attacks.ts";
import { makeNodeTask, makePythonTask } from "./make-tasks.ts";
import { missingForRepositories } from "./missing.ts";

const missing = missingForRepositories();
/** Short, as some attacks take all of it. */
const budgets = { runSeconds: 8, memoryMegabytes: 500 };

describe.skipIf(missing !== undefined)(
  `patches that tamper (${missing ?? "bubblewrap, git and pytest are here"})`,
  () => {
    let executor: Executor;
    const folders = { open: new Map<string, string>(), guarded: new Map<string, string>() };

    beforeAll(() => {
      executor = openRepositoryExecutor(1);
      const make = { python: makePythonTask, javascript: makeNodeTask };
      for (const language of ["python", "javascript"] as const) {
        // Nothing keeps words out of these, so that what lies below is tested.
        folders.open.set(language, make[language]({ budgets, allowedWords: ["*"] }));
        folders.guarded.set(language, make[language]({ budgets }));
      }
    });
    afterAll(async () => {
      await executor.stop();
      for (const folder of [...folders.open.values(), ...folders.guarded.values()]) rmSync(folder, { recursive: true });
    });

    test.each(ATTACKS)("$language: one that $name", async ({ language, edits, reason }) => {
      const folder = folders.open.get(language)!;
      const outcome = await executor.execute({ kind: "repository", folder }, edits);
      expect(outcome).toMatchObject({ failed: false, verdict: { kind: "wrong" } });
      if (reason !== undefined)
        expect(outcome.verdict).toMatchObject({ reason: expect.stringMatching(reason) as string });
      expect(existsSync("/tmp/aha-escaped")).toBe(false);
      expect(existsSync("/usr/bin/aha-attack")).toBe(false);
    });

    test("right edits are right after all of them, and nothing runs on", async () => {
      for (const language of ["python", "javascript"] as const) {
        const execution = { kind: "repository", folder: folders.guarded.get(language)! } as const;
        expect(await executor.execute(execution, CONTROLS[language])).toEqual({
          failed: false,
          verdict: { kind: "right" },
        });
      }
      expect(running(/^sleep\0(987|986)/)).toEqual([]);
    });

    test("words that reach for the runner are refused before anything runs", async () => {
      const execution = { kind: "repository", folder: folders.guarded.get("python")! } as const;
      const attack = ATTACKS.find(({ name }) => name === "has the runner say passed")!;
      expect(await executor.execute(execution, attack.edits)).toEqual({
        failed: false,
        verdict: { kind: "wrong", reason: expect.stringContaining("the edits reach for what tests them") as string },
      });
    });
  },
);

function running(command: RegExp): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return command.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
      } catch {
        return false;
      }
    });
}
