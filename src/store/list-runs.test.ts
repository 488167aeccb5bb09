import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CONFIG, EVALUATION, stepMetrics, stepRollouts } from "../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { listRuns } from "./list-runs.ts";
import { createRunStore } from "./open-run.ts";
import type { RunStore } from "./run-store.ts";

function runIn(folder: string): RunStore {
  const store = createRunStore(folder, CONFIG);
  onTestFinished(() => store.close());
  store.recordState("started");
  store.recordEvaluation("before", 0, EVALUATION);
  store.recordStep(1, stepMetrics(1), stepRollouts(1));
  store.recordStep(2, stepMetrics(2), []);
  return store;
}

test("says what each is, and lists what it can't read", () => {
  const parent = temporaryFolder();
  const finished = runIn(join(parent, "a"));
  finished.recordEvaluation("after", 2, { ...EVALUATION, accuracy: 0.82 });
  finished.recordState("finished");
  finished.close();
  runIn(join(parent, "b")).close();
  runIn(join(parent, "c"));
  mkdirSync(join(parent, "d"));
  writeFileSync(join(parent, "d", "run.db"), "garbage ".repeat(100));
  mkdirSync(join(parent, "no-run"));
  writeFileSync(join(parent, "file"), "");

  const runs = listRuns(parent);
  expect(Object.fromEntries(runs.map(({ folder, state }) => [folder.slice(-1), state]))).toEqual({
    a: "finished",
    b: "interrupted",
    c: "running",
    d: "unreadable",
  });
  expect(runs.find(({ folder }) => folder.endsWith("a"))).toEqual({
    folder: join(parent, "a"),
    kind: "zero",
    task: "countdown",
    state: "finished",
    steps: 2,
    heldOutBefore: 0.24,
    heldOut: 0.82,
    stepAccuracy: 0.02,
    stepLength: 32,
    updated: expect.closeTo(Date.now(), -5) as unknown,
    problem: null,
  });
  // Held-out figures and those of training stand side by side, never one in the place of the other.
  expect(runs.find(({ folder }) => folder.endsWith("b"))).toMatchObject({
    heldOutBefore: 0.24,
    heldOut: null,
    stepAccuracy: 0.02,
  });
  expect(runs.at(-1)).toMatchObject({
    folder: join(parent, "d"),
    steps: 0,
    updated: null,
    problem: expect.stringContaining("is not a database") as unknown,
  });
});

test("the newest evaluation, and the time of the last step while a run goes on", () => {
  const parent = temporaryFolder();
  const store = runIn(join(parent, "a"));
  store.recordEvaluation("during", 1, { ...EVALUATION, accuracy: 0.4 });
  expect(listRuns(parent)[0]).toMatchObject({ heldOut: 0.4 });
  store.recordEvaluation("after", 2, { ...EVALUATION, accuracy: 0.6 });
  expect(listRuns(parent)[0]).toMatchObject({ heldOut: 0.6 });
  store.recordEvaluation("during", 3, { ...EVALUATION, accuracy: 0.7 });
  expect(listRuns(parent)[0]).toMatchObject({ heldOut: 0.7 });

  const later = new Date(Date.now() + 3_600_000);
  for (const name of ["run.db", "run.db-wal"]) utimesSync(join(parent, "a", name), later, later);
  expect(listRuns(parent)[0]!.updated).toBe(later.getTime());
  store.recordState("finished");
  for (const name of ["run.db", "run.db-wal"]) utimesSync(join(parent, "a", name), later, later);
  expect(listRuns(parent)[0]!.updated).toBeLessThan(later.getTime());
});

test("a folder that is a run itself gives that one", () => {
  const folder = temporaryFolder();
  runIn(folder).close();
  expect(listRuns(folder).map(({ steps }) => steps)).toEqual([2]);
});

test("no folder, no runs", () => {
  expect(listRuns(join(temporaryFolder(), "runs"))).toEqual([]);
});
