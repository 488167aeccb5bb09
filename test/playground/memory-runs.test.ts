import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunError } from "../../src/errors.ts";
import { openRunStore, type RunStore, type StoredRollout } from "../../src/store/index.ts";
import {
  createMemoryRun,
  memoryRun,
  memoryRunNames,
  openMemoryRun,
  storeOf,
} from "../../src/store/memory-runs.browser.ts";
import { startSqlite } from "../../src/store/memory-sqlite.browser.ts";
import { CONFIG, EVALUATION, stepMetrics, stepRollouts } from "../contracts/run-samples.ts";
import { makeGoodRun, makeHostileRuns } from "../hostile/make-hostile.ts";

const parent = mkdtempSync(join(tmpdir(), "aha-memory-runs-"));
beforeAll(() => startSqlite());
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const databaseOf = (folder: string): Uint8Array => new Uint8Array(readFileSync(join(folder, "run.db")));

function everything(store: RunStore): object {
  return {
    config: store.config,
    metrics: store.metrics(),
    evaluations: store.evaluations(),
    rollouts: [...store.rollouts()],
    watched: [...store.watched()],
    states: store.states().map(({ time: _time, ...state }) => state),
    digest: store.contentDigest(),
  };
}

/** Hostile folders whose trap isn't in the database file, or which name a task's code, which is never run. */
const HARMLESS_ALONE = [
  "log-view",
  "lock-journal",
  "database-journal",
  "lock-link",
  "lock-fifo",
  "lock-folder",
  "database-link",
  "log-fifo",
  "log-link",
  "log-index-link",
  "journal-link",
  "task-module",
  "task-share",
  "tokenizer-regex",
  "checkpoints-link",
  "final-link",
  "report-link",
];

test("SQLite in memory reads the same of a run's file as the program's SQLite", () => {
  const folder = join(parent, "same");
  makeGoodRun(folder);
  openMemoryRun("same", "run.db", databaseOf(folder));
  const native = openRunStore(folder, { readOnly: true });
  expect(everything(storeOf(memoryRun("same")!.database))).toEqual(everything(native));
  native.close();
});

test("a run that was written in memory is one that the program opens, and goes on with", () => {
  const store = createMemoryRun("made", CONFIG);
  store.recordState("started", "base");
  store.recordEvaluation("before", 0, EVALUATION, stepRollouts(0));
  for (let step = 1; step <= 3; step++) store.recordStep(step, stepMetrics(step), stepRollouts(step));
  const folder = join(parent, "made");
  mkdirSync(folder);
  writeFileSync(join(folder, "run.db"), memoryRun("made")!.database.content());
  // Taking the file doesn't end the run.
  store.recordStep(4, stepMetrics(4), stepRollouts(4));
  const opened = openRunStore(folder);
  opened.recordStep(4, stepMetrics(4), stepRollouts(4));
  expect(everything(opened)).toEqual(everything(store));
  opened.close();
});

test("a step that can't be kept leaves nothing", () => {
  const store = createMemoryRun("half", CONFIG);
  const rollouts = stepRollouts(1);
  const twice = [0, 1].map((): StoredRollout => ({ ...rollouts[0]!, problemIndex: 0 }));
  expect(() => store.recordStep(1, stepMetrics(1), twice)).toThrow(RunError);
  expect(store.lastStep()).toBe(0);
  expect([...store.rollouts()]).toEqual([]);
});

test("what strangers put into a run's file is refused or shown as the program does it, and never hangs", () => {
  makeGoodRun(join(parent, "kept"));
  openMemoryRun("kept", "run.db", databaseOf(join(parent, "kept")));
  const before = memoryRunNames();
  const hostile = join(parent, "hostile");
  mkdirSync(hostile);
  const opened: string[] = [];
  for (const { name, folder } of makeHostileRuns(hostile)) {
    const found = statSync(join(folder, "run.db"));
    // What a link or a journal beside it does is no matter of the file alone, and nobody drops a terabyte.
    if (!found.isFile() || found.size > 2 ** 28) continue;
    try {
      openMemoryRun(name, "run.db", databaseOf(folder));
      everything(storeOf(memoryRun(name)!.database));
      opened.push(name);
    } catch (error) {
      expect(error, name).toBeInstanceOf(RunError);
      expect((error as Error).message, name).not.toContain("\n");
    }
  }
  expect(opened).toEqual(HARMLESS_ALONE);
  expect(memoryRunNames()).toEqual(expect.arrayContaining(before));
});
