import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeReport } from "../../src/dashboard/report/write-report.ts";
import { findChromium, NEEDS_CHROMIUM } from "./browser/find-chromium.ts";
import { HOSTILE } from "./browser/hostile-texts.ts";
import { makeRun } from "./browser/made-run.ts";
import { axeViolations, launchBrowser } from "./browser/page-under-test.ts";

describe.skipIf(findChromium() === null)(`a report opened from disk (${NEEDS_CHROMIUM})`, () => {
  let folder = "";
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "aha-report-"));
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /**
   * Opens a run's report without a network. `asked`: every address that it asked for; `told`: dialogs, errors, and what
   * its policy refused.
   */
  async function open(
    id: string,
    options: { readonly colorScheme?: "light" | "dark"; readonly width?: number } = {},
  ): Promise<{ page: Page; url: string; asked: string[]; told: string[] }> {
    const out = join(folder, `${id}.html`);
    await writeReport(join(folder, id), { out, force: true });
    const context = await browser.newContext({
      offline: true,
      viewport: { width: options.width ?? 1280, height: 900 },
      colorScheme: options.colorScheme ?? "light",
    });
    const page = await context.newPage();
    const asked: string[] = [];
    const told: string[] = [];
    page.on("request", (request) => void asked.push(request.url()));
    page.on("console", (message) => void told.push(message.text()));
    page.on("pageerror", (error) => void told.push(error.message));
    page.on("dialog", (dialog) => {
      told.push(dialog.message());
      void dialog.dismiss();
    });
    const url = pathToFileURL(out).href;
    await page.goto(url);
    return { page, url, asked, told };
  }

  test.each(["light", "dark"] as const)(
    "%s: its figures and completions, readable by everybody, from one file",
    async (colorScheme) => {
      makeRun(folder, `usual-${colorScheme}`, { steps: 12 }).close();
      const { page, url, asked, told } = await open(`usual-${colorScheme}`, { colorScheme });
      expect(await page.locator("figure svg[role=img]").count()).toBeGreaterThan(12);
      for (const heading of ["The paper's two figures", "Emergence", "Evaluations", "Rollouts", "Settings"])
        await page.getByRole("heading", { level: 2, name: heading, exact: true }).waitFor();
      // The paper under a figure follows the reader's choice: the style is in force.
      const paper = await page.evaluate("getComputedStyle(document.querySelector('figure')).backgroundColor");
      expect(paper).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(22, 25, 29)");
      expect(await axeViolations(page)).toEqual([]);
      expect([asked, told]).toEqual([[url], []]);
      await page.context().close();
    },
  );

  test("on a phone nothing is wider than the screen", async () => {
    makeRun(folder, "phone", { steps: 3 }).close();
    const { page } = await open("phone", { width: 360 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await page.context().close();
  });

  test.each(HOSTILE)("a hostile completion is text: %s", async (name, text, shown) => {
    makeRun(folder, name, { steps: 1, text }).close();
    const { page, url, asked, told } = await open(name);
    const completion = page.locator(".completion .text").first();
    const read = (await completion.textContent()) ?? "";
    expect(read.slice(read.indexOf("make 25 :") + "make 25 :".length)).toBe(shown);
    expect(
      await page
        .locator("script, img, iframe, object, embed, a, form, input, link, base, main style, main body")
        .count(),
    ).toBe(0);
    expect(await page.evaluate("window.ran")).toBeUndefined();
    expect([asked, told]).toEqual([[url], []]);
    await page.context().close();
  });
});
