import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { CONFIG, stepMetrics, stepRollouts } from "../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { RunError } from "../errors.ts";
import { createRunStore, openRunStore } from "./open-run.ts";
import type { RunStore } from "./run-store.ts";
import { openSqlite, type SqliteDatabase } from "./sqlite.ts";

describe("what is not a run is one line", () => {
  const open = (folder: string, readOnly: boolean): string => {
    try {
      openRunStore(folder, { readOnly }).close();
    } catch (error) {
      expect(error).toBeInstanceOf(RunError);
      const { message } = error as Error;
      expect(message).not.toMatch(/\n|SQLITE|\bat \//);
      return message;
    }
    return "opened";
  };
  const cases: readonly (readonly [string, (path: string) => void, string])[] = [
    ["garbage", (path) => writeFileSync(path, "garbage ".repeat(1000)), "is not a database"],
    [
      "the database of another program",
      (path) => openSqlite(path).exec("CREATE TABLE notes (text)"),
      "is the database of another program",
    ],
    [
      "a later version",
      (path) => (copyRun(path), openSqlite(path).exec("PRAGMA user_version = 9")),
      "to have version 1, got 9; update aha.",
    ],
    ["a run that never began", (path) => writeFileSync(path, ""), "was stopped before it began"],
    ["a folder", (path) => mkdirSync(path), "got one without run.db"],
    ["half of it", (path) => (copyRun(path), writeFileSync(path, readFileSync(path).subarray(0, 9000))), "is damaged"],
  ];
  test.each(cases)("%s", (_name, make, message) => {
    const folder = temporaryFolder();
    make(join(folder, "run.db"));
    expect(open(folder, false)).toContain(message);
    expect(open(folder, true)).toContain(message);
  });

  test("a folder without a run, which stays as it is", () => {
    const folder = temporaryFolder();
    expect(open(folder, false)).toContain("to be the folder of a run, got one without run.db");
    expect(existsSync(join(folder, "run.lock"))).toBe(false);
  });

  test("bytes that changed within a text", () => {
    const folder = temporaryFolder();
    copyRun(join(folder, "run.db"));
    const bytes = readFileSync(join(folder, "run.db"));
    bytes[bytes.indexOf("<bos> 2 7 9")] = 0xff;
    writeFileSync(join(folder, "run.db"), bytes);
    const store = openRunStore(folder, { readOnly: true });
    onTestFinished(() => store.close());
    expect(() => [...store.rollouts()]).toThrow("holds a row that can't be read");
  });

  test("a new run where one is, or where a file is", () => {
    const folder = temporaryFolder();
    newRun(folder, 1).close();
    expect(() => createRunStore(folder, CONFIG)).toThrow("holds a run already; resume it, or choose another folder.");
    expect(() => createRunStore(join(folder, "run.db"), CONFIG)).toThrow(RunError);
    expect(() => createRunStore(join(folder, "run.db", "x"), CONFIG)).toThrow("a file stands where a folder is needed");
  });

  test("a run that was killed before it began can be begun", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "run.db"), "");
    expect(newRun(folder, 1).lastStep()).toBe(1);
  });
});

describe("a full disk is one line, and keeps whole steps", () => {
  test("while recording", () => {
    const folder = temporaryFolder();
    const store = newRun(folder, 2);
    // The file may not grow any more: SQLite then says what it says on a full disk.
    databaseOf(store).exec("PRAGMA max_page_count = 1");
    const large = Array.from({ length: 500 }, (_, index) => ({ ...stepRollouts(3)[0]!, problemId: `p${index}` }));
    expect(() => store.recordStep(3, stepMetrics(3), large)).toThrow(
      "run.db\" can't be written because the disk is full; free some space, then resume or start the run again.",
    );
    expect([store.lastStep(), store.countRollouts()]).toEqual([2, 8]);
    store.close();

    const again = openRunStore(folder);
    onTestFinished(() => again.close());
    again.recordStep(3, stepMetrics(3), large);
    expect([again.lastStep(), again.countRollouts()]).toEqual([3, 508]);
  });
});

function newRun(folder: string, steps: number): RunStore {
  const store = createRunStore(folder, CONFIG);
  onTestFinished(() => store.close());
  for (let step = 1; step <= steps; step++) store.recordStep(step, stepMetrics(step), stepRollouts(step));
  return store;
}

function databaseOf(store: RunStore): SqliteDatabase {
  return (store as unknown as { readonly database: SqliteDatabase }).database;
}

function copyRun(path: string): void {
  const folder = temporaryFolder();
  newRun(folder, 3).close();
  copyFileSync(join(folder, "run.db"), path);
}
