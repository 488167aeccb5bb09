/**
 * Takes a picture of every view of the dashboard, light and dark, from the runs of a folder:
 *
 *   npx tsx scripts/screenshots.ts RUNS_FOLDER OUT [RUN]
 *
 * RUN is the run whose views are shown, the one that changed last where it isn't given. Needs Chromium, as the tests of
 * the page do.
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ProblemList, RolloutPage, RunDetail, RunList } from "../src/dashboard/api.ts";
import { startDashboard } from "../src/dashboard/server/index.ts";
import { launchBrowser } from "../test/dashboard/browser/page-under-test.ts";
import { palettePng } from "./palette-png.ts";

const [folder, out, wanted] = process.argv.slice(2);
if (folder === undefined || out === undefined)
  throw new Error("Expected a folder with runs, and a folder for the pictures.");
mkdirSync(out, { recursive: true });
const dashboard = await startDashboard({ accessToken: null, folder, port: 0 });
const browser = await launchBrowser();
const ask = async <Answer>(path: string): Promise<Answer> =>
  (await (await fetch(new URL(path, dashboard.url))).json()) as Answer;

const readable = (await ask<RunList>("/api/runs")).runs.filter(({ state }) => state !== "unreadable");
const run = readable.find(({ id }) => id === wanted) ?? readable[0];
if (run === undefined) throw new Error("Expected a run in the folder.");
const path = `/api/runs/${encodeURIComponent(run.id)}`;
// The first answer begins the reading of the rollouts.
while ((await ask<RolloutPage>(`${path}/rollouts?limit=1`)).indexed < 1) await pause(200);
const problem = (await ask<ProblemList>(`${path}/problems`)).problems.toSorted(
  (a, b) => b.steps.length - a.steps.length,
)[0];
const corrected = (
  await ask<RolloutPage>(`${path}/rollouts?corrected=true&verdict=right&sort=step&descending=true&limit=200`)
).lines;
const group = corrected.find(({ advantage }) => advantage !== null) ?? corrected[0];
const home = `#/run/${encodeURIComponent(run.id)}`;
const seeds = readable
  .filter(({ kind }) => kind === run.kind)
  .slice(0, 6)
  .map(({ id }) => ["run", id] as [string, string]);

const VIEWS: readonly (readonly [name: string, hash: string, height: number])[] = [
  ["runs", "#/", 620],
  ["compare", `#/compare?${new URLSearchParams(seeds)}`, 1000],
  ["run", home, 1120],
  ["emergence", `${home}/emergence`, 1180],
  ["rollouts", `${home}/rollouts?corrected=true`, 900],
  ...(group === undefined ? [] : [["group", `${home}/groups/${group.step}/${group.problemIndex}`, 1000] as const]),
  ["problems", `${home}/problems`, 800],
  ...((await ask<RunDetail>(path)).queue ? [["queue", `${home}/queue`, 900] as const] : []),
  ...(problem === undefined ? [] : [["problem", `${home}/problems/${encodeURIComponent(problem.id)}`, 1000] as const]),
];

const page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
for (const colorScheme of ["light", "dark"] as const) {
  await page.emulateMedia({ colorScheme });
  for (const [name, hash, height] of VIEWS) await shoot(`${name}-${colorScheme}`, hash, { width: 1280, height });
  await shoot(`phone-${colorScheme}`, home, { width: 390, height: 844 });
}

async function shoot(name: string, hash: string, viewport: { width: number; height: number }): Promise<void> {
  await page.setViewportSize(viewport);
  // Not from one view to the next, where the last one would still be there for a moment.
  await page.goto("about:blank");
  await page.goto(`${dashboard.url}${hash}`);
  await page.locator("main h1").waitFor();
  await page.locator(".loading").waitFor({ state: "detached" });
  await page.waitForTimeout(600);
  const file = join(out as string, `${name}.png`);
  writeFileSync(file, palettePng(await page.screenshot({ type: "png" })));
  console.log(`${file}: ${Math.round(statSync(file).size / 1000)} kB`);
}
await browser.close();
await dashboard.close();
