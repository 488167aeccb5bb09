import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, NEEDS_CHROMIUM } from "../dashboard/browser/find-chromium.ts";
import { launchBrowser, openPage } from "../dashboard/browser/page-under-test.ts";
import { startStaticHost, type StaticHost } from "./static-host.ts";

const SIX_STEPS = "#seed=1&workers=1&steps=6&problemsPerStep=4&groupSize=4&evaluationProblems=0";
const PATIENCE = { timeout: 60_000 };

const made = async (page: Page): Promise<number> =>
  Number(/\d+/.exec((await page.locator(".step-numbers b").allTextContents()).join())?.[0] ?? 0);

/** The processes of a browser that show pages, with all of their threads. */
async function renderersOf(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type, id }) => type === "renderer" && id > 1).map(({ id }) => id);
}

describe.skipIf(findChromium() === null)(`a tab that is put to sleep (${NEEDS_CHROMIUM})`, () => {
  let browser: Browser;
  let host: StaticHost;
  beforeAll(async () => {
    [browser, host] = await Promise.all([launchBrowser(), startStaticHost()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await host.stop();
  });

  /** @param inBetween once a step has been made. @returns the digest of all six steps */
  async function trained(inBetween: () => Promise<void>): Promise<string | null> {
    const { page, complaints } = await openPage(browser, `${host.url}${SIX_STEPS}`);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await expect.poll(() => made(page), PATIENCE).toBeGreaterThan(0);
    await inBetween();
    await expect.poll(() => made(page), PATIENCE).toBe(6);
    const lines = page.locator(".stage-figure svg path");
    const points = await lines.evaluateAll((found) =>
      Math.max(...found.map((line) => (line.getAttribute("d")?.match(/[ML]/g) ?? []).length)),
    );
    expect(points).toBeGreaterThanOrEqual(6);
    expect(complaints).toEqual([]);
    const digest = await page.locator(".run-name code").textContent();
    await page.context().close();
    return digest;
  }

  test("goes on when it wakes, to the same bytes", { timeout: 120_000 }, async () => {
    const slept = await trained(async () => {
      const pids = await renderersOf(browser);
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      try {
        await pause(3000);
      } finally {
        for (const pid of pids) process.kill(pid, "SIGCONT");
      }
    });
    expect(slept).toBe(await trained(() => Promise.resolve()));
  });
});
