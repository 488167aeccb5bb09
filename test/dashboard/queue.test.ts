import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { QueueDetail, QueueLog, RunDetail } from "../../src/dashboard/api.ts";
import { startDashboard } from "../../src/dashboard/server/index.ts";
import { createRunStore } from "../../src/store/index.ts";
import { CONFIG } from "../contracts/run-samples.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { ask, askJson } from "./ask.ts";
import { HOSTILE_LOG, makeQueue } from "./browser/made-queue.ts";

test("the page is told of a queue where a run has one, and of a broken one in a line", async () => {
  const folder = temporaryFolder();
  for (const run of ["with", "without", "broken"]) createRunStore(join(folder, run), CONFIG).close();
  await makeQueue(join(folder, "with"));
  writeFileSync(join(folder, "broken", "evaluations.db"), "no database ".repeat(1000));
  const dashboard = await startDashboard({ accessToken: null, folder, port: 0 });
  onTestFinished(() => dashboard.close());
  const { port } = dashboard;
  expect((await askJson<RunDetail>(port, "/api/runs/with")).queue).toBe(true);
  expect((await askJson<RunDetail>(port, "/api/runs/without")).queue).toBe(false);
  const queue = await askJson<QueueDetail>(port, "/api/runs/with/queue");
  expect(queue).toMatchObject({ waiting: 1, running: 1, done: 2, failed: 1, jobs: 6, cacheHits: 1 });
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
