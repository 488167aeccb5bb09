import { describe, expect, test } from "vitest";
import { findChromium, NEEDS_CHROMIUM } from "./browser/find-chromium.ts";
import { HOSTILE } from "./browser/hostile-texts.ts";
import { makeRun } from "./browser/made-run.ts";
import { openPage } from "./browser/page-under-test.ts";
import { serveRuns } from "./browser/served-runs.ts";

describe.skipIf(findChromium() === null)(`completions are text (${NEEDS_CHROMIUM})`, () => {
  const served = serveRuns((folder) => {
    for (const [name, text] of HOSTILE) makeRun(folder, name, { steps: 2, text }).close();
    makeRun(folder, "megabyte", { steps: 1, text: `${"x".repeat(1_000_000)}END` }).close();
    makeRun(folder, '"><img src=x onerror=alert(1)>', { steps: 1 }).close();
  });

  test.each(HOSTILE)(
    "%s: shown as it is, in a group, in the list and through time; nothing of it runs",
    async (name, _text, shown) => {
      const { page, complaints, elsewhere, dialogs } = await openPage(
        served().browser,
        `${served().dashboard.url}#/run/${name}/groups/1/0`,
      );
      const completion = page.locator("#sample-0 .completion-text");
      await completion.waitFor();
      expect(await completion.textContent()).toBe(shown);
      expect(
        await completion.locator("script, img, iframe, object, embed, a, form, style, link, base, svg").count(),
      ).toBe(0);

      await page.goto(
        `${served().dashboard.url}#/run/${name}/rollouts?stepTo=1&problem=${encodeURIComponent("countdown:2,7,9=25")}`,
      );
      const excerpt = page.locator("td.excerpt").first();
      await excerpt.waitFor();
      expect((await excerpt.textContent())?.slice(0, 100)).toBe(shown.slice(0, 100));

      await page.goto(`${served().dashboard.url}#/run/${name}/problems/${encodeURIComponent("countdown:2,7,9=25")}`);
      await page.getByLabel(/^Of each visit/).selectOption("first");
      const first = page.locator(".visits-list .completion-text").first();
      await first.waitFor();
      expect(await first.textContent()).toBe(shown);

      expect(await page.evaluate("window.ran")).toBeUndefined();
      expect(dialogs).toEqual([]);
      expect(elsewhere).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test("a megabyte on one line is cut, shown whole when asked for, and the page goes on answering", async () => {
    const { page } = await openPage(served().browser, `${served().dashboard.url}#/run/megabyte/groups/1/0`);
    const completion = page.locator("#sample-0 .completion-text");
    await completion.waitFor();
    expect((await completion.textContent())?.length).toBeLessThan(10_000);
    await completion.getByRole("button", { name: "Show all 1.0 million characters" }).click();
    await completion.getByRole("button", { name: "Show the beginning only" }).waitFor();
    expect((await completion.textContent())?.includes("xEND")).toBe(true);
    // The longest time between two frames while it is scrolled through; a page that hangs takes seconds.
    const longest = (await page.evaluate(`new Promise((resolve) => {
      let last = performance.now(), longest = 0, frames = 0;
      const frame = (now) => {
        longest = Math.max(longest, now - last);
        last = now;
        scrollBy(0, 2000);
        if (++frames < 30) requestAnimationFrame(frame); else resolve(longest);
      };
      requestAnimationFrame(frame);
    })`)) as number;
    expect(longest).toBeLessThan(1500);
    await page.context().close();
  });

  test("the name of a run's folder is text too", async () => {
    const { page, dialogs } = await openPage(served().browser, served().dashboard.url);
    const name = '"><img src=x onerror=alert(1)>';
    await page.getByRole("link", { name }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    expect(dialogs).toEqual([]);
    await page.context().close();
  });
});
