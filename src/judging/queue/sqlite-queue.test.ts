import { appendFileSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { RunError } from "../../errors.ts";
import { openSqlite } from "../../store/sqlite.ts";
import type { EvaluationJob, EvaluatorCard } from "./evaluation-queue.ts";
import { hasQueue, openQueueView } from "./queue-view.ts";
import { openSqliteQueue, type SqliteQueue, type SqliteQueueOptions } from "./sqlite-queue.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "aha-queue-test-"));
const open: SqliteQueue[] = [];
afterEach(async () => {
  for (const queue of open.splice(0)) await queue.close();
});

function made(place: string = folder(), options: SqliteQueueOptions = {}): SqliteQueue {
  const queue = openSqliteQueue(place, { create: true, ...options });
  open.push(queue);
  return queue;
}

const evaluator = (id: string, has: readonly string[] = ["task:t"]): EvaluatorCard => ({ id, name: id, has });
const [A, B] = [evaluator("a"), evaluator("b")];

const keyOf = (answer: string): string => `key of ${answer.replaceAll(/\W+/g, "_")}`;

function job(answer: string, sample = 0, more: Partial<EvaluationJob> = {}): EvaluationJob {
  return {
    place: { run: "r", batch: "1", problem: "p", sample },
    key: keyOf(answer),
    needs: "task:t",
    work: { kind: "task", name: "t", task: "t", problem: "p", answer, seconds: 1 },
    ...more,
  };
}

const RIGHT = { verdict: { kind: "right" }, failed: false } as const;
const BROKEN = { verdict: { kind: "unverifiable", reason: "no sandbox" }, failed: true, phase: "set up" } as const;

/** Time that a test moves: the calendar may jump, the steady clock only goes on. */
function handClock(): { wall: () => number; steady: () => number; pass(ms: number): void; jump(ms: number): void } {
  let [wall, steady] = [1e12, 0];
  return {
    wall: () => wall,
    steady: () => steady,
    pass(ms) {
      wall += ms;
      steady += ms;
    },
    jump(ms) {
      wall += ms;
    },
  };
}

describe("jobs", () => {
  test("of one content share one evaluation, and the same job twice is one", async () => {
    const queue = made();
    await queue.enqueue([job("x", 0), job("x", 1), job("y", 2), job("x", 0)]);
    const claims = await queue.claim(A, 10);
    expect(claims.map(({ work }) => work.answer)).toEqual(["x", "y"]);
    expect(await queue.claim(B, 10)).toEqual([]);
    for (const claim of claims) expect(await queue.finish(A, claim, RIGHT)).toBe(true);
    expect(await queue.results(["key of x", "key of z"])).toEqual([{ key: "key of x", ...RIGHT }]);
    expect(await queue.counts()).toMatchObject({ jobs: 3, cacheHits: 1, done: 2, waiting: 0, running: 0, failed: 0 });
  });

  test("go to those alone who can judge them, the oldest first", async () => {
    const queue = made();
    await queue.enqueue([job("1", 0, { needs: "repository" }), job("2"), job("3")]);
    expect((await queue.claim(A, 1)).map(({ work }) => work.answer)).toEqual(["2"]);
    expect((await queue.claim(evaluator("c", ["repository"]), 9)).map(({ work }) => work.answer)).toEqual(["1"]);
    expect(await queue.claim(evaluator("d", []), 9)).toEqual([]);
  });

  test("keep what they are, whatever is in them", async () => {
    const answer = 'a\0b "quoted" \ud800 ü 🎉\n';
    const queue = made();
    await queue.enqueue([job(answer)]);
    const [claim] = await queue.claim(A, 1);
    expect(claim!.work.answer).toBe(answer);
    const wrong = { kind: "wrong", reason: answer } as const;
    await queue.finish(A, claim!, {
      verdict: wrong,
      failed: false,
      log: `${"é".repeat(40_000)}end`,
      seconds: { run: 2 },
    });
    expect((await queue.results([job(answer).key]))[0]!.verdict).toEqual(wrong);
    const log = (await queue.log(1))!;
    expect(Buffer.byteLength(log)).toBeLessThanOrEqual(2 ** 16);
    expect(log).toMatch(/^é+end$/);
  });

  test("of two runs on one queue are told apart, and answer each other", async () => {
    const place = folder();
    const [one, two] = [made(place), made(place)];
    await one.enqueue([job("x", 0, { place: { run: "one", batch: "1", problem: "p", sample: 0 } })]);
    await two.enqueue([job("x", 0, { place: { run: "two", batch: "1", problem: "p", sample: 0 } })]);
    const [claim] = await two.claim(A, 9);
    await two.finish(A, claim!, RIGHT);
    for (const queue of [one, two]) expect(await queue.results(["key of x"])).toHaveLength(1);
    expect(await one.counts()).toMatchObject({ jobs: 2, done: 1 });
  });
});

describe("an infrastructure error", () => {
  test("is tried again with growing waits, then unverifiable, and never wrong", async () => {
    const clock = handClock();
    const queue = made(folder(), { clock, firstWait: 2 });
    await queue.enqueue([job("x")]);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt++) {
      let waited = 0;
      let claim = (await queue.claim(A, 1))[0];
      for (; claim === undefined; waited++) {
        clock.pass(1000);
        [claim] = await queue.claim(A, 1);
      }
      waits.push(waited);
      expect(await queue.results(["key of x"])).toEqual([]);
      await queue.fail(A, claim, BROKEN);
    }
    expect(waits[0]).toBe(0);
    // 2 s times 1, 2, 4, 8, of which up to a half is left out.
    for (const [i, wait] of waits.slice(1).entries()) {
      expect(wait).toBeGreaterThanOrEqual(2 * 2 ** i * 0.5);
      expect(wait).toBeLessThanOrEqual(2 * 2 ** i + 1);
    }
    const verdict = { kind: "unverifiable", reason: "no sandbox (5 tries)" };
    expect(await queue.results(["key of x"])).toEqual([{ key: "key of x", verdict, failed: true }]);
    expect(await queue.counts()).toMatchObject({ failed: 1, failedByPhase: { "set up": 1 } });
    expect(await queue.claim(A, 1)).toEqual([]);
  });

  test("is nobody's cache: another one that asks has it tried again, as does a rerun", async () => {
    const queue = made(folder(), { attempts: 1 });
    const failing = async (): Promise<void> => {
      const [claim] = await queue.claim(A, 1);
      await queue.fail(A, claim!, BROKEN);
    };
    await queue.enqueue([job("x")]);
    await failing();
    await queue.enqueue([job("x")]);
    expect(await queue.claim(A, 1)).toEqual([]);
    await queue.enqueue([job("x", 7)]);
    await failing();
    expect(await queue.rerun({ state: "failed" })).toBe(1);
    await failing();
    expect(await queue.rerun({ keys: ["key of x", "key of y"] })).toBe(1);
    expect(await queue.claim(A, 1)).toHaveLength(1);
  });
});

