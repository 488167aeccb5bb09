import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findChromium, NEEDS_CHROMIUM } from "./browser/find-chromium.ts";
import { makeQueue } from "./browser/made-queue.ts";
import { makeRun } from "./browser/made-run.ts";
import { openPage } from "./browser/page-under-test.ts";
import { serveRuns } from "./browser/served-runs.ts";

describe.skipIf(findChromium() === null)(`the queue on the page (${NEEDS_CHROMIUM})`, () => {
  const served = serveRuns(async (folder) => {
    const store = makeRun(folder, "first", { steps: 3 });
    store.recordState("finished");
    store.close();
    await makeQueue(join(folder, "first"));
  });

  test("shows a check's log where it is asked for, and has checks judged again", async () => {
    const { page, complaints } = await openPage(served().browser, `${served().dashboard.url}#/run/first/queue`);
    const log = page.getByLabel("What the check of evaluation 2 wrote");
    await page.getByLabel("The log of evaluation 2").click();
    await log.getByText("onerror").waitFor();
    await page.getByLabel("The log of evaluation 2").click();
    await log.waitFor({ state: "detached" });
    await page.getByLabel("Judge again evaluation 1").click();
    await page.getByText("1 evaluation waits again.").waitFor();
    await page.getByLabel("Judge again evaluation 1").waitFor({ state: "detached" });
    await page.getByText("Judge again all that failed").click();
    await page.getByText("Judge again all that failed").waitFor({ state: "detached" });
    expect(await page.locator("dl.tiles").innerText()).toMatch(/^Waiting\s+3\b[^]*Done\s+1\b[^]*Failed\s+0\b/i);
    expect(await page.title()).not.toContain("owned");
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 120_000);
});
