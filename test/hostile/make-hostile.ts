import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createRunStore } from "../../src/store/index.ts";
import { openSqlite, type SqliteDatabase, type SqlValue } from "../../src/store/sqlite.ts";
import { CONFIG, EVALUATION, stepMetrics, stepRollouts } from "../contracts/run-samples.ts";
import { bombTree } from "./btree-bomb.ts";
import { addHotJournal, makeHotJournal } from "./hot-journal.ts";

/** A run folder of a stranger. */
export interface HostileRun {
  readonly name: string;
  readonly folder: string;
  /** What lists must say of it: that it can't be read, or its figures. */
  readonly listed: "unreadable" | "shown";
  /** Files outside or beside, with their content: they must stay as they are, whatever is done with the run. */
  readonly victims: readonly (readonly [path: string, content: string])[];
}

const INFINITE = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r)";
const VICTIM = "precious\n";
/** Steps of the run that the folders are made from. */
export const HOSTILE_STEPS = 3;

/** Makes a hostile run's folder from a good one's copy. @returns its victims, where it has some */
type Maker = (folder: string, parent: string) => HostileRun["victims"] | void;

/**
 * Makes every hostile run folder in a folder, beside whatever runs are there. Harmless: nothing outside of `parent`
 * is named.
 */
export function makeHostileRuns(parent: string): HostileRun[] {
  const good = join(parent, ".good");
  makeGoodRun(good);
  const runs = [...entries(UNREADABLE, "unreadable"), ...entries(SHOWN, "shown")].map(
    ([name, make, listed]): HostileRun => {
      const folder = join(parent, name);
      cpSync(good, folder, { recursive: true });
      return { name, folder, listed, victims: make(folder, parent) ?? [] };
    },
  );
  rmSync(good, { recursive: true });
  return runs;
}

/** A run of three steps that was killed: its last state is `started`. */
export function makeGoodRun(folder: string): void {
  const store = createRunStore(folder, CONFIG);
  store.recordState("started", "base");
  store.recordEvaluation("before", 0, EVALUATION, stepRollouts(0));
  for (let step = 1; step <= HOSTILE_STEPS; step++) store.recordStep(step, stepMetrics(step), stepRollouts(step));
  store.close();
}

