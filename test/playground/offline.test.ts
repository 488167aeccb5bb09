import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { servePage } from "../../src/server/page/serve-page.ts";
import { findChromium, NEEDS_CHROMIUM } from "../dashboard/browser/find-chromium.ts";
import { launchBrowser, openPage } from "../dashboard/browser/page-under-test.ts";

const SMALL = "#seed=1&workers=1&steps=2&problemsPerStep=2&groupSize=2&evaluationProblems=0";

/** Keeps what the page's worker tells, whatever the page makes of it. */
const LISTEN = `globalThis.told = [];
globalThis.Worker = class extends Worker {
  constructor(...words) {
    super(...words);
    this.addEventListener("message", ({ data }) => told.push(data.kind));
  }
};`;

describe.skipIf(findChromium() === null)(`the page without its server (${NEEDS_CHROMIUM})`, () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launchBrowser()), 60_000);
  afterAll(() => browser.close());

  test("a second visit trains a step", async () => {
    const served = await servePage({ port: 0 });
    const { page, complaints, elsewhere } = await openPage(browser, `${served.url}${SMALL}`);
    await page.addInitScript(LISTEN);
    await page.evaluate("navigator.serviceWorker.ready.then(() => 1)");
    expect(complaints).toEqual([]);
    await served.close();
    await page.reload();
    await page.getByRole("button", { name: "Step", exact: true }).first().click();
    await expect.poll(() => page.evaluate("told.includes('step')"), { timeout: 40_000 }).toBe(true);
    expect(await page.evaluate("performance.getEntriesByType('navigation')[0].workerStart > 0")).toBe(true);
    expect(elsewhere).toEqual([]);
  }, 60_000);
});
