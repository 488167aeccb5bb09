import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { EvaluationJob, EvaluatorSide } from "../../src/judging/queue/evaluation-queue.ts";
import { contentKey } from "../../src/judging/queue/content-key.ts";
import { openHttpQueue } from "../../src/judging/queue/http-queue.ts";
import { openBullEvaluator, openBullQueue } from "../../src/judging/queue/redis/bull-queue.ts";
import { redisAddress } from "../../src/judging/queue/redis/redis-address.ts";
import { runEvaluator } from "../../src/judging/queue/run-evaluator.ts";
import { openSqliteQueue } from "../../src/judging/queue/sqlite-queue.ts";
import { openWorkJudge } from "../../src/judging/queue/work-judge.ts";
import { openExecutor } from "../../src/sandbox/code-executor.ts";
import { bundleTask, MOST_BUNDLE, unpackTask } from "../../src/sandbox/repository/task-bundle.ts";
import { PreparedTask } from "../../src/sandbox/repository/test-run.ts";
import { serveQueue } from "../../src/server/serve-queue.ts";
import { parseEdits } from "../../src/tasks/edits/parse-edits.ts";
import { NO_REDIS, ownRedis } from "../judging/redis-server.ts";
import { makeNodeTask, NODE_GOLD } from "./make-tasks.ts";
import { missingForRepositories } from "./missing.ts";

