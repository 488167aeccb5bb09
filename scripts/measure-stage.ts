/**
 * Measures the page while it trains, in Chromium, from the built page:
 *
 *   npx tsx scripts/measure-stage.ts [STEPS] [HASH]
 *
 * Prints the first paint, the first point of a figure, the processor time of the page's own thread a step, its tasks
 * above 50 ms and the longest gap between two frames (both by the clock: on a crowded machine others' work counts), and
 * the memory of its script.
 */
import { launchBrowser, openPage } from "../test/dashboard/browser/page-under-test.ts";
import { startStaticHost } from "../test/playground/static-host.ts";

const steps = Number(process.argv[2] ?? 12);
const hash = process.argv[3] ?? "seed=1&workers=2";

/** Notes long tasks, frames, and the first circle of a figure, from before the page's own scripts. */
const WATCH = `globalThis.watched = { tasks: [], gap: 0, point: null };
  new PerformanceObserver((list) => watched.tasks.push(...list.getEntries().map((entry) =>
    [Math.round(entry.startTime), Math.round(entry.duration)]))).observe({ entryTypes: ["longtask"] });
  let last = performance.now();
  const frame = (now) => {
    watched.gap = Math.max(watched.gap, now - last);
    last = now;
    if (watched.point === null && document.querySelector(".stage-figure svg circle") !== null) watched.point = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);`;

interface Watched {
  readonly tasks: readonly (readonly [at: number, milliseconds: number])[];
  readonly gap: number;
  readonly point: number | null;
}

const [browser, host] = await Promise.all([launchBrowser(), startStaticHost()]);
const { page, complaints } = await openPage(browser, "about:blank");
await page.addInitScript(WATCH);
const devtools = await page.context().newCDPSession(page);
await devtools.send("Performance.enable", { timeDomain: "threadTicks" });

/** Seconds of processor time that the page's thread has taken, by what for. */
async function spent(): Promise<Readonly<Record<string, number>>> {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

await page.goto(`${host.url}#${hash}`);
await page.getByRole("button", { name: "Train", exact: true }).click();
const begun = performance.now();
await page.locator(".stage-figure svg circle").first().waitFor();
await page.waitForTimeout(100);
const paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime");
const { point, tasks: before } = await page.evaluate<Watched>("watched");
console.log(`first paint ${Math.round(Number(paint))} ms, first point ${Math.round(point!)} ms after the page's start`);
console.log(`tasks above 50 ms until then, [at, ms]: ${JSON.stringify(before)}`);
await page.evaluate("watched.tasks = []; watched.gap = 0");
const spentBefore = await spent();
const newest = page.locator(".step-numbers b");
for (let step = 0; step < steps;) {
  await page.waitForTimeout(500);
  step = (await newest.count()) === 0 ? 0 : Number(/\d+/.exec((await newest.textContent())!)![0]);
}
const { tasks, gap } = await page.evaluate<Watched>("watched");
const heap = await page.evaluate("performance.memory?.usedJSHeapSize");
const spentAfter = await spent();
const each = (name: string): string =>
  `${((1000 * (spentAfter[name]! - spentBefore[name]!)) / steps).toFixed(1)} ms ${name}`;
console.log(`${steps} steps in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
console.log(`a step: ${["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"].map(each).join(", ")}`);
console.log(`tasks above 50 ms while training, [at, ms]: ${JSON.stringify(tasks)}`);
console.log(`longest gap between frames ${Math.round(gap)} ms; heap of the page ${Math.round(Number(heap) / 1e6)} MB`);
console.log(`complaints: ${JSON.stringify(complaints)}`);
await browser.close();
await host.stop();