describe("a claim", () => {
  const LEASE = 10;
  test("that isn't kept goes to another, once this one has watched it for a lease", async () => {
    const clock = handClock();
    const queue = made(folder(), { clock, leaseSeconds: LEASE });
    await queue.enqueue([job("x")]);
    const [first] = await queue.claim(A, 1);
    for (let i = 0; i < 10; i++) {
      clock.pass(4000);
      expect(await queue.heartbeat(A, [first!])).toEqual(
        [{ id: first!.id, take: first!.take }].map((c) => expect.objectContaining(c)),
      );
      expect(await queue.claim(B, 1)).toEqual([]);
    }
    const until = (ms: number): Promise<readonly unknown[]> => {
      clock.pass(ms);
      return queue.claim(B, 1);
    };
    expect(await until(9000)).toEqual([]);
    let taken: readonly unknown[] = [];
    for (let i = 0; i < 6 && taken.length === 0; i++) taken = await until(3000);
    expect(taken).toHaveLength(1);
    expect(await queue.finish(A, first!, { verdict: { kind: "wrong", reason: "late" }, failed: false })).toBe(false);
    expect(await queue.heartbeat(A, [first!])).toEqual([]);
    expect(await queue.results(["key of x"])).toEqual([]);
  });

  test.each([3_600_000, -3_600_000])("outlives a calendar that jumps by %i ms", async (jump) => {
    const clock = handClock();
    const queue = made(folder(), { clock, leaseSeconds: LEASE });
    await queue.enqueue([job("x"), job("y")]);
    const claims = await queue.claim(A, 2);
    await queue.claim(B, 1);
    clock.jump(jump);
    clock.pass(3000);
    expect(await queue.claim(B, 1)).toEqual([]);
    await queue.heartbeat(A, claims);
    // Whoever fails now, and whoever dies, is tried again in time all the same.
    await queue.fail(A, claims[0]!, BROKEN);
    clock.jump(-jump);
    const taken: string[] = [];
    for (let i = 0; i < 12; i++) {
      clock.pass(3000);
      for (const claim of await queue.claim(B, 2)) {
        taken.push(claim.work.answer);
        await queue.finish(B, claim, RIGHT);
      }
    }
    expect(taken.toSorted()).toEqual(["x", "y"]);
  });

  test("of one who is known to be dead waits again at once; what kills its evaluators ends", async () => {
    const queue = made();
    await queue.enqueue([job("x")]);
    for (let i = 1; i <= 20; i++) {
      const one = evaluator(`e${i}`);
      expect(await queue.claim(one, 1)).toHaveLength(1);
      await queue.bury(one.id);
    }
    expect(await queue.claim(A, 1)).toEqual([]);
    expect((await queue.results(["key of x"]))[0]).toMatchObject({
      failed: true,
      verdict: { kind: "unverifiable", reason: "its evaluator died 20 times while it was judged" },
    });
  });

  test("of one who leaves waits again, and counts for nothing", async () => {
    const queue = made();
    await queue.enqueue([job("x")]);
    for (let i = 0; i < 30; i++) {
      expect(await queue.claim(A, 1)).toHaveLength(1);
      await queue.leave(A);
    }
  });
});

