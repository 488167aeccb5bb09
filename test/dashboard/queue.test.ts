import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { QueueDetail, QueueLog, RunDetail } from "../../src/dashboard/api.ts";
import { startDashboard, type DashboardOptions } from "../../src/dashboard/server/index.ts";
import { openBullQueue } from "../../src/judging/queue/redis/bull-queue.ts";
import { redisAddress } from "../../src/judging/queue/redis/redis-address.ts";
import { runNameIn } from "../../src/judging/queue/redis/run-name.ts";
import { openSqliteQueue } from "../../src/judging/queue/sqlite-queue.ts";
import { createRunStore } from "../../src/store/index.ts";
import { CONFIG } from "../contracts/run-samples.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { NO_REDIS, ownRedis } from "../judging/redis-server.ts";
import { ask, askJson } from "./ask.ts";
import { fillQueue, HOSTILE_LOG, makeQueue } from "./browser/made-queue.ts";

async function served(
  folder: string,
  options: Partial<DashboardOptions> = {},
): Promise<{
  readonly port: number;
  readonly rerun: (path: string, body: object) => Promise<readonly [number, string]>;
}> {
  const dashboard = await startDashboard({ accessToken: null, folder, port: 0, ...options });
  onTestFinished(() => dashboard.close());
  const { port } = dashboard;
  const page = (await ask(port, "/")).text;
  const token = /name="aha-token" content="([^"]+)"/.exec(page)![1]!;
  return {
    port,
    async rerun(path, body) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/runs/${path}/queue/rerun`, {
        method: "POST",
        headers: { "x-aha-token": token },
        body: JSON.stringify(body),
      });
      return [answer.status, await answer.text()];
    },
  };
}

test("the page is told of a queue where a run has one, and of a broken one in a line", async () => {
  const folder = temporaryFolder();
  for (const run of ["with", "without", "broken"]) createRunStore(join(folder, run), CONFIG).close();
  await makeQueue(join(folder, "with"));
  writeFileSync(join(folder, "broken", "evaluations.db"), "no database ".repeat(1000));
  const { port } = await served(folder);
  expect((await askJson<RunDetail>(port, "/api/runs/with")).queue).toBe(true);
  expect((await askJson<RunDetail>(port, "/api/runs/without")).queue).toBe(false);
  const queue = await askJson<QueueDetail>(port, "/api/runs/with/queue");
  expect(queue).toMatchObject({ waiting: 1, running: 1, done: 2, failed: 1, jobs: 6, cacheHits: 1 });
  expect(queue).toMatchObject({ at: null, readOnly: null });
  expect(queue.failedByPhase).toEqual({ "set up": 1 });
  expect(queue.rows.map(({ state }) => state)).toEqual(["failed", "running", "waiting", "done", "done"]);
  const { log } = await askJson<QueueLog>(port, "/api/runs/with/queue/2");
  expect(log).toBe(HOSTILE_LOG);
  for (const [path, status] of [
    ["without/queue", 404],
    ["with/queue/99", 404],
    ["with/queue/x", 400],
    ["broken/queue", 422],
  ] as const)
    expect([path, (await ask(port, `/api/runs/${path}`)).status]).toEqual([path, status]);
  expect((await ask(port, "/api/runs/broken/queue")).text).toMatch(/is not a database/);
});

describe("judged again from the page", () => {
  test("what has ended waits again, of a run that goes on or is over; what the run store has stays", async () => {
    const folder = temporaryFolder();
    const store = createRunStore(join(folder, "run"), CONFIG);
    await makeQueue(join(folder, "run"));
    const { port, rerun } = await served(folder);
    expect(await rerun("run", { id: 1 })).toEqual([200, '{"again":1}']);
    store.close();
    const before = readFileSync(join(folder, "run", "run.db"));
    expect(await rerun("run", { state: "failed" })).toEqual([200, '{"again":1}']);
    // Those that run or wait, and those that there aren't.
    for (const id of [1, 4, 5, 99]) expect(await rerun("run", { id })).toEqual([200, '{"again":0}']);
    expect(await askJson<QueueDetail>(port, "/api/runs/run/queue")).toMatchObject({ waiting: 3, done: 1, failed: 0 });
    expect(readFileSync(join(folder, "run", "run.db")).equals(before)).toBe(true);
    // An evaluator finds them.
    const queue = openSqliteQueue(join(folder, "run"));
    const claims = await queue.claim({ id: "e", name: "e", has: ["code"] }, 9);
    await queue.close();
    expect(claims.map(({ id }) => id)).toEqual([1, 3, 5]);
  });

  test("is refused for what names nothing, for others than the page, and where the page is read-only", async () => {
    const folder = temporaryFolder();
    for (const run of ["run", "without"]) createRunStore(join(folder, run), CONFIG).close();
    await makeQueue(join(folder, "run"));
    const { port, rerun } = await served(folder);
    for (const body of [{}, { id: 0 }, { id: "1" }, { id: 1.5 }, { state: "done" }, [], { id: 1e300 }])
      expect([body, (await rerun("run", body))[0]]).toEqual([body, 400]);
    expect((await rerun("run", { state: "x".repeat(5000) }))[0]).toBe(413);
    expect((await rerun("without", { id: 1 }))[0]).toBe(404);
    expect((await rerun("nothing", { id: 1 }))[0]).toBe(404);
    const path = "/api/runs/run/queue/rerun";
    // Without the token, and with a wrong one; from another site it doesn't get so far.
    expect((await ask(port, path, {}, "POST")).status).toBe(403);
    expect((await ask(port, path, { "x-aha-token": "x" }, "POST")).status).toBe(403);
    expect((await ask(port, path, { origin: "https://evil.example" }, "POST")).status).toBe(403);
    expect((await ask(port, path, { host: "evil.example" }, "POST")).status).toBe(421);
    expect((await ask(port, path)).status).toBe(400);
    const closed = await served(folder, { readOnly: true });
    expect(await closed.rerun("run", { id: 1 })).toEqual([403, expect.stringMatching(/read-only .*`aha queue RUN/)]);
    const { readOnly } = await askJson<QueueDetail>(closed.port, "/api/runs/run/queue");
    expect(readOnly).toMatch(/^This dashboard is read-only/);
    expect(await askJson<QueueDetail>(port, "/api/runs/run/queue")).toMatchObject({ done: 2, failed: 1, waiting: 1 });
  });
});