const missing = missingForRepositories();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "aha-bundles-test-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
const newTask = (): string => {
  const folder = makeNodeTask();
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function jobs(folder: string): EvaluationJob[] {
  return [NODE_GOLD, "no edits"].map((answer, sample) => {
    const work = { kind: "execution", execution: { kind: "repository", folder }, answer } as const;
    return { place: { run: "r", batch: "0", problem: "p", sample }, key: contentKey(work), needs: "repository", work };
  });
}

/** An evaluator that has none of the folders, until it has judged so much. */
async function judgeElsewhere(queue: EvaluatorSide, count: number): Promise<void> {
  const stop = new AbortController();
  const content = queue.content!.bind(queue);
  const judge = openWorkJudge({ judges: 1, executor: openExecutor({ workers: 1 }), content });
  expect(judge.has).toEqual(["code", "bundle"]);
  let judged = 0;
  const onJudged = (): void => (++judged === count ? stop.abort() : undefined);
  await runEvaluator(queue, { card: { id: "far", name: "far" }, judge, atOnce: 1, signal: stop.signal, onJudged });
  await judge.stop();
}

describe.skipIf(missing !== undefined)(`bundles of tasks (${missing ?? "bubblewrap and git are here"})`, () => {
  test("are the task without its history and its solution, and judge as it does", async () => {
    const folder = newTask();
    const { sha256: hash, bytes } = await bundleTask(folder);
    expect(hash).toBe(sha256(bytes));
    expect(bytes.length).toBeLessThan(10_000);
    const there = newFolder();
    await unpackTask(bytes, hash, there);
    expect(readdirSync(there).sort()).toEqual(["hidden", "repository.git", "task.json"]);
    const task = await PreparedTask.open(there);
    expect((await task.run(parseEdits(NODE_GOLD) as never)).verdict).toEqual({ kind: "right" });
    expect((await task.runBase()).verdict.kind).toBe("wrong");
    task.close();
  });

  test.each<[string, (bytes: Buffer) => Buffer, string]>([
    ["one byte of another", (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from("x")]), "pack is damaged"],
    ["a byte too many", (bytes) => Buffer.concat([bytes, Buffer.from("x")]), "longer or shorter"],
    ["a byte too few", (bytes) => bytes.subarray(0, -1), "longer or shorter"],
    ["no head", () => Buffer.from("x"), "head can't be read"],
    [
      "a path that leads out",
      (bytes) => changed(bytes, "hidden/test/mean.test.js", "hidden/../../../x.test.j"),
      "head can't be read",
    ],
    [
      "an absolute path",
      (bytes) => changed(bytes, "hidden/test/mean.test.js", "/hidden/test/mean.test.j"),
      "head can't be read",
    ],
    [
      "git's own files",
      (bytes) => changed(bytes, "hidden/test/mean.test.js", "repository.git/hooks/xxx"),
      "head can't be read",
    ],
    ["no task", (bytes) => changed(bytes, '"task.json"', '"base.pack"'), "head can't be read"],
  ])("with %s are refused, and write nothing outside", async (_name, change, reason) => {
    const { bytes } = await bundleTask(newTask());
    const other = change(Buffer.from(bytes));
    const above = newFolder();
    const there = join(above, "a", "b");
    await expect(unpackTask(other, sha256(other), there)).rejects.toThrow(reason);
    expect(existsSync(join(above, "x.test.j"))).toBe(false);
    await expect(unpackTask(Buffer.from(bytes), sha256(other), there)).rejects.toThrow("its hash is another");
  });

  test("that are too large are refused in one line", async () => {
    const folder = newTask();
    const { task } = { task: JSON.parse(readFileSync(join(folder, "task.json"), "utf8")) as { hiddenTests: string[] } };
    const big = Array.from({ length: 36 }, (_, i) => `test/big-${i}.txt`);
    task.hiddenTests.push(...big);
    for (const path of big) writeFileSync(join(folder, "hidden", path), "x".repeat(1_990_000));
    writeFileSync(join(folder, "task.json"), JSON.stringify(task));
    await expect(bundleTask(folder)).rejects.toThrow(/^Expected the repository task [^\n]* at most \d+ bytes/);
    expect(36 * 1_990_000).toBeGreaterThan(MOST_BUNDLE);
  });

  test("are judged by an evaluator of a served queue that has no such folder", async () => {
    const run = newFolder();
    const queue = openSqliteQueue(run, { create: true });
    const front = await serveQueue(queue, { port: 0, token: "open-sesame" });
    ends.push(
      () => queue.close(),
      () => front.stop(),
    );
    const asked = jobs(newTask());
    await queue.enqueue(asked);
    const far = await openHttpQueue(front.url, "open-sesame");
    expect(await far.content!("0".repeat(64))).toBeNull();
    await judgeElsewhere(far, 2);
    const results = await queue.results(asked.map(({ key }) => key));
    expect(results.map(({ verdict }) => verdict.kind).sort()).toEqual(["right", "wrong"]);
    // Who can't take bundles is given none.
    await queue.rerun({ id: 1 });
    expect(await far.claim({ id: "x", name: "x", has: ["code"] }, 9)).toEqual([]);
  });

  test.skipIf(NO_REDIS !== null)(
    "are judged by an evaluator of a Redis, which has no paths of this machine",
    async () => {
      const redis = await ownRedis();
      ends.push(() => redis.remove());
      const queue = await openBullQueue(redisAddress(redis.url), "r-1");
      const far = await openBullEvaluator(redisAddress(redis.url));
      ends.push(
        () => queue.close(),
        () => far.close(),
      );
      const folder = newTask();
      const asked = jobs(folder);
      await queue.enqueue(asked);
      const keys = (await redis.command("KEYS", "aha:*")) as string[];
      expect(keys.filter((key) => key.startsWith("aha:content:"))).toHaveLength(1);
      for (const key of keys.filter((name) => name.endsWith(asked[0]!.key)))
        expect(String(await redis.command("HGET", key, "data"))).not.toContain(folder);
      await judgeElsewhere(far, 2);
      for (let i = 0; i < 100 && (await queue.results(asked.map(({ key }) => key))).length < 2; i++) await sleep(20);
      expect(await queue.counts()).toMatchObject({ done: 2, failed: 0 });
      // A Redis that was emptied is given the bundle again.
      await redis.command("FLUSHALL");
      await queue.enqueue([{ ...asked[0]!, place: { ...asked[0]!.place, sample: 7 } }]);
      await judgeElsewhere(far, 1);
      expect(await queue.counts()).toMatchObject({ done: 1, failed: 0 });
    },
  );
});

/** The same length, so that the rest stays where it is. */
function changed(bytes: Buffer, old: string, by: string): Buffer {
  expect(old.length).toBe(by.length);
  const at = bytes.indexOf(old);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(by), bytes.subarray(at + old.length)]);
}
