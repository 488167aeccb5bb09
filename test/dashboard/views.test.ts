import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startDashboard } from "../../src/dashboard/server/index.ts";
import { findChromium, NEEDS_CHROMIUM } from "./browser/find-chromium.ts";
import { makeQueue } from "./browser/made-queue.ts";
import { makeRun } from "./browser/made-run.ts";
import { axeViolations, openPage } from "./browser/page-under-test.ts";
import { serveRuns } from "./browser/served-runs.ts";

/** Every view, by its address, with words that stand on it when it is there. */
const VIEWS: readonly (readonly [name: string, hash: string, words: string])[] = [
  ["runs", "#/", "first"],
  ["compare", "#/compare?run=first&run=second&x=tokens", "What differs"],
  ["run", "#/run/first", "The paper's two figures"],
  ["emergence", "#/run/first/emergence", "Aha moments"],
  ["rollouts", "#/run/first/rollouts", "of 96 rollouts"],
  ["group", "#/run/first/groups/3/0", "Step 3, countdown:2,7,9=25"],
  ["problems", "#/run/first/problems", "Right, first → last"],
  ["one problem", "#/run/first/problems/countdown%3A2%2C7%2C9%3D25", "through time"],
  ["queue", "#/run/first/queue", "Judge again all that failed"],
  ["playground", "#/run/first/playground", "There is no trained model in this run"],
  ["a run without steps", "#/run/empty", "This run has no steps."],
  ["a run that can't be read", "#/run/broken", "run.db"],
  ["words", "#/words", "Group Relative Policy Optimization"],
  ["no view", "#/nowhere", "There is no view at this address."],
];

