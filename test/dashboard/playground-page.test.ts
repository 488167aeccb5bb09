import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { findChromium, NEEDS_CHROMIUM } from "./browser/find-chromium.ts";
import { HOSTILE } from "./browser/hostile-texts.ts";
import { axeViolations, openPage } from "./browser/page-under-test.ts";
import { makePlaygroundRun } from "./browser/playground-run.ts";
import { serveRuns } from "./browser/served-runs.ts";

const EVIL_NAME = "<img src=x onerror=window.ran=1>";
const PHONE = { viewport: { width: 390, height: 844 } } as const;

describe.skipIf(findChromium() === null)(`the playground (${NEEDS_CHROMIUM})`, () => {
  const served = serveRuns((folder) => {
    makePlaygroundRun(join(folder, "a"));
    makePlaygroundRun(join(folder, "going-on"), { trained: null });
    makePlaygroundRun(join(folder, "hostile"), {
      config: { template: "r1-zero" },
      asked: HOSTILE.map(([, text]) => [text, text]),
    });
    mkdirSync(join(folder, "hostile", "final", EVIL_NAME));
  });

  const address = (run: string): string => `${served().dashboard.url}#/run/${run}/playground`;
  const side = (page: Page, name: string): ReturnType<Page["locator"]> => page.getByRole("region", { name });

  test("a question of the run, another one, both answers beside each other", async () => {
    const { page, complaints, elsewhere } = await openPage(served().browser, address("a"));
    const question = page.getByLabel("Question", { exact: true });
    await question.waitFor();
    const first = await question.inputValue();
    expect(first).toMatch(/^\d+ \d+ \d+ make \d+$/);
    await page.getByRole("button", { name: "Another problem" }).click();
    expect(await question.inputValue()).not.toBe(first);
    expect(await page.getByLabel("Most tokens").inputValue()).toBe("80");
    await page.getByLabel("Samples").fill("2");
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText("Base: 2 of 2 ended, Trained: 2 of 2 ended.").waitFor();
    for (const name of ["Base", "Trained"]) {
      expect(await side(page, name).getByRole("article").count()).toBe(2);
      expect(
        await side(page, name)
          .getByText(/^\d+ tokens?/)
          .count(),
      ).toBe(2);
    }
    expect(await side(page, "Base").locator(".span-answer").count()).toBeGreaterThan(0);
    await page.getByText(/^Prompt, \d+ tokens/).click();
    expect(await page.locator(".prompt .completion-text").textContent()).toMatch(/^<bos> [\d ]+make \d+ :$/);
    expect(await axeViolations(page)).toEqual([]);
    expect([complaints, elsewhere]).toEqual([[], []]);
    await page.context().close();
  });

  test("by keyboard alone, in the dark, on a phone, without motion", async () => {
    const { page, complaints } = await openPage(served().browser, address("a"), {
      ...PHONE,
      colorScheme: "dark",
      reducedMotion: "reduce",
    });
    const question = page.getByLabel("Question", { exact: true });
    await question.focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("2 7 9 make 25");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Base: 1 of 1 ended, Trained: 1 of 1 ended.").waitFor();
    expect(await question.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    const [base, trained] = await Promise.all(["Base", "Trained"].map((name) => side(page, name).boundingBox()));
    expect(trained!.y).toBeGreaterThan(base!.y + base!.height - 1);
    expect(await axeViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("is stopped, and asked again", async () => {
    const { page } = await openPage(served().browser, address("a"));
    await page.getByLabel("Samples").fill("4");
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor();
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText("Base: 4 of 4 ended, Trained: 4 of 4 ended.").waitFor();
    await page.context().close();
  });

  test("a run without a trained model: that is said, and the base answers", async () => {
    const { page } = await openPage(served().browser, address("going-on"));
    await side(page, "Trained").getByText("There is no trained model in this run (final/)").waitFor();
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText("Base: 1 of 1 ended.").waitFor();
    await page.context().close();
  });

  test("questions of a stranger's run, and what is said of them, are text", async () => {
    const { page, dialogs, elsewhere, complaints } = await openPage(served().browser, address("hostile"));
    const question = page.getByLabel("Question", { exact: true });
    for (const [, text] of HOSTILE) {
      expect(await question.inputValue()).toBe(text);
      await page.getByRole("button", { name: "Another problem" }).click();
    }
    await page.getByRole("button", { name: "Ask" }).click();
    await side(page, "Trained").getByText(EVIL_NAME).waitFor();
    // The base knows none of its words: they are in the message.
    const said = await page.getByRole("alert").textContent();
    expect(said).toContain("<script>");
    expect(await page.locator("main :is(script, img, iframe, a[href^='javascript'])").count()).toBe(0);
    expect(await page.evaluate("window.ran")).toBeUndefined();
    expect([dialogs, elsewhere, complaints]).toEqual([[], [], []]);
    await page.context().close();
  });
});
