import { createHash } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, NEEDS_CHROMIUM } from "../dashboard/browser/find-chromium.ts";
import { launchBrowser, openPage } from "../dashboard/browser/page-under-test.ts";
import { readBuilt, startStaticHost, type ReadFile } from "./static-host.ts";

const SMALL = "#seed=1&workers=1&steps=2&problemsPerStep=2&groupSize=2&evaluationProblems=0";
const WORKER = "service-worker.js";
/** Its name never changes, and no page fetches it at its start. */
const LATE = "recordings/claims.json";
const PATIENCE = { timeout: 60_000 };

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** The build as it would be with other bytes in three of its files: the page, its script, and a file that is late. */
function otherBuild(): ReadFile {
  const page = readBuilt("index.html").toString();
  const script = /src="\.\/(assets\/index-[^"]+)"/.exec(page)![1]!;
  const changed = new Map([
    ["index.html", Buffer.from(page.replace("<head>", `<head><meta name="build" content="B">`))],
    [script, Buffer.concat([readBuilt(script), Buffer.from(`\nglobalThis.build = "B";\n`)])],
    [LATE, Buffer.concat([readBuilt(LATE), Buffer.from("\n")])],
  ]);
  let worker = readBuilt(WORKER).toString();
  const digest = /digest:.([0-9a-f]{64})/.exec(worker)![1]!;
  worker = worker.replace(digest, sha256(Buffer.from("B")));
  for (const [name, bytes] of changed) worker = worker.replace(sha256(readBuilt(name)), sha256(bytes));
  changed.set(WORKER, Buffer.from(worker));
  return (name) => changed.get(name) ?? readBuilt(name);
}

/** Which build the page is of, and which its script. */
const buildsOf = (page: Page): Promise<unknown> =>
  page.evaluate("[document.querySelector('meta[name=build]')?.content ?? 'A', globalThis.build ?? 'A'].join()");
const waits = (page: Page): Promise<unknown> =>
  page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found?.waiting !== null)");

describe.skipIf(findChromium() === null)(`two builds at one address (${NEEDS_CHROMIUM})`, () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launchBrowser()), 60_000);
  afterAll(() => browser.close());

  test("the newer one is shown whole once no other tab has the older, and without its host", async () => {
    let read = readBuilt;
    const host = await startStaticHost("/some/where/", (name) => read(name));
    const { page } = await openPage(browser, `${host.url}${SMALL}`);
    await page.evaluate("navigator.serviceWorker.ready.then(() => 1)");
    await expect.poll(() => page.evaluate("navigator.serviceWorker.controller !== null"), PATIENCE).toBe(true);
    read = otherBuild();

    await page.reload();
    expect(await buildsOf(page)).toBe("A,A");
    expect(await page.evaluate(`fetch("${LATE}").then(({ status }) => status, () => "none")`)).toBe("none");
    await expect.poll(() => waits(page), PATIENCE).toBe(true);

    const second = await page.context().newPage();
    await second.goto(`${host.url}${SMALL}`);
    await second.waitForTimeout(2000);
    expect([await buildsOf(second), await buildsOf(page), await waits(page)]).toEqual(["A,A", "A,A", true]);
    await second.close();

    await page.reload();
    await expect.poll(() => buildsOf(page).catch(() => "on its way"), PATIENCE).toBe("B,B");
    expect(await page.evaluate(`fetch("${LATE}").then((answer) => answer.text()).then((text) => text.at(-1))`)).toBe(
      "\n",
    );
    await expect.poll(() => page.evaluate("caches.keys().then((names) => names.length)"), PATIENCE).toBe(1);

    await host.stop();
    await page.reload();
    expect(await buildsOf(page)).toBe("B,B");
    await page.locator(".stage-status").getByText("Ready.").waitFor();
  }, 120_000);
});
