import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openRunStore } from "../../src/store/index.ts";
import { aha, newFolder } from "./cli-run.ts";

const SMALL = ["--problems-per-step", "2", "--group-size", "4", "--max-completion-tokens", "16", "--workers", "1"];
const MEASURED = ["--evaluation-problems", "4", "--evaluation-samples", "1", "--no-preflight"];
let run = "";

beforeAll(() => {
  run = join(newFolder(), "run");
  const { code, stderr } = aha("zero", "--steps", "1", "--run", run, ...SMALL, ...MEASURED);
  expect(code, stderr).toBe(0);
});

test("a finished run makes more steps, in another setting, and keeps what was changed", () => {
  const { code, stdout, stderr } = aha("resume", run, "--steps", "3", "--group-size", "2", "--json");
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({ steps: 3, interrupted: false });
  expect(stderr).toContain("--steps 1 -> 3");
  expect(stderr).toContain("has not the bytes of one that was never changed");
  const store = openRunStore(run, { readOnly: true });
  expect(store.config).toMatchObject({
    steps: 3,
    groupSize: 2,
    changes: [{ step: 1, options: { steps: [1, 3], groupSize: [4, 2] } }],
  });
  expect(store.metrics().map(({ step, rollouts }) => [step, rollouts])).toEqual([
    [1, 8],
    [2, 4],
    [3, 4],
  ]);
  expect(store.evaluations().map(({ name, step }) => [name, step])).toContainEqual(["after", 3]);
  store.close();
});

test("the same options as before change nothing", () => {
  expect(aha("resume", run, "--steps", "3").code).toBe(0);
  const store = openRunStore(run, { readOnly: true });
  expect(store.config["changes"]).toHaveLength(1);
  store.close();
});

test.each([
  ["a flag that decides what a checkpoint holds", ["--lora", "4"], /unknown option '--lora'/],
  ["a value that the option doesn't take", ["--group-size", "1"], /`?--group-size`? to be an integer from 2/],
])("refuses %s, and leaves the run as it was", (_name, flags, message) => {
  const { code, stderr } = aha("resume", run, ...flags);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  const store = openRunStore(run, { readOnly: true });
  expect(store.config["groupSize"]).toBe(2);
  store.close();
});
