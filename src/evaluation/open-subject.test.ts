import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { taskModule } from "../../test/judging/own-verifiers.ts";
import { CheckpointError, OptionError, TaskError } from "../errors.ts";
import type * as Judging from "../judging/create-judge.ts";
import type * as LocalPolicy from "../policy/local/local-policy.ts";
import { createRunStore } from "../store/index.ts";
import { defineTask, findTask } from "../tasks/index.ts";
import { evaluateDetails, evaluateModel } from "./evaluate-model.ts";
import { loadSubject, openSubject, withSubject } from "./open-subject.ts";
import { previewPrompts } from "./preview-prompts.ts";

const BASE = new URL("../../models/countdown-small-base", import.meta.url).pathname;

/** What was started and stopped, in order. */
const log: string[] = [];

vi.mock("../judging/create-judge.ts", async (original) => {
  const judging = await original<typeof Judging>();
  const createJudge: typeof Judging.createJudge = (...given) => {
    const judge = judging.createJudge(...given);
    log.push("judge");
    return { ...judge, stop: async () => (await judge.stop(), void log.push("judge stopped")) };
  };
  return { ...judging, createJudge };
});
vi.mock("../policy/local/local-policy.ts", async (original) => {
  const local = await original<typeof LocalPolicy>();
  const startLocalPolicy: typeof LocalPolicy.startLocalPolicy = async (...given) => {
    const policy = await local.startLocalPolicy(...given);
    const stop = policy.stop.bind(policy);
    policy.stop = async () => (await stop(), void log.push("policy stopped"));
    log.push("policy");
    return policy;
  };
  return { ...local, startLocalPolicy };
});
beforeEach(() => void log.splice(0));

function runOf(config: { readonly kind: string; readonly [name: string]: unknown }): string {
  const folder = join(mkdtempSync(join(tmpdir(), "aha-subject-")), "run");
  createRunStore(folder, config).close();
  cpSync(BASE, join(folder, "final"), { recursive: true });
  return folder;
}

describe("openSubject", () => {
  test("ends the judge where the workers can't be started", async () => {
    const loaded = await loadSubject(BASE);
    const { checkpoint } = loaded;
    const half = { ...loaded, checkpoint: { ...checkpoint, parameters: checkpoint.parameters.slice(1) } };
    await expect(openSubject(half, { workers: 1 })).rejects.toThrow();
    expect(log).toEqual(["judge", "judge stopped"]);
  });

  test("starts no workers where the judge's options can't be used", async () => {
    await expect(openSubject(await loadSubject(BASE), { workers: 1, judges: 0 })).rejects.toThrow(OptionError);
    expect(log).toEqual([]);
  });

  test("stops both where the work fails", async () => {
    const work = withSubject(await loadSubject(BASE), { workers: 1 }, {}, () => Promise.reject(new Error("no power")));
    await expect(work).rejects.toThrow("no power");
    expect(log).toEqual(["judge", "policy", "policy stopped", "judge stopped"]);
  });
});

describe("what a subject is asked", () => {
  test.each([
    ["the default", {}, { name: "countdown", source: "countdown", isNamed: false }],
    ["a name", { task: "arithmetic" }, { name: "arithmetic", source: "arithmetic", isNamed: true }],
    [
      "a task of the package as a value",
      { task: findTask("arithmetic") },
      { name: "arithmetic", source: "arithmetic", isNamed: true },
    ],
  ])("%s", async (_, asked, { name, source, isNamed }) => {
    const { task, taskSource, isTaskNamed } = await loadSubject(BASE, asked);
    expect([task.name, taskSource, isTaskNamed]).toEqual([name, source, isNamed]);
  });

  test("a run's own task and template, unless others are named", async () => {
    const run = runOf({ kind: "zero", task: "arithmetic", template: "compact" });
    expect(await loadSubject(run)).toMatchObject({ taskSource: "arithmetic", templateName: "compact", isRun: true });
    expect(await loadSubject(run, { task: "countdown" })).toMatchObject({ taskSource: "countdown" });
    // A value is the user's own, whatever the run names.
    const strange = runOf({ kind: "zero", task: "./stranger.mjs" });
    await expect(loadSubject(strange)).rejects.toThrow(/names code/);
    expect((await loadSubject(strange, { task: findTask("countdown") })).task.name).toBe("countdown");
  });

  test("what is no task, no template or no model", async () => {
    await expect(loadSubject(BASE, { task: { name: "half" } as never })).rejects.toThrow(TaskError);
    await expect(loadSubject(BASE, { template: 7 as never })).rejects.toThrow(OptionError);
    await expect(loadSubject("nowhere/model")).rejects.toThrow(CheckpointError);
    await expect(loadSubject("nowhere/model")).rejects.toThrow(/for one of the hub write hf:nowhere\/model\.$/);
  });
});

describe("a task and a template as values", () => {
  const problems = Array.from({ length: 24 }, (_, i) => ({ question: `${i + 1} 2 make ${i + 3}`, data: i }));
  const task = defineTask({
    name: "own",
    problems,
    verify: ({ data }, answer) => ({ kind: "partly", score: answer.length > 0 && data >= 0 ? 0.5 : 0, reason: "" }),
  });
  const asked = { model: BASE, samples: 1, workers: 1, maxCompletionTokens: 48 } as const;

  test("a task's own verifier decides", async () => {
    const { accuracy, judged } = await evaluateModel({ ...asked, task });
    expect(judged).toBeGreaterThan(0);
    expect(accuracy).toBeGreaterThan(0);
    expect(accuracy).toBeLessThanOrEqual(0.5);
    expect(log).toEqual(["judge", "policy", "policy stopped", "judge stopped"]);
  });

  test("as a value and by its module the same comes out", async () => {
    const path = taskModule("(problem, answer) => answer.length > 3");
    const { default: value } = (await import(path)) as { readonly default: typeof task };
    const [byPath, byValue] = [
      await evaluateDetails({ ...asked, task: path }),
      await evaluateDetails({ ...asked, task: value }),
    ];
    expect(byValue.judged.flat().map(({ verdict }) => verdict)).toEqual(
      byPath.judged.flat().map(({ verdict }) => verdict),
    );
  });

  test("a template is what the model reads", async () => {
    const { template, prompts } = await previewPrompts({
      model: BASE,
      task,
      template: ({ question }) => `<bos> ${question} :`,
    });
    expect(template).toBe("own");
    expect(prompts[0]!.text).toMatch(/^<bos> \d+ 2 make \d+ :$/);
  });

  test("a template that makes no text is named with the problem", async () => {
    const template = (() => undefined) as unknown as () => string;
    await expect(previewPrompts({ model: BASE, task, template })).rejects.toThrow(
      /^Expected `template` to make a text of every problem, got undefined for "own:[0-9a-f]+"; correct the function\.$/,
    );
  });
});