describe("a full disk", () => {
  test("loses nothing: what could not be written is as before", async () => {
    let full = false;
    const queue = made(folder(), {
      open: (path, options) => {
        const database = openSqlite(path, options);
        return {
          ...database,
          run(sql, values) {
            if (full && !sql.startsWith("SELECT"))
              throw new RunError("The file can't be written because the disk is full.", {
                cause: { code: "SQLITE_FULL" },
              });
            database.run(sql, values);
          },
          transaction: (work) => database.transaction(work),
        };
      },
    });
    await queue.enqueue([job("x")]);
    const [claim] = await queue.claim(A, 1);
    full = true;
    await expect(queue.enqueue([job("y")])).rejects.toThrow("disk is full");
    await expect(queue.finish(A, claim!, RIGHT)).rejects.toThrow("disk is full");
    expect(await queue.counts()).toMatchObject({ running: 1, waiting: 0, jobs: 1 });
    full = false;
    expect(await queue.finish(A, claim!, RIGHT)).toBe(true);
    await queue.enqueue([job("y")]);
    expect(await queue.counts()).toMatchObject({ done: 1, waiting: 1, jobs: 2 });
  });
});

describe("a file that is not ours", () => {
  const refused = (place: string, words: RegExp): void => {
    expect(() => openSqliteQueue(place)).toThrow(words);
    expect(() => openQueueView(place)).toThrow(words);
  };

  test("none", () => {
    refused(
      folder(),
      /^Expected ".*" to have a queue, got no evaluations\.db in it; a run that judges by evaluators has one, unless its `queue` is in a Redis\.$/,
    );
    refused("/nowhere/at/all", /to have a queue/);
  });

  test("no database, another program's, a changed one, a damaged one, a link, a journal", async () => {
    const place = folder();
    const path = join(place, "evaluations.db");
    writeFileSync(path, "hello".repeat(2000));
    refused(place, /is not a database/);
    const other = folder();
    const database = openSqlite(join(other, "evaluations.db"));
    database.exec("CREATE TABLE x (y)");
    database.close();
    refused(other, /is the database of another program/);
    const changed = folder();
    await made(changed).close();
    const ours = openSqlite(join(changed, "evaluations.db"));
    ours.exec("CREATE TRIGGER t AFTER INSERT ON jobs BEGIN DELETE FROM jobs; END");
    ours.close();
    refused(changed, /got the trigger "t", which is none of them/);
    const linked = folder();
    symlinkSync(path, join(linked, "evaluations.db"));
    refused(linked, /to be a plain file, got a link/);
    const journal = folder();
    await made(journal).close();
    writeFileSync(join(journal, "evaluations.db-journal"), "");
    refused(journal, /holds evaluations\.db-journal/);
  });

  test("rows of somebody's are refused in words, not obeyed", async () => {
    const place = folder();
    const queue = made(place);
    await queue.enqueue([job("x")]);
    const raw = openSqlite(join(place, "evaluations.db"));
    const put = (sql: string): void => raw.exec(sql);
    put(`UPDATE evaluations SET work = CAST(X'FF00FE' AS TEXT)`);
    await expect(queue.claim(A, 1)).rejects.toThrow(/holds a row that can't be read/);
    put(`UPDATE evaluations SET work = '{"kind":"shell","answer":"rm"}'`);
    await expect(queue.claim(A, 1)).rejects.toThrow(/expected `kind` to be one of execution, task/);
    put(`UPDATE evaluations SET state = 'done', verdict = '{"kind":"partly","score":7}'`);
    await expect(queue.results(["key of x"])).rejects.toThrow(/`score`/);
    await expect(queue.list({ limit: 5 })).rejects.toThrow(/`score`/);
    put(`UPDATE evaluations SET verdict = '${"[".repeat(5000)}'`);
    await expect(queue.results(["key of x"])).rejects.toThrow(/levels/);
    raw.close();
  });

  test("a torn end is refused or read as far as it was whole, never invented", async () => {
    const place = folder();
    const queue = made(place);
    await queue.enqueue(Array.from({ length: 500 }, (_, i) => job(`answer ${i}`, i)));
    await queue.close();
    truncateSync(join(place, "evaluations.db"), 20_000);
    expect(() => openSqliteQueue(place, { check: true })).toThrow(RunError);
    appendFileSync(join(place, "evaluations.db"), Buffer.alloc(30_000));
    expect(() => openSqliteQueue(place, { check: true })).toThrow(RunError);
  });
});

test("is looked at without a trace, with or without its writers", async () => {
  const place = folder();
  expect(hasQueue(place)).toBe(false);
  const queue = made(place);
  await queue.enqueue([job("x"), job("y")]);
  await queue.heartbeat(A, []);
  const [claim] = await queue.claim(A, 1);
  await queue.finish(A, claim!, { verdict: { kind: "wrong", reason: "no" }, failed: false, log: "1 of 2 failed" });
  for (const beside of [true, false]) {
    if (!beside) await queue.close();
    const view = openQueueView(place);
    expect(view.counts()).toMatchObject({ done: 1, waiting: 1, jobs: 2, evaluators: [{ name: "a", judged: 1 }] });
    expect(view.list({ state: "done", limit: 5 })).toMatchObject([{ id: 1, verdict: "wrong", reason: "no", jobs: 1 }]);
    expect([view.log(1), view.log(2), view.log(3)]).toEqual(["1 of 2 failed", "", null]);
    view.close();
  }
});
