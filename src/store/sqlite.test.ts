import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { isBusy, openSqlite, type SqliteDatabase, type SqliteOptions } from "./sqlite.ts";

function open(path: string = join(temporaryFolder(), "a.db"), options: SqliteOptions = {}): SqliteDatabase {
  const database = openSqlite(path, options);
  onTestFinished(() => database.close());
  return database;
}

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("rows have the columns asked for and nothing else; blobs come back as bytes", () => {
  const database = open();
  database.exec("CREATE TABLE t (a, b, c)");
  database.run("INSERT INTO t VALUES (?, ?, ?)", [1.5, new Uint8Array([0, 255]), null]);
  for (const row of [database.get("SELECT * FROM t"), ...database.all("SELECT * FROM t")]) {
    expect(Object.keys(row ?? {})).toEqual(["a", "b", "c"]);
    expect([row?.["a"], row?.["c"]]).toEqual([1.5, null]);
    expect(row?.["b"]).toBeInstanceOf(Uint8Array);
    expect(Array.from(row?.["b"] as Uint8Array)).toEqual([0, 255]);
  }
  expect(database.get("SELECT * FROM t WHERE a = ?", [2])).toBeUndefined();
});

test("a transaction is whole or not at all", () => {
  const database = open();
  database.exec("CREATE TABLE t (a)");
  const failed = caught(() =>
    database.transaction(() => {
      database.run("INSERT INTO t VALUES (1)");
      throw new TypeError("mine");
    }),
  );
  expect(failed).toEqual(new TypeError("mine"));
  expect(database.transaction(() => (database.run("INSERT INTO t VALUES (2)"), "result"))).toBe("result");
  expect(database.all("SELECT a FROM t")).toEqual([{ a: 2 }]);
});

test("a file that another connection writes is busy", () => {
  const path = join(temporaryFolder(), "a.db");
  open(path).exec("CREATE TABLE t (a); BEGIN IMMEDIATE");
  const error = caught(() => open(path, { timeoutSeconds: 0 }).exec("BEGIN IMMEDIATE"));
  expect(isBusy(error)).toBe(true);
  expect((error as Error).message).toContain('a.db" is in use by another process; wait until it has ended.');
});

test("what can't be opened is one line", () => {
  const folder = temporaryFolder();
  expect((caught(() => openSqlite(join(folder, "missing", "a.db"))) as Error).message).toContain(
    "can't be opened; check the path and its permissions.",
  );
  expect((caught(() => openSqlite(join(folder, "a.db"), { readOnly: true })) as Error).message).toContain(
    "can't be opened",
  );
});
