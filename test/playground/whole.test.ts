import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { chromium, type Browser, type FrameLocator, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRunStore } from "../../src/store/index.ts";
import { findChromium, NEEDS_CHROMIUM } from "../dashboard/browser/find-chromium.ts";
import { bombTree } from "../hostile/btree-bomb.ts";
import { makeGoodRun } from "../hostile/make-hostile.ts";
import { serveTab, type TabServer } from "./serve-tab.ts";

const chromiumPath = findChromium();
const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** Three steps of a second or less. */
const SMALL = "#seed=1&workers=1&steps=3&problemsPerStep=4&groupSize=4&evaluationProblems=4";
const PATIENCE = 30_000;

describe.skipIf(chromiumPath === null)(
  `the whole dashboard in the page${chromiumPath === null ? ` (${NEEDS_CHROMIUM})` : ""}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "aha-whole-"));
    let served: TabServer;
    let browser: Browser;
    let page: Page;
    let frame: FrameLocator;
    const mistakes: string[] = [];

    beforeAll(async () => {
      served = await serveTab();
      browser = await chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] });
      page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      page.on("pageerror", ({ message }) => mistakes.push(message));
      page.on("request", (request) => {
        if (!request.url().startsWith(served.address) && !request.url().startsWith("blob:"))
          mistakes.push(request.url());
      });
      frame = page.frameLocator("#whole iframe");
      await page.goto(served.address + SMALL);
    });
    afterAll(async () => {
      await browser.close();
      served.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const told = (): Promise<string> => page.locator("#whole .whole-told").innerText();
    async function choose(name: string, buffer: Buffer): Promise<void> {
      const before = await told();
      await page.locator("#whole input[type=file]").setInputFiles({ name, mimeType: "application/x-sqlite3", buffer });
      await expect.poll(told, { timeout: PATIENCE }).not.toBe(before);
      await expect.poll(told, { timeout: PATIENCE }).not.toContain("being opened");
    }

    test("says that SQLite doesn't arrive, and goes on once it does", async () => {
      await page.route("**/sqlite.wasm", (route) => route.abort());
      await page.getByRole("button", { name: "Open the dashboard" }).click();
      await frame.getByText("Expected SQLite to arrive, got no answer; load the page again.").waitFor();
      await page.unroute("**/sqlite.wasm");
      await frame.getByText("step 0 of 3").waitFor();
    });

    test("shows the tab's run as its steps are made: figures, moments, groups, problems", async () => {
      await page.getByRole("button", { name: "Open the dashboard" }).click();
      await frame.getByText("this-tab").first().waitFor();
      await page.getByRole("button", { name: "Train", exact: true }).first().click();
      await frame.getByText("step 3 of 3").waitFor();
      await frame.getByText("finished", { exact: true }).first().waitFor();
      await frame.getByRole("link", { name: "Rollouts" }).click();
      await frame.getByText("48", { exact: false }).first().waitFor();
      await frame.getByRole("link", { name: "Problems" }).click();
      await frame.locator("main table tbody tr a").first().click();
      await frame.locator("main h2, main h3").first().waitFor();
      await frame.getByRole("link", { name: "Emergence" }).click();
      await frame
        .getByText(/Self-correction/i)
        .first()
        .waitFor();
      expect(await frame.getByRole("alert").count()).toBe(0);
    });

    test("takes the run along as a folder that the program opens", async () => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Take this run along" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("countdown-base-seed-1.zip");
      const files = unzipSync(new Uint8Array(readFileSync(await download.path())));
      for (const [name, bytes] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), bytes);
      }
      const run = join(folder, "countdown-base-seed-1");
      const store = openRunStore(run, { readOnly: true });
      expect([store.lastStep(), store.countRollouts(), store.state?.state]).toEqual([3, 48, "finished"]);
      store.close();
      const aha = (...given: readonly string[]): string =>
        execFileSync(process.execPath, [CLI, ...given], { encoding: "utf8", cwd: folder });
      expect(aha("show", run)).toContain("countdown");
      aha("report", run);
      expect(readFileSync(join(run, "report.html"), "utf8")).toContain("Right answers");
      const resumed = spawnSync(process.execPath, [CLI, "resume", run], { encoding: "utf8", cwd: folder });
      expect([resumed.status, resumed.stderr.trim()]).toEqual([
        2,
        `aha: Expected a run with checkpoints, got one that a browser tab made, which keeps none; begin another from its model, ${join(run, "final")}.`,
      ]);
    });

    test("opens a run's database that is dropped, beside the tab's run", async () => {
      const made = join(folder, "made");
      const options = ["--steps=2", "--problems-per-step=4", "--group-size=4", "--max-completion-tokens=32"];
      execFileSync(process.execPath, [CLI, "zero", "--run", made, ...options, "--evaluation-problems=4"], {
        stdio: "ignore",
      });
      const configs = [made, join(folder, "countdown-base-seed-1")].map((run) => {
        const store = openRunStore(run, { readOnly: true });
        store.close();
        return Object.keys(store.config).filter((name) => !["baseSha256", "imported"].includes(name));
      });
      expect(configs[1]).toEqual(configs[0]);
      await choose("my run.db", readFileSync(join(made, "run.db")));
      expect(await told()).toBe("my run.db is open in the dashboard below.");
      await frame.getByRole("heading", { name: "my run.db" }).waitFor();
      await frame.getByText("step 2 of 2").waitFor();
      await frame.getByRole("link", { name: "Runs" }).click();
      await frame.getByText("this-tab").first().waitFor();
    });

    test("refuses what is no run, is damaged or a bomb in one sentence, and goes on", async () => {
      const good = join(folder, "good");
      makeGoodRun(good);
      const bytes = readFileSync(join(good, "run.db"));
      await choose("notes.db", Buffer.from("no database at all"));
      expect(await told()).toContain('This file isn\'t opened. The file "notes.db" is not a database');
      await choose("half.db", bytes.subarray(0, bytes.length / 2));
      expect(await told()).toContain("is damaged");
      bombTree(join(good, "run.db"), 1);
      await choose("bomb.db", readFileSync(join(good, "run.db")));
      expect(await told()).toContain("another program");
      await frame.getByText("my run.db").first().waitFor();
      expect(mistakes).toEqual([]);
    });
  },
);
