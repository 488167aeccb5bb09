import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { RunList } from "../../src/dashboard/api.ts";
import { startDashboard } from "../../src/dashboard/server/index.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { makeGoodRun } from "../hostile/make-hostile.ts";
import { ask, askJson } from "./ask.ts";

const HEADS = 300;
const ROUTES: readonly string[] = [
  "/",
  "/THIRD-PARTY.txt",
  "/api/runs",
  "/api/events?runs=a",
  "/api/runs/a",
  "/api/runs/a/steps?after=0",
  "/api/runs/a/rollouts",
  "/api/runs/a/groups/1/0",
  "/api/runs/a/problems",
  "/api/runs/a/problems/p",
  "/api/runs/a/aha",
  "/api/runs/a/playground",
  ...["rollouts.jsonl", "rollouts.parquet", "metrics.csv", "report.html", "events.tfevents"].map(
    (file) => `/api/runs/a/export/${file}`,
  ),
];

async function served(): Promise<number> {
  const folder = temporaryFolder();
  makeGoodRun(join(folder, "a"));
  const dashboard = await startDashboard({ folder, port: 0, accessToken: null });
  onTestFinished(() => dashboard.close());
  return dashboard.port;
}

/** This process and the readers that it has now. */
function processes(): string[] {
  const readers = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
  return ["self", ...readers.filter((pid) => pid !== "")];
}

/** Descriptors of processes; a reader that has ended since has none. */
function descriptors(pids: readonly string[]): number {
  return pids.reduce(
    (sum, pid) => sum + (existsSync(`/proc/${pid}/fd`) ? readdirSync(`/proc/${pid}/fd`).length : 0),
    0,
  );
}

/** Waits until the reader has read the run, and its threads have begun: then it has all that it holds. */
async function settled(port: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { runs } = await askJson<RunList>(port, "/api/runs");
      expect(runs.map(({ state }) => state)).toEqual(["interrupted"]);
      const held = descriptors(processes());
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(descriptors(processes())).toBe(held);
    },
    { timeout: 60_000, interval: 20 },
  );
}

test.skipIf(process.platform !== "linux").each(ROUTES)(
  "HEAD %s, 300 times: headers alone, and no descriptor stays (needs /proc)",
  async (path) => {
    const port = await served();
    const first = await ask(port, path, {}, "HEAD");
    expect(first.status).toBe(200);
    expect(first.text).toBe("");
    await settled(port);
    const known = processes();
    const before = descriptors(known);
    for (let done = 0; done < HEADS; done += 20)
      await Promise.all(Array.from({ length: 20 }, () => ask(port, path, {}, "HEAD")));
    // A spare reader that starts meanwhile has descriptors of its own, and connections close a moment later.
    await vi.waitFor(() => expect(descriptors(known) - before).toBeLessThanOrEqual(5), {
      timeout: 15_000,
      interval: 100,
    });
  },
);

test("HEAD says what GET would send", async () => {
  const port = await served();
  for (const path of ROUTES.filter((route) => !route.includes("events?") && !route.endsWith("/p"))) {
    const [head, get] = [await ask(port, path, {}, "HEAD"), await ask(port, path)];
    expect([path, head.status, head.headers["content-type"], head.headers["content-disposition"]]).toEqual([
      path,
      get.status,
      get.headers["content-type"],
      get.headers["content-disposition"],
    ]);
  }
  expect((await ask(port, "/api/runs/none", {}, "HEAD")).status).toBe(404);
  expect((await ask(port, "/api/nothing", {}, "HEAD")).status).toBe(404);
});
