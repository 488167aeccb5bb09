import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { findChromium, NEEDS_CHROMIUM } from "./browser/find-chromium.ts";
import { makeRun } from "./browser/made-run.ts";
import { axeViolations, openPage } from "./browser/page-under-test.ts";
import { serveRuns } from "./browser/served-runs.ts";

function noteOf(page: Page): Locator {
  return page.getByRole("tooltip");
}

describe.skipIf(findChromium() === null)(`words of the field (${NEEDS_CHROMIUM})`, () => {
  const served = serveRuns(async (folder) => makeRun(folder, "first", { steps: 4 }).close());

  test("a term is explained on hover and on focus, Escape closes it, and nothing moves", async () => {
    const { page, complaints } = await openPage(served().browser, `${served().dashboard.url}#/run/first`);
    const figure = page.getByRole("figure", { name: "Gradient norm" });
    const term = figure.getByRole("button", { name: "Gradient norm", exact: true });
    await term.scrollIntoViewIfNeeded();
    const before = await figure.boundingBox();
    const height = await page.evaluate("document.documentElement.scrollHeight");
    await term.hover();
    await noteOf(page).getByText("how hard one batch pulls").waitFor();
    expect(await figure.boundingBox()).toEqual(before);
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBe(height);
    expect(await axeViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await axeViolations(page)).toEqual([]);
    // The pointer may go into the note, and the note stays.
    await noteOf(page).hover();
    await page.waitForTimeout(400);
    expect(await noteOf(page).count()).toBe(1);
    await page.mouse.move(2, 2);
    await noteOf(page).waitFor({ state: "detached" });

    await term.focus();
    await noteOf(page).waitFor();
    expect(await term.getAttribute("aria-describedby")).toBe(await noteOf(page).getAttribute("id"));
    await page.keyboard.press("Escape");
    await noteOf(page).waitFor({ state: "detached" });
    expect(await term.getAttribute("aria-describedby")).toBeNull();
    await page.keyboard.press("Enter");
    await noteOf(page).waitFor();
    await page.keyboard.press("Tab");
    await expect.poll(async () => (await noteOf(page).allTextContents()).join()).not.toContain("pulls");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("by touch on a phone: opens, stays inside the window, and closes beside it", async () => {
    const { page, complaints } = await openPage(served().browser, `${served().dashboard.url}#/run/first/groups/3/0`, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    for (const name of ["Reward", "Advantage"]) {
      const term = page.getByRole("button", { name, exact: true }).first();
      await term.scrollIntoViewIfNeeded();
      await term.tap();
      await noteOf(page).getByText(name.toLowerCase(), { exact: true }).waitFor();
      const box = (await noteOf(page).boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(390);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
      expect(await axeViolations(page)).toEqual([]);
      await page.getByRole("heading", { name: /^Step 3/ }).tap();
      await noteOf(page).waitFor({ state: "detached" });
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