describe.skipIf(findChromium() === null)(`the page (${NEEDS_CHROMIUM})`, () => {
  const served = serveRuns(async (folder) => {
    for (const [id, seed] of [
      ["first", 1],
      ["second", 2],
    ] as const) {
      const store = makeRun(folder, id, { steps: 12, seed });
      store.recordEvaluation("after", 12, {
        accuracy: 0.6,
        standardError: 0.02,
        greedyAccuracy: 0.7,
        meanLength: 60,
        selfCorrectionShare: 0.6,
        truncatedShare: 0.1,
        formatShare: 0.9,
        languageMixing: null,
        problems: 10,
        samples: 4,
        judged: 40,
        unverifiable: { count: 0, reasons: [] },
      });
      store.recordState("finished");
      store.close();
    }
    await makeQueue(join(folder, "first"));
    const empty = makeRun(folder, "empty", { steps: 0 });
    empty.recordState("interrupted");
    empty.close();
    mkdirSync(join(folder, "broken"));
    writeFileSync(join(folder, "broken", "run.db"), "not a database at all, and long enough to be looked at");
  });

  test.each(VIEWS)(
    "%s: is there, asks nobody else, fits a phone, and axe finds nothing wrong in light or dark",
    async (name, hash, words) => {
      const { page, complaints, elsewhere } = await openPage(served().browser, `${served().dashboard.url}${hash}`, {
        colorScheme: "light",
      });
      await page.getByText(words, { exact: false }).first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await axeViolations(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      // The charts are drawn anew after the page is.
      await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBe(390);
      expect(await axeViolations(page)).toEqual([]);
      expect(elsewhere).toEqual([]);
      // The browser itself writes a line about an answer of 422.
      expect(name.includes("can't be read") ? complaints.filter((line) => !line.includes("422")) : complaints).toEqual(
        [],
      );
      await page.context().close();
    },
  );

  test("on a phone every tab is in sight, and rollouts begin before the first screen ends", async () => {
    const { page } = await openPage(served().browser, `${served().dashboard.url}#/run/first/rollouts`, {
      viewport: { width: 390, height: 844 },
    });
    const tabs = page.getByRole("navigation", { name: "Views of the run" }).getByRole("link");
    await expect.poll(() => tabs.count()).toBeGreaterThan(3);
    const ends = await tabs.evaluateAll((links) => links.map((link) => link.getBoundingClientRect().right));
    expect(Math.max(...ends)).toBeLessThanOrEqual(390);
    const text = page.getByRole("searchbox", { name: "Text", includeHidden: true });
    await text.waitFor({ state: "attached" });
    expect(await text.isVisible()).toBe(false);
    await page.getByText("Filter", { exact: true }).click();
    expect(await text.isVisible()).toBe(true);
    await page.context().close();
  });

  test("a chart is zoomed by dragging and by keys, and shown whole again", async () => {
    const { page, complaints } = await openPage(served().browser, `${served().dashboard.url}#/run/first`);
    const cursor = page.getByRole("slider", { name: /^Read Entropy/ });
    const range = async (): Promise<(string | null)[]> =>
      Promise.all(["aria-valuemin", "aria-valuemax"].map((name) => cursor.getAttribute(name)));
    await cursor.scrollIntoViewIfNeeded();
    expect(await range()).toEqual(["1", "12"]);
    const box = (await cursor.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 4 });
    await page.mouse.up();
    expect(await range()).toEqual(["4", "6"]);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Show all" }).click();
    expect(await range()).toEqual(["1", "12"]);
    await cursor.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("+");
    await expect.poll(range).toEqual(["1", "3"]);
    await page.keyboard.press("0");
    await expect.poll(range).toEqual(["1", "12"]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("compare: a run that comes late has its own colour in every chart, those out of sight as well", async () => {
    const { page } = await openPage(served().browser, "about:blank");
    await page.route("**/api/runs/first", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue();
    });
    await page.goto(`${served().dashboard.url}#/compare?run=first&run=empty&run=second`);
    await page.getByRole("figure", { name: "Sampled tokens per second" }).waitFor();
    const names = await page.locator("figure.chart .legend li:first-child span").allTextContents();
    expect(new Set(names)).toEqual(new Set(["first and 2 more seeds"]));
    // Drawn with as many lines as the legend names, also far below the screen.
    const drawn = await page.locator("figure.chart svg[role=img]").count();
    expect(drawn).toBe(await page.locator("figure.chart").count());
    await page.context().close();
  });

  test("the first load is under 60 kB as served", async () => {
    const html = await fetch(served().dashboard.url, { headers: { "accept-encoding": "identity" } }).then((response) =>
      response.text(),
    );
    const parts = ["/", ...[...html.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path]) => path as string)];
    expect(parts.length).toBeGreaterThan(2);
    let bytes = 0;
    const { page } = await openPage(served().browser, "about:blank");
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    await page.goto(`${served().dashboard.url}#/nowhere`);
    await page.getByText("There is no view at this address.").waitFor();
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(60_000);
    await page.context().close();
  });

  test("a folder without runs says how to begin", async () => {
    const nothing = mkdtempSync(join(tmpdir(), "aha-page-"));
    const other = await startDashboard({ accessToken: null, folder: nothing, port: 0 });
    const { page } = await openPage(served().browser, other.url);
    await page.getByText("No runs here yet.").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
    await other.close();
    rmSync(nothing, { recursive: true });
  });

  test("a chart is read by the keyboard and taken away as SVG, PNG and CSV", async () => {
    const { page, complaints } = await openPage(served().browser, `${served().dashboard.url}#/run/first`);
    const cursor = page.getByRole("slider", { name: /^Read Right answers/ });
    await cursor.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    expect(await cursor.getAttribute("aria-valuetext")).toBe("Step 1: training rollouts 22.0 %");
    const figure = page.getByRole("figure", { name: "Right answers" });
    const taken: Record<string, Buffer> = {};
    for (const kind of ["SVG", "PNG", "CSV"]) {
      await figure.locator("summary").first().click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        figure.getByRole("button", { name: kind }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`first-accuracy.${kind.toLowerCase()}`);
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
      taken[kind] = Buffer.concat(chunks);
    }
    expect(taken["SVG"]?.toString("utf8")).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*>Right answers<[^]*<\/svg>\n$/,
    );
    expect(taken["SVG"]?.toString("utf8")).not.toContain("var(");
    expect(taken["PNG"]?.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    expect(taken["PNG"]?.readUInt32BE(16)).toBe(1440);
    const [header, before, first] = taken["CSV"]?.toString("utf8").split("\r\n") ?? [];
    expect(header).toBe('step,training rollouts,"held-out, pass@1","held-out, pass@1, low","held-out, pass@1, high"');
    // An error of 0.02 over 10 problems, t(0.975, 9) = 2.262157.
    const [step, training, ...held] = before?.split(",") ?? [];
    expect([step, training, ...held.map((cell) => Number(cell).toFixed(6))]).toEqual([
      "0",
      "",
      "0.240000",
      "0.194757",
      "0.285243",
    ]);
    expect(first).toBe("1,0.22,,,");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("rollouts are filtered through the address, and gone through by the keyboard", async () => {
    const { page } = await openPage(
      served().browser,
      `${served().dashboard.url}#/run/first/rollouts?verdict=right&stepTo=6`,
    );
    await page.getByText("of 96 rollouts").waitFor();
    expect(await page.locator("table.rollouts .verdict-wrong").count()).toBe(0);
    expect(await page.locator("table.rollouts .verdict-right").count()).toBe(16);
    await page.getByLabel("Text", { exact: true }).first().fill("wait , 3 no");
    await page.getByText(/^3 of 96 rollouts/).waitFor();
    expect(new URL(page.url()).hash).toBe("#/run/first/rollouts?stepTo=6&verdict=right&text=wait+%2C+3+no");
    const links = page.locator("a.open");
    await links.first().focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.locator("a.open:focus").getAttribute("href")).toBe(await links.nth(1).getAttribute("href"));
    await page.keyboard.press("Enter");
    await page.getByText(/Step 3, /).waitFor();
    expect(await page.locator(".looked-for").count()).toBe(1);
    await page.context().close();
  });

  test("the choice of colours stays", async () => {
    const { page } = await openPage(served().browser, served().dashboard.url, { colorScheme: "light" });
    const ground = (): Promise<unknown> => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await ground();
    const button = page.getByRole("button", { name: /^Colours/ });
    await button.click();
    await button.click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await button.waitFor();
    expect(await ground()).toBe(dark);
    await page.context().close();
  });
});
