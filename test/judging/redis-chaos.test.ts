import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { untilAnswered } from "../../src/judging/queue/until-answered.ts";
import type { EvaluationJob } from "../../src/judging/queue/evaluation-queue.ts";
import { openBullQueue } from "../../src/judging/queue/redis/bull-queue.ts";
import { redisAddress } from "../../src/host/redis/redis-address.ts";
import { randomKey, RandomStream } from "../../src/random.ts";
import { NO_REDIS, ownRedis } from "./redis-server.ts";

const CHILD = fileURLToPath(new URL("redis-chaos-child.mjs", import.meta.url));
const [JOBS, DISTINCT, BATCH, EVALUATORS, KILLS] = [200, 120, 50, 2, 8];
const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
const rightIs = (answer: string): boolean => sha256(answer).readUInt32BE() / 2 ** 32 < 0.5;
const NAME = NO_REDIS === null ? "" : ` (skipped: ${NO_REDIS})`;

test.skipIf(NO_REDIS !== null)(
  `evaluators that are killed, a Redis that restarts and one that is emptied: each job settled once, none wrong${NAME}`,
  { timeout: 90_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "aha-redis-chaos-"));
    const redis = await ownRedis("--appendonly", "yes", "--appendfsync", "always");
    const random = new RandomStream(randomKey(11));
    const children = new Map<number, ChildProcess>();
    let [over, next, kills] = [false, 0, 0];
    const start = (place: number): void => {
      const settings = {
        folder,
        id: `evaluator ${next++}`,
        url: redis.url,
        leaseSeconds: 1,
        waitMs: 60,
        brokenShare: 0.05,
      };
      const child = spawn(process.execPath, [CHILD, JSON.stringify(settings)], {
        stdio: ["pipe", "ignore", "inherit"],
      });
      child.stdin.on("error", () => undefined);
      children.set(place, child);
      child.once("exit", () => (over ? undefined : start(place)));
    };
    const queue = await openBullQueue(redisAddress(redis.url), "chaos", {
      leaseSeconds: 1,
      firstWait: 0.02,
      attempts: 20,
    });
    const patience = { taskName: "t", patienceMinutes: 1 };
    const settled = new Map<number, string[]>();
    const trouble: string[] = [];
    const killing = async (): Promise<void> => {
      while (!over) {
        await sleep(300 + 500 * random.next());
        // Only ever a child of this process, by its own handle.
        if (kills < KILLS && children.get(Math.floor(random.next() * EVALUATORS))!.kill("SIGKILL")) kills++;
      }
    };
    const train = async (): Promise<void> => {
      for (let step = 0; step < JOBS / BATCH; step++) {
        const numbers = Array.from({ length: BATCH }, (_, i) => step * BATCH + i);
        const jobs = numbers.map((number): EvaluationJob => {
          const answer = `answer ${number % DISTINCT}`;
          return {
            place: { run: "chaos", batch: String(step), problem: String(number), sample: 0 },
            key: sha256(answer).toString("hex"),
            needs: "task:t",
            work: { kind: "task", name: "t", task: "t", problem: "p", answer, seconds: 1 },
          };
        });
        await untilAnswered(() => queue.enqueue(jobs), patience);
        // In the middle of a step: half of it is judged, some of it is claimed.
        const disaster = step === 1 || step === 2 ? sleep(250) : null;
        if (disaster !== null) await disaster;
        if (step === 1) {
          await redis.end("SIGKILL");
          await sleep(300);
          await redis.start();
          trouble.push("restart");
        }
        if (step === 2) {
          await redis.command("FLUSHALL");
          trouble.push("FLUSHALL");
        }
        const left = new Map<string, EvaluationJob[]>();
        for (const job of jobs) left.set(job.key, [...(left.get(job.key) ?? []), job]);
        while (left.size > 0) {
          for (const { key, verdict } of await untilAnswered(() => queue.results([...left.keys()]), patience)) {
            for (const { place } of left.get(key)!) {
              const number = Number(place.problem);
              settled.set(number, [...(settled.get(number) ?? []), verdict.kind]);
            }
            left.delete(key);
          }
          await sleep(20);
        }
      }
    };
    try {
      for (let i = 0; i < EVALUATORS; i++) start(i);
      const end = killing();
      await train();
      over = true;
      await end;
    } finally {
      over = true;
      const running = [...children.values()].filter(
        ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
      );
      await Promise.all(running.map((child) => new Promise((done) => child.once("exit", done).kill("SIGKILL"))));
      await queue.close();
      await redis.remove();
    }
    const judged = readFileSync(join(folder, "judged.txt"), "utf8").trim().split("\n");
    rmSync(folder, { recursive: true, force: true });
    const expected = Array.from({ length: JOBS }, (_, i) => [
      i,
      [rightIs(`answer ${i % DISTINCT}`) ? "right" : "wrong"],
    ]);
    expect([...settled].sort(([a], [b]) => a - b)).toEqual(expected);
    expect(trouble).toEqual(["restart", "FLUSHALL"]);
    expect(kills).toBeGreaterThanOrEqual(4);
    process.stdout.write(`${kills} kills, ${judged.length - new Set(judged).size} checks run again\n`);
  },
);
