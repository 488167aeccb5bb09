import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openRunStore } from "../../src/store/index.ts";
import { digestOf } from "../../src/store/content-digest.ts";
import { aha, checkpoint, killedRun, newFolder, outcome, smallRun, startAha, until } from "./cli-run.ts";

const STEPS = 5;

/** A checkpoint is written beside its place first: a name in checkpoints/ that isn't a finished one's. */
function writingCheckpoint(folder: string, after: number): boolean {
  return checkpoint(folder, after) && readdirSync(join(folder, "checkpoints")).some((name) => !/^step-\d+$/.test(name));
}

/** What a run makes that nothing interrupts. */
function wholeRun(flags: readonly string[]): ReturnType<typeof outcome> {
  const folder = newFolder();
  const { code, stderr } = aha(...smallRun(folder, STEPS), ...flags);
  expect(code, stderr).toBe(0);
  return outcome(folder);
}

describe.each([
  ["modern", []],
  ["paper", ["--preset", "paper", "--group-size", "4", "--reference-every", "2"]],
] as const)("preset %s", (_name, flags) => {
  let whole: ReturnType<typeof outcome>;

  beforeAll(() => void (whole = wholeRun(flags)));

  test("the same seed gives the same bytes", () => {
    const folder = newFolder();
    expect(aha(...smallRun(folder, STEPS), ...flags).code).toBe(0);
    expect(outcome(folder)).toEqual(whole);
  });

  test("another seed gives others", () => {
    const folder = newFolder();
    expect(aha(...smallRun(folder, STEPS), ...flags, "--seed", "4").code).toBe(0);
    const other = outcome(folder);
    expect(other.weights).not.toBe(whole.weights);
    expect(other.content).not.toBe(whole.content);
  });

  test.each([
    ["during the evaluation before", (folder: string) => checkpoint(folder, 0)],
    ["in the middle of a step", (folder: string) => checkpoint(folder, 2)],
    ["while a checkpoint is written", (folder: string) => writingCheckpoint(folder, 1)],
    ["during the evaluation after", (folder: string) => existsSync(join(folder, "final", "model.safetensors"))],
  ])("kill -9 %s, then resume: the same bytes as if nothing had happened", async (_moment, happened) => {
    const folder = await killedRun((at) => [...smallRun(at, STEPS), ...flags], happened);
    const resumed = aha("resume", folder);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(outcome(folder)).toEqual(whole);
  });
});

describe("checkpoints behind some steps alone", () => {
  const flags = ["--evaluate-every", "2", "--evaluate-problems", "4", "--keep-every", "100"];
  const lastStep = (folder: string): number => {
    if (!checkpoint(folder, 0)) return 0;
    const store = openRunStore(folder, { readOnly: true });
    const step = store.lastStep();
    store.close();
    return step;
  };
  let whole: ReturnType<typeof outcome>;

  beforeAll(() => void (whole = wholeRun(flags)));

  test.each([
    ["3", 1, 0],
    ["3", 2, 0],
    ["3", 4, 3],
    ["2s", 2, null],
    ["2s", 4, null],
  ] as const)("every %s, kill -9 behind step %i, then resume: the same steps, once", async (every, step, newest) => {
    const folder = await killedRun(
      (at) => [...smallRun(at, STEPS), ...flags, "--checkpoint-every", every],
      (running) => lastStep(running) >= step,
    );
    if (newest !== null)
      expect([checkpoint(folder, newest), checkpoint(folder, step)]).toEqual([true, Number(newest) === step]);
    const resumed = aha("resume", folder);
    expect(resumed.code, resumed.stderr).toBe(0);
    const { weights, content, steps, measured } = outcomeAsEachStep(folder);
    expect({ weights, content }).toEqual(whole);
    expect([steps, measured]).toEqual([
      [1, 2, 3, 4, 5],
      ["before 0", "during 2", "during 4", "after 5"],
    ]);
    expect(checkpoint(folder, STEPS)).toBe(true);
  });

  test("Ctrl-C keeps the step that it ended, however far the next checkpoint", async () => {
    const folder = newFolder();
    const { child, ended } = startAha(...smallRun(folder, STEPS), ...flags, "--checkpoint-every", "600s");
    await until(() => lastStep(folder) >= 1);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    const step = lastStep(folder);
    expect([step < STEPS, checkpoint(folder, step)]).toEqual([true, true]);
    expect(aha("resume", folder).code).toBe(0);
    const { weights, content } = outcomeAsEachStep(folder);
    expect({ weights, content }).toEqual(whole);
  });
});

/** What a run computed, with the config of one that has a checkpoint behind each step. */
function outcomeAsEachStep(folder: string): ReturnType<typeof outcome> & {
  readonly steps: readonly number[];
  readonly measured: readonly string[];
} {
  const store = openRunStore(folder, { readOnly: true });
  const { checkpointEvery: _every, ...config } = store.config;
  const steps = store.metrics().map(({ step }) => step);
  const measured = store.evaluations().map(({ name, step }) => `${name} ${step}`);
  const content = digestOf(config, store.metrics(), store.rollouts());
  store.close();
  return { weights: outcome(folder).weights, content, steps, measured };
}

test("Ctrl-C ends the step, keeps a checkpoint, leaves with 130, and the run goes on to the same bytes", async () => {
  const reference = newFolder();
  expect(aha(...smallRun(reference, STEPS)).code).toBe(0);
  const folder = newFolder();
  const { child, text, ended } = startAha(...smallRun(folder, STEPS));
  await until(() => checkpoint(folder, 1));
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(text()).toContain("aha resume");
  expect(aha("resume", folder).code).toBe(0);
  expect(outcome(folder)).toEqual(outcome(reference));
});