/** Changes a run's database by SQL, as a stranger does. */
export function changeRun(folder: string, work: (database: SqliteDatabase) => void): void {
  const database = openSqlite(join(folder, "run.db"));
  try {
    work(database);
    // So that the file alone is the run.
    database.all("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    database.close();
  }
  for (const end of ["-wal", "-shm"]) rmSync(join(folder, `run.db${end}`), { force: true });
}

const sql =
  (statements: string, values: readonly SqlValue[] = []): Maker =>
  (folder) =>
    changeRun(folder, (database) =>
      values.length === 0 ? database.exec(statements) : database.run(statements, values),
    );
const view = (table: string, body: string): Maker =>
  sql(`ALTER TABLE ${table} RENAME TO ${table}_kept; CREATE VIEW ${table} AS ${body}`);
const config = (text: string): Maker => sql("UPDATE config SET json = ?", [text]);
const metrics = (text: string): Maker => sql("UPDATE metrics SET json = ? WHERE step = 3", [text]);
const bomb =
  (tree: string): Maker =>
  (folder) => {
    let root = 1;
    if (tree !== "sqlite_master")
      changeRun(
        folder,
        (database) =>
          (root = Number(database.get("SELECT rootpage AS page FROM sqlite_master WHERE name = ?", [tree])?.["page"])),
      );
    bombTree(join(folder, "run.db"), root);
  };
const bytes =
  (change: (file: Buffer) => void): Maker =>
  (folder) => {
    const path = join(folder, "run.db");
    const file = readFileSync(path);
    change(file);
    writeFileSync(path, file);
  };
/** Puts a link in the place of a file of the run; what it names must stay. */
const link =
  (name: string, content: string = VICTIM): Maker =>
  (folder, parent) => {
    const victim = join(parent, `${name}-of-somebody-else`);
    writeFileSync(victim, content);
    rmSync(join(folder, name), { force: true, recursive: true });
    symlinkSync(victim, join(folder, name));
    return [[victim, content]];
  };
const folderLink =
  (name: string): Maker =>
  (folder, parent) => {
    const outside = join(parent, `${name}-of-somebody-else.d`);
    mkdirSync(join(outside, "step-0"), { recursive: true });
    writeFileSync(join(outside, "step-0", "training-state.safetensors"), VICTIM);
    symlinkSync(outside, join(folder, name));
    return [[join(outside, "step-0", "training-state.safetensors"), VICTIM]];
  };
const fifo =
  (name: string): Maker =>
  (folder) => {
    rmSync(join(folder, name), { force: true });
    execFileSync("mkfifo", [join(folder, name)]);
  };
const victimOf = (folder: string): string => {
  const victim = join(folder, "victim.txt");
  writeFileSync(victim, VICTIM);
  return victim;
};

const UNREADABLE: Readonly<Record<string, Maker>> = {
  // The schema as a program.
  "view-endless": view("config", `${INFINITE} SELECT CAST(count(*) AS text) json FROM r`),
  "view-endless-metrics": view("metrics", `${INFINITE} SELECT count(*) step, '' json FROM r`),
  "view-endless-events": view("events", `${INFINITE} SELECT count(*) id, 1 time, '' state, 1 step, '' detail FROM r`),
  "view-zeros": view("config", "SELECT CAST(zeroblob(900000000) AS text) json"),
  "view-beside": sql(`CREATE VIEW watched_too AS ${INFINITE} SELECT count(*) n FROM r`),
  "trigger-endless": sql(
    "CREATE TRIGGER t AFTER INSERT ON metrics BEGIN INSERT INTO events (time, state, step, detail) SELECT 1, " +
      `'x', 1, (${INFINITE} SELECT count(*) FROM r); END`,
  ),
  "trigger-filling": sql(
    "CREATE TRIGGER t AFTER INSERT ON metrics BEGIN INSERT INTO events (time, state, step, detail) SELECT 1, " +
      "'x', 1, hex(zeroblob(100000000)); END",
  ),
  "index-foreign": sql("CREATE INDEX i ON rollouts (abs(sample))"),
  "index-partial": sql("CREATE INDEX i ON metrics (step) WHERE step > 1"),
  "generated-column": sql(
    "DROP TABLE config; CREATE TABLE config (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL AS " +
      "('{}')) STRICT; INSERT INTO config (id) VALUES (1)",
  ),
  "check-foreign": sql(
    "DROP TABLE metrics; CREATE TABLE metrics (step INTEGER PRIMARY KEY, json TEXT NOT NULL CHECK " +
      "(length(hex(json)) >= 0)) STRICT",
  ),
  "virtual-table": sql("CREATE VIRTUAL TABLE words USING fts5(text)"),
  "table-missing": sql("DROP TABLE events"),
  "table-more": sql("CREATE TABLE notes (text)"),
  "column-default": sql(
    "DROP TABLE events; CREATE TABLE events (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, state TEXT NOT " +
      "NULL DEFAULT (hex(zeroblob(100000000))), step INTEGER NOT NULL, detail TEXT NOT NULL) STRICT",
  ),
  // Rows of another shape.
  "config-null": config("null"),
  "config-list": config("[]"),
  "config-kind": config('{"kind":{"toString":1}}'),
  "config-deep": config("[".repeat(100_000) + "]".repeat(100_000)),
  "config-deep-field": config(`{"kind":"zero","a":${"[".repeat(1000)}${"]".repeat(1000)}}`),
  "config-large": config(JSON.stringify({ kind: "zero", note: "x".repeat(2 ** 21) })),
  "config-none": sql("DELETE FROM config"),
  "eval-null": sql("UPDATE evaluations SET json = 'null'"),
  "eval-text": sql("UPDATE evaluations SET json = ?", [JSON.stringify({ ...EVALUATION, accuracy: "much" })]),
  "event-time": sql("UPDATE events SET time = 9223372036854775807"),
  "event-time-negative": sql("UPDATE events SET time = -9223372036854775808"),
  "event-state": sql("UPDATE events SET state = '__proto__'"),
  "metrics-object": metrics('{"step":3,"accuracy":{"a":1},"emergence":{"meanLength":{"b":1}}}'),
  "metrics-null": metrics("null"),
  "metrics-list": metrics("[]"),
  "metrics-absurd": metrics(JSON.stringify(stepMetrics(3, { seconds: -1e308 }))),
  "metrics-endless": metrics(JSON.stringify(stepMetrics(3)).replace('"loss":-0.25', '"loss":1e999')),
  "metrics-step": metrics(JSON.stringify(stepMetrics(2))),
  "step-large": sql("UPDATE metrics SET step = 9007199254740993 WHERE step = 3"),
  // The file as a program.
  "bomb-schema": bomb("sqlite_master"),
  "bomb-metrics": bomb("metrics"),
  "bomb-evaluations": bomb("evaluations"),
  "page-size": bytes((file) => file.writeUInt16BE(513, 16)),
  "page-size-large": bytes((file) => file.writeUInt16BE(1, 16)),
  "no-database": bytes((file) => file.fill(7)),
  half: (folder) => truncateSync(join(folder, "run.db"), 5000),
  "later-version": sql("PRAGMA user_version = 9"),
  terabyte: (folder) => truncateSync(join(folder, "run.db"), 2 ** 40),
  // The schema of a log that isn't in the file yet.
  "log-view": (folder) => {
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    const database = openSqlite(join(copy, "run.db"));
    database.exec(
      `ALTER TABLE config RENAME TO config_kept; CREATE VIEW config AS ${INFINITE} SELECT CAST(count(*) AS ` +
        "text) json FROM r",
    );
    for (const end of ["", "-wal", "-shm"]) copyFileSync(join(copy, `run.db${end}`), join(folder, `run.db${end}`));
    database.close();
    rmSync(copy, { recursive: true });
  },
  // Files that aren't files.
  "lock-journal": (folder) => {
    const victim = victimOf(folder);
    makeHotJournal(join(folder, "run.lock"), victim);
    return [[victim, VICTIM]];
  },
  "database-journal": (folder) => {
    changeRun(folder, (database) => database.all("PRAGMA journal_mode = DELETE"));
    const victim = victimOf(folder);
    addHotJournal(join(folder, "run.db"), victim);
    return [[victim, VICTIM]];
  },
  "lock-link": (folder, parent) => {
    const victim = join(parent, "somebody-elses.sqlite");
    const database = openSqlite(victim);
    database.exec("PRAGMA user_version = 77");
    database.close();
    rmSync(join(folder, "run.lock"), { force: true });
    symlinkSync(join("..", "somebody-elses.sqlite"), join(folder, "run.lock"));
    return [[victim, readFileSync(victim, "latin1")]];
  },
  "lock-fifo": fifo("run.lock"),
  "lock-folder": (folder) => {
    rmSync(join(folder, "run.lock"), { force: true });
    mkdirSync(join(folder, "run.lock"));
  },
  "database-fifo": fifo("run.db"),
  "database-link": (folder) => {
    renameSync(join(folder, "run.db"), `${folder}.db`);
    symlinkSync(`${folder}.db`, join(folder, "run.db"));
  },
  "log-fifo": fifo("run.db-wal"),
  "log-link": link("run.db-wal"),
  "log-index-link": link("run.db-shm"),
  "journal-link": link("run.db-journal"),
};

const SHOWN: Readonly<Record<string, Maker>> = {
  // What lists don't read; those who do say so.
  "bomb-config": bomb("config"),
  "bomb-events": bomb("events"),
  "bomb-rollouts": bomb("rollouts"),
  "bomb-watched": bomb("watched"),
  "reward-null": sql("UPDATE rollouts SET reward = 'null' WHERE step = 3"),
  "verdict-null": sql(`UPDATE rollouts SET reward = '{"total":1,"breakdown":{},"verdict":null}' WHERE step = 3`),
  "reward-deep": sql("UPDATE rollouts SET reward = ? WHERE step = 3", ["[".repeat(100_000) + "]".repeat(100_000)]),
  "tokens-odd": sql("UPDATE rollouts SET tokens = x'010203' WHERE step = 3"),
  "logprobs-nan": sql("UPDATE rollouts SET logprobs = x'0000c07f0000c07f0000c07f' WHERE step = 3"),
  "difficulty-endless": sql("UPDATE rollouts SET difficulty = 1e999 WHERE step = 3"),
  // Whose code is asked for first.
  "task-module": (folder) => {
    changeRun(folder, (database) =>
      database.run("UPDATE config SET json = ?", [JSON.stringify({ ...CONFIG, task: join(folder, "task.mjs") })]),
    );
    writeFileSync(
      join(folder, "task.mjs"),
      'process.stderr.write("code of the run folder ran\\n");\nexport default {};\n',
    );
  },
  "task-share": config(JSON.stringify({ ...CONFIG, task: "\\\\server\\share\\task.mjs" })),
  "tokenizer-regex": (folder) => {
    changeRun(folder, (database) =>
      database.run("UPDATE rollouts SET tokens = ?, logprobs = ?, text = 'zzz' WHERE step = 1 AND problem_index = 0", [
        new Uint8Array(Int32Array.of(10, 10).buffer),
        new Uint8Array(8),
      ]),
    );
    const tokenizer = JSON.parse(readFileSync(new URL("../parity/tokenizer.json", import.meta.url), "utf8")) as {
      model: { vocab: Record<string, number> };
      decoder: unknown;
    };
    const { vocab } = tokenizer.model;
    const tenth = Object.keys(vocab).find((token) => vocab[token] === 10);
    if (tenth !== undefined) delete vocab[tenth];
    vocab[`${"a".repeat(40)}!`] = 10;
    tokenizer.decoder = {
      type: "Sequence",
      decoders: [{ type: "Fuse" }, { type: "Replace", pattern: { Regex: "^(a+)+$" }, content: "x" }],
    };
    mkdirSync(join(folder, "final"));
    writeFileSync(join(folder, "final", "tokenizer.json"), JSON.stringify(tokenizer));
  },
  // Links out of the folder.
  "checkpoints-link": folderLink("checkpoints"),
  "final-link": folderLink("final"),
  "report-link": link("report.html"),
};

function* entries(
  makers: Readonly<Record<string, Maker>>,
  listed: HostileRun["listed"],
): Generator<readonly [string, Maker, HostileRun["listed"]]> {
  for (const [name, make] of Object.entries(makers)) yield [name, make, listed];
}
