import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { aha, newFolder, outcome, smallRun, startAha } from "./cli-run.ts";

const STEPS = 5;

async function until(happened: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!happened()) {
    if (Date.now() > end) throw new Error("the moment to kill at never came");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const checkpoint = (folder: string, step: number): boolean =>
  existsSync(join(folder, "checkpoints", `step-${step}`, "training-state.safetensors"));

/** A checkpoint is written beside its place first: a name in checkpoints/ that isn't a finished one's. */
function writingCheckpoint(folder: string, after: number): boolean {
  return checkpoint(folder, after) && readdirSync(join(folder, "checkpoints")).some((name) => !/^step-\d+$/.test(name));
}

describe.each([
  ["modern", []],
  ["paper", ["--preset", "paper", "--group-size", "4", "--reference-every", "2"]],
] as const)("preset %s", (_name, flags) => {
  let whole: ReturnType<typeof outcome>;

  beforeAll(() => {
    const folder = newFolder();
    const { code, stderr } = aha(...smallRun(folder, STEPS), ...flags);
    expect(code, stderr).toBe(0);
    whole = outcome(folder);
  });

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
    const folder = newFolder();
    const { child, ended } = startAha(...smallRun(folder, STEPS), ...flags);
    await until(() => happened(folder));
    child.kill("SIGKILL");
    await ended;
    const resumed = aha("resume", folder);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(outcome(folder)).toEqual(whole);
  });
});

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
