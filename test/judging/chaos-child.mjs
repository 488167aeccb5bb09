/**
 * The two kinds of processes that chaos.ts kills: evaluators, and a stand-in for a trainer, which asks for the verdicts
 * of a step and credits them in one transaction, as a run store does.
 */
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runEvaluator } from "../../dist/judging/queue/run-evaluator.js";
import { openSqliteQueue } from "../../dist/judging/queue/sqlite-queue.js";
import { openSqlite } from "../../dist/store/sqlite.js";

const [kind, settings] = process.argv.slice(2);
const { folder, id, jobs, distinct, batch, leaseSeconds, waitMs, brokenShare } = JSON.parse(settings);
process.stdin.on("end", () => process.exit(0)).resume();

const share = (text) => createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
const rightIs = (answer) => share(answer) < 0.5;

if (kind === "evaluator") {
  const queue = openSqliteQueue(folder, { leaseSeconds, firstWait: 0.05 });
  const judge = {
    has: ["task:t"],
    async judge({ answer }) {
      await sleep(waitMs * (0.2 + 1.6 * share(`${answer} waits`)));
      appendFileSync(join(folder, "judged.txt"), `${answer}\n`);
      // Broken at times, whatever the answer is: nothing of it may be seen in a verdict.
      if (share(`${answer} ${process.pid} ${performance.now()}`) < brokenShare)
        return { verdict: { kind: "unverifiable", reason: "sandbox died" }, failed: true };
      const verdict = rightIs(answer) ? { kind: "right" } : { kind: "wrong", reason: "parity" };
      return { verdict, failed: false, seconds: { run: 0.01 }, log: `checked ${answer}` };
    },
  };
  const signal = new AbortController().signal;
  await runEvaluator(queue, { card: { id, name: id }, judge, atOnce: 4, signal });
}

if (kind === "trainer") {
  const queue = openSqliteQueue(folder, { create: true, leaseSeconds, firstWait: 0.05, attempts: 20 });
  const store = openSqlite(join(folder, "credit.db"));
  store.exec(
    "PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS credit (job INTEGER PRIMARY KEY, step INTEGER NOT NULL, verdict TEXT NOT NULL, times INTEGER NOT NULL) STRICT",
  );
  const steps = Math.ceil(jobs / batch);
  const done = Number(store.get("SELECT COUNT(DISTINCT step) AS steps FROM credit").steps);
  for (let step = done; step < steps; step++) {
    const numbers = Array.from({ length: Math.min(batch, jobs - step * batch) }, (_, i) => step * batch + i);
    const asked = numbers.map((number) => {
      const answer = `answer ${number % distinct}`;
      const key = createHash("sha256").update(answer).digest("hex");
      const place = { run: "chaos", batch: String(step), problem: String(number), sample: 0 };
      const work = { kind: "task", name: "t", task: "t", problem: "p", answer, seconds: 1 };
      return { number, answer, job: { place, key, needs: "task:t", work } };
    });
    await queue.enqueue(asked.map(({ job }) => job));
    const keys = [...new Set(asked.map(({ job }) => job.key))];
    let results = [];
    while ((results = await queue.results(keys)).length < keys.length) await sleep(20);
    const byKey = new Map(results.map(({ key, verdict }) => [key, verdict.kind]));
    store.transaction(() => {
      for (const { number, job } of asked)
        store.run(
          "INSERT INTO credit (job, step, verdict, times) VALUES (?, ?, ?, 1) ON CONFLICT (job) DO UPDATE SET times = times + 1",
          [number, step, byKey.get(job.key)],
        );
    });
  }
  store.close();
  await queue.close();
  appendFileSync(join(folder, "finished.txt"), "yes");
  process.exit(0);
}
