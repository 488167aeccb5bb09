import { cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, type Stats } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tmpdir } from "node:os";
import { findCutter } from "../../src/cli/find-cutter.ts";
import { listedRuns, shownStep } from "../../src/cli/stored-runs.ts";
import { writeReport } from "../../src/dashboard/report/write-report.ts";
import { AhaError } from "../../src/errors.ts";
import { exportRun, RUN_TARGETS, type ExportRunOptions } from "../../src/export/export-run.ts";
import { writeRecording } from "../../src/pipelines/record-pipeline.ts";
import { listRuns, openRunStore, runWriter } from "../../src/store/index.ts";
import { makeGoodRun, makeHostileRuns, type HostileRun } from "./make-hostile.ts";

/** A file's bytes, where a link leads, or nothing; a file that is mostly holes isn't read. */
function contentOf(path: string, entry: Stats): string {
  if (entry.isSymbolicLink()) return readlinkSync(path);
  if (!entry.isFile()) return "";
  return entry.size > 2 ** 24 ? "holes" : readFileSync(path, "latin1");
}

const parent = mkdtempSync(join(tmpdir(), "aha-hostile-"));
const elsewhere = mkdtempSync(join(tmpdir(), "aha-exports-"));
const runs: HostileRun[] = [];

beforeAll(() => {
  // A copy: the connection of who made it is closed when it is collected, and removes its log then.
  makeGoodRun(join(elsewhere, "good"));
  cpSync(join(elsewhere, "good"), join(parent, "good"), { recursive: true });
  runs.push(...makeHostileRuns(parent));
});
afterAll(() => {
  for (const folder of [parent, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

/** Runs whose store opens, as one row of a table is odd. */
const ODD_ROWS = /^(event|eval|metrics|step|bomb)-/;

/** Every entry of a folder and its bytes. Of large files the size, as they are holes. */
function snapshot(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const path = join(folder, name);
    const entry = lstatSync(path);
    const content = contentOf(path, entry);
    found[name] = `${entry.mode} ${entry.size} ${content}`;
  }
  return found;
}

async function outcome(work: () => unknown): Promise<string> {
  try {
    await work();
    return "done";
  } catch (error) {
    if (!(error instanceof AhaError)) throw error;
    expect(error.message).not.toContain("\n");
    return "refused";
  }
}

test("every hostile run beside a good one is listed within a second, by its name and as what it is", () => {
  const started = performance.now();
  const listed = listRuns(parent);
  expect(performance.now() - started).toBeLessThan(1000);
  const states = new Map(listed.map(({ folder, state }) => [folder, state]));
  expect(states.get(join(parent, "good"))).toBe("interrupted");
  for (const { name, folder, listed: expected } of runs)
    expect([name, states.get(folder)]).toEqual([name, expected === "shown" ? "interrupted" : "unreadable"]);
  expect(listedRuns(parent)).toHaveLength(runs.length + 1);
});

test("looking in every way leaves every byte as it was, and ends in a value or in one line", async () => {
  const before = snapshot(parent);
  const ways: readonly (readonly [string, (run: HostileRun) => unknown])[] = [
    ["list", ({ folder }) => listRuns(folder)],
    ["writer", ({ folder }) => runWriter(folder)],
    ["show", ({ folder }) => shownStep(folder, { limit: 100 } as Parameters<typeof shownStep>[1])],
    ["record", ({ folder, name }) => writeRecording(folder, { out: join(elsewhere, `${name}.json`) }, findCutter)],
    ["report", ({ folder, name }) => writeReport(folder, { out: join(elsewhere, `${name}.html`) })],
    ...RUN_TARGETS.map(
      (to) =>
        [
          to,
          ({ folder, name }: HostileRun) =>
            exportRun(folder, {
              to: to as ExportRunOptions["to"],
              out: join(elsewhere, to === "tensorboard" ? `${name}-events` : `${name}.${to}`),
            }),
        ] as const,
    ),
  ];
  for (const run of runs) {
    for (const [way, look] of ways) {
      const started = performance.now();
      const found = await outcome(() => look(run));
      expect([run.name, way, performance.now() - started < 2000]).toEqual([run.name, way, true]);
      // Whoever doesn't read the odd row needn't refuse it.
      if (run.listed === "unreadable" && !ODD_ROWS.test(run.name) && way !== "list" && way !== "writer")
        expect([run.name, way, found]).toEqual([run.name, way, "refused"]);
    }
  }
  const after = snapshot(parent);
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  expect(Object.keys(before).filter((name) => after[name] !== before[name])).toEqual([]);
});

test("whoever goes on with one checks the same before the first write", async () => {
  for (const run of runs) {
    const found = await outcome(() => openRunStore(run.folder).close());
    if (run.listed === "unreadable" && !ODD_ROWS.test(run.name))
      expect([run.name, found]).toEqual([run.name, "refused"]);
  }
  for (const { victims } of runs)
    for (const [path, content] of victims) expect(readFileSync(path, "latin1")).toBe(content);
});

describe("a bomb of pages that name each other", () => {
  test.each(["rollouts", "watched", "config", "events"])(
    "%s: whoever walks through it is told, at once",
    async (table) => {
      const folder = join(parent, `bomb-${table}`);
      const started = performance.now();
      expect(await outcome(() => openRunStore(folder).close())).toBe("refused");
      const store = openRunStore(folder, { readOnly: true });
      const walks: Readonly<Record<string, () => unknown>> = {
        rollouts: () => [...store.rollouts({ verdict: "unverifiable", problemId: "none" })],
        watched: () => [...store.watched()],
        config: () => undefined,
        events: () => store.states(),
      };
      expect(await outcome(walks[table]!)).toBe(table === "config" ? "done" : "refused");
      if (table === "rollouts")
        for (const query of [{}, { step: 3 }, { step: 1, problemIndex: 0 }])
          expect(await outcome(() => store.countRollouts(query))).toMatch(/done|refused/);
      store.close();
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );
});
