/**
 * Measures the page's memory while a run grows under it:
 *
 *   npx tsx scripts/watch-page.ts MINUTES UPDATES_PER_SECOND
 *
 * A run of 500 steps is written, then its last step is taken back and written again so many times a second: as many
 * updates as in hours of watching, of a run that stays the same size. What grows then is what the page doesn't let go.
 * Prints the heap after a collection once every tenth of the time, and ends with code 1 where the last third lies more
 * than a tenth above the first.
 */
import { mean } from "../src/numbers/metrics.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startDashboard } from "../src/dashboard/server/index.ts";
import { addStep, makeRun } from "../test/dashboard/browser/made-run.ts";
import { launchBrowser } from "../test/dashboard/browser/page-under-test.ts";

const STEPS = 500;
const [minutes, rate] = process.argv.slice(2).map(Number);
if (minutes === undefined || rate === undefined || !(minutes > 0) || !(rate > 0))
  throw new Error("Expected minutes and updates a second, both above 0.");

const folder = mkdtempSync(join(tmpdir(), "aha-watch-"));
const store = makeRun(folder, "watched", { steps: STEPS });
const dashboard = await startDashboard({ accessToken: null, folder, port: 0 });
const browser = await launchBrowser();
const page = await (await browser.newContext()).newPage();
await page.goto(`${dashboard.url}#/run/watched`);
await page.getByText(`step ${STEPS} of`).waitFor();
const session = await page.context().newCDPSession(page);
await session.send("HeapProfiler.enable");

const measured: number[] = [];
const measure = async (updates: number): Promise<void> => {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes } = await session.send("Memory.getDOMCounters");
  measured.push(usedSize);
  console.log(`${updates} updates: heap ${(usedSize / 1e6).toFixed(2)} MB, ${nodes} DOM nodes`);
};

const total = Math.round(minutes * 60 * rate);
for (let update = 0; update < total; update++) {
  if (update % Math.max(1, Math.round(total / 10)) === 0) await measure(update);
  store.deleteAfter(STEPS - 1);
  addStep(store, STEPS);
  await pause(1000 / rate);
}
await pause(1000);
await measure(total);

// The first measurement is of a page that has drawn once; the comparison begins after it.
const settled = measured.slice(1);
const third = Math.max(1, Math.floor(settled.length / 3));
const growth = mean(settled.slice(-third)) / mean(settled.slice(0, third)) - 1;
console.log(`From the first third to the last the heap grew by ${(growth * 100).toFixed(1)} %.`);

await browser.close();
await dashboard.close();
store.close();
rmSync(folder, { recursive: true });
if (growth > 0.1) process.exitCode = 1;
