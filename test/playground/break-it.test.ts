import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const CHROMIUM = "/usr/bin/chromium";
const ROOT = "dist/playground";
/** A browser to look with, and a page to look at: `npm run build` makes it. */
const canLook = existsSync(CHROMIUM) && existsSync(join(ROOT, "index.html"));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".css": "text/css",
};

let server: Server;
let browser: Browser;
let page: Page;

describe.skipIf(!canLook)("guesses and broken runs, in a browser", () => {
  beforeAll(async () => {
    server = createServer((question, answer) => {
      const path = new URL(question.url!, "http://x").pathname.slice(1) || "index.html";
      const type = TYPES[extname(path)] ?? "application/octet-stream";
      readFile(join(ROOT, path)).then(
        (bytes) => answer.writeHead(200, { "content-type": type }).end(bytes),
        () => answer.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    page = await browser.newPage();
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/#seed=1&workers=1&problemsPerStep=4&evaluationProblems=0`);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test("an answer is not there before a guess", async () => {
    const question = page.locator("#guess-control");
    const submit = question.getByRole("button", { name: "That is my guess" });
    expect(await submit.isDisabled()).toBe(true);
    expect(await question.textContent()).not.toContain("34.4 %");
    await question.getByRole("radio").first().press("Space");
    await submit.press("Enter");
    expect(await question.locator(".answer").textContent()).toMatch(/You said: It learns to try again.*34\.4 %/);
  });

  test("each preset has its link", async () => {
    const section = page.locator("#break-it");
    const links: (string | null)[] = [];
    for (const preset of ["format", "pairs", "noBaseline", "cool", "fast", "noRetries", "lengthRewarded"]) {
      await section.locator(`input[value=${preset}]`).check();
      links.push(await section.locator(".preset-link").getAttribute("href"));
    }
    expect(links.map((link) => link!.replace("#seed=1&workers=1&", ""))).toEqual([
      "accuracyWeight=0&formatWeight=1",
      "problemsPerStep=128&groupSize=2",
      "baseline=none",
      "temperature=0.3",
      "learningRate=0.005",
      "#model=countdown-no-retries-base&seed=1&workers=1",
      "rewards=length",
    ]);
    await section.locator("input[value=hacked]").check();
    expect(await section.locator(".preset-link").count()).toBe(0);
  });

  test("a link to a preset moves the choice of an open page", async () => {
    const chosen = (): Promise<string> => page.locator("#break-it .presets input:checked").inputValue();
    expect(await chosen()).toBe("hacked");
    await page.evaluate("location.hash = '#seed=1&workers=1&learningRate=0.005'");
    await expect.poll(chosen).toBe("fast");
    await page.evaluate("location.hash = '#seed=1&workers=1'");
    await page.locator("#guess-control .answer a").click();
    await expect.poll(chosen).toBe("noRetries");
    // A run of no preset leaves the reader's choice.
    await page.evaluate("location.hash = '#seed=2&workers=1'");
    await page.locator(".run-settings, .stage-controls").first().waitFor();
    expect(await chosen()).toBe("noRetries");
  });

  test.each(["mouse", "touch", "keyboard"])("a course is guessed by %s, and drawn beside the run's", async (means) => {
    const context = await browser.newContext({ hasTouch: means === "touch", viewport: { width: 390, height: 844 } });
    const own = await context.newPage();
    await own.goto(
      `${new URL(page.url()).origin}/#seed=1&workers=1&problemsPerStep=2&groupSize=4&evaluationProblems=0`,
    );
    const act = async (target: Locator): Promise<void> => {
      if (means === "mouse") return target.click();
      if (means === "touch") return target.tap();
      // A button that is off while the trainer starts takes no focus; the other means wait for it by themselves.
      await expect.poll(() => target.isEnabled(), { timeout: 30_000 }).toBe(true);
      await target.focus();
      await own.keyboard.press("Space");
    };
    const question = own.locator("#guess-length");
    await act(question.getByRole("radio").nth(2));
    await act(question.getByRole("button", { name: "That is my guess" }));
    expect(await question.locator(".answer").textContent()).toContain("You said: ");
    expect(await question.locator(".page-chart").getByText("Your guess").count()).toBeGreaterThan(0);
    await act(own.locator("#guess-advantage").getByRole("button"));
    await own.locator("#guess-advantage").getByRole("button", { name: "step 1" }).waitFor({ timeout: 30_000 });
    await context.close();
  });

  test("two runs side by side make a step each, and stop", { timeout: 90_000 }, async () => {
    const section = page.locator("#break-it");
    await section.locator("input[value=format]").check();
    await section.getByRole("button", { name: "Run both, side by side" }).click();
    await expect
      .poll(() => section.getByRole("status").textContent(), { timeout: 60_000 })
      .toMatch(/Usual run: step [1-9]\d*\. Changed run: step [1-9]/);
    await section.getByRole("button", { name: "Pause both" }).click();
    expect(await section.locator(".side-by-side .page-chart svg").count()).toBeGreaterThan(1);
    await section.getByRole("button", { name: "Stop and free the memory" }).click();
    expect(await section.getByRole("status").count()).toBe(0);
  });
});