const REDIS = NO_REDIS === null ? "" : ` (skipped: ${NO_REDIS})`;

test.skipIf(NO_REDIS !== null)(
  `a queue in a Redis is shown where the Redis is named, and when it is gone${REDIS}`,
  async () => {
    const redis = await ownRedis("--requirepass", "geheim");
    onTestFinished(() => redis.remove());
    const folder = temporaryFolder();
    for (const run of ["far", "near"]) createRunStore(join(folder, run), CONFIG).close();
    await makeQueue(join(folder, "near"));
    const address = redis.url.replace("//", "//:geheim@");
    const queue = await openBullQueue(redisAddress(address), runNameIn(join(folder, "far")), { attempts: 1 });
    onTestFinished(() => queue.close());
    await fillQueue(queue);

    const unnamed = await served(folder);
    expect((await askJson<RunDetail>(unnamed.port, "/api/runs/far")).queue).toBe(true);
    const asked = await ask(unnamed.port, "/api/runs/far/queue");
    expect([asked.status, asked.text]).toEqual([409, expect.stringContaining("aha dashboard --queue ADDRESS")]);

    const { port, rerun } = await served(folder, { queue: address });
    const detail = await askJson<QueueDetail>(port, "/api/runs/far/queue");
    expect(detail).toMatchObject({ waiting: 1, running: 1, done: 2, failed: 1, jobs: 6, cacheHits: 1, at: redis.url });
    const near = await askJson<QueueDetail>(port, "/api/runs/near/queue");
    const told = ({ rows }: QueueDetail): object[] =>
      rows.map(({ id: _id, ...row }) => row).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    expect(told(detail)).toEqual(told(near));
    const wrong = detail.rows.find(({ verdict }) => verdict === "wrong")!;
    expect(await askJson<QueueLog>(port, `/api/runs/far/queue/${wrong.id}`)).toEqual({ log: HOSTILE_LOG });
    expect((await ask(port, "/api/runs/far/queue/99")).status).toBe(404);
    expect((await ask(port, "/api/runs/far/queue", {}, "HEAD")).status).toBe(200);
    expect(await rerun("far", { id: wrong.id })).toEqual([200, '{"again":1}']);
    expect(await rerun("far", { id: wrong.id })).toEqual([200, '{"again":0}']);
    expect(await rerun("far", { state: "failed" })).toEqual([200, '{"again":1}']);
    expect(await rerun("near", { state: "failed" })).toEqual([200, '{"again":1}']);
    expect(await queue.counts()).toMatchObject({ waiting: 3, done: 1, failed: 0 });

    await redis.end("SIGKILL");
    const gone = await ask(port, "/api/runs/far/queue");
    expect([gone.status, JSON.parse(gone.text)]).toEqual([
      422,
      { error: `The queue at ${redis.url} can't be asked (ECONNREFUSED); see that Redis runs there.` },
    ]);
    expect((await ask(port, "/api/runs/near/queue")).status).toBe(200);
    // What was in it is gone with it; the page goes on.
    await redis.start();
    expect(await askJson<QueueDetail>(port, "/api/runs/far/queue")).toMatchObject({ jobs: 0, rows: [] });
  },
);
