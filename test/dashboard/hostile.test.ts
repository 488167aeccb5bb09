import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDashboard, type Dashboard } from "../../src/dashboard/server/index.ts";
import { findChromium, NO_CHROMIUM } from "./browser/find-chromium.ts";
import { makeRun } from "./browser/made-run.ts";
import { launchBrowser, openPage } from "./browser/page-under-test.ts";

const ESCAPE = "\u001b";
const OVERRIDE = "\u202e";

/** Completions that a page must only show, and how their text then reads. */
const HOSTILE: readonly (readonly [name: string, text: string, shown?: string])[] = [
  ["script", "<script>window.ran=1;alert(1)</script>"],
  ["handler", '<img src=x onerror="window.ran=1"><svg onload="window.ran=1"><body onload=alert(1)>'],
  ["frame", '<iframe srcdoc="<script>parent.ran=1</script>"></iframe><object data="http://127.0.0.1:9/x"></object><embed src="http://127.0.0.1:9/y">'],
  ["link", '<a href="javascript:window.ran=1">click</a> javascript:alert(1) <form action="http://127.0.0.1:9/"><input autofocus onfocus=alert(1)>'],
  ["style", '<style>body{display:none}@import "http://127.0.0.1:9/a.css"</style><link rel=stylesheet href="http://127.0.0.1:9/b.css"><base href="http://127.0.0.1:9/">'],
  ["broken-out", '"></div></p></article></main></body></html>--></style></script></textarea><script>window.ran=1</script>'],
  ["template", "{{constructor.constructor('window.ran=1')()}} ${window.ran=1} <%= 1 %> __proto__ [object Object] &lt;b&gt; &amp;"],
  ["direction", `safe ${OVERRIDE}gnp.exe\u2066 abc \u2069`, "safe U+202Egnp.exeU+2066 abc U+2069"],
  ["terminal", `${ESCAPE}[31mred${ESCAPE}[0m ${ESCAPE}]8;;http://127.0.0.1:9/${ESCAPE}\\link\u0007\u0000\u0085`, "␛[31mred␛[0m ␛]8;;http://127.0.0.1:9/␛\\link␇␀U+0085"],
  ["unseen", "a\u200bb\ufeffc\u2028d\u00ade\u{e0041}", "aU+200BbU+FEFFcU+2028dU+00ADeU+E0041"],
  ["combining", `a${"\u0301".repeat(500)}b 👩‍💻`.replace("\u200d", "-")],
];

describe.skipIf(findChromium() === null)(`completions are text (${NO_CHROMIUM})`, () => {
  let folder = "";
  let browser: Browser;
  let dashboard: Dashboard;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "aha-hostile-"));
    for (const [name, text] of HOSTILE) makeRun(folder, name, { steps: 2, text }).close();
    makeRun(folder, "megabyte", { steps: 1, text: `${"x".repeat(1_000_000)}END` }).close();
    makeRun(folder, '"><img src=x onerror=alert(1)>', { steps: 1 }).close();
    dashboard = await startDashboard({ folder, port: 0 });
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await dashboard.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(HOSTILE)("%s: shown as it is, in a group, in the list and through time; nothing of it runs", async (name, text, visible) => {
    const shown = visible ?? text;
    const { page, complaints, elsewhere, dialogs } = await openPage(browser, `${dashboard.url}#/run/${name}/groups/1/0`);
    const completion = page.locator("#sample-0 .completion-text");
    await completion.waitFor();
    expect(await completion.evaluate("(element) => element.textContent")).toBe(shown);
    expect(await completion.locator("script, img, iframe, object, embed, a, form, style, link, base, svg").count()).toBe(0);

    await page.goto(`${dashboard.url}#/run/${name}/rollouts?stepTo=1&problem=${encodeURIComponent("countdown:2,7,9=25")}`);
    const excerpt = page.locator("td.excerpt").first();
    await excerpt.waitFor();
    expect(String(await excerpt.evaluate("(element) => element.textContent")).slice(0, 100)).toBe(shown.slice(0, 100));

    await page.goto(`${dashboard.url}#/run/${name}/problems/${encodeURIComponent("countdown:2,7,9=25")}`);
    await page.getByLabel(/^Of each visit/).selectOption("first");
    const first = page.locator(".visits-list .completion-text").first();
    await first.waitFor();
    expect(await first.evaluate("(element) => element.textContent")).toBe(shown);

    expect(await page.evaluate("window.ran")).toBeUndefined();
    expect(dialogs).toEqual([]);
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("a megabyte on one line is cut, shown whole when asked for, and the page goes on answering", async () => {
    const { page } = await openPage(browser, `${dashboard.url}#/run/megabyte/groups/1/0`);
    const completion = page.locator("#sample-0 .completion-text");
    await completion.waitFor();
    expect(((await completion.evaluate("(element) => element.textContent.length")) as number)).toBeLessThan(10_000);
    await completion.getByRole("button", { name: "Show all 1.0 million characters" }).click();
    await completion.getByRole("button", { name: "Show the beginning only" }).waitFor();
    expect(await completion.evaluate("(element) => element.textContent.includes('xEND')")).toBe(true);
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
    const { page, dialogs } = await openPage(browser, dashboard.url);
    const name = '"><img src=x onerror=alert(1)>';
    await page.getByRole("link", { name }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    expect(dialogs).toEqual([]);
    await page.context().close();
  });
});
