import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { findChromium, NEEDS_CHROMIUM } from "../dashboard/browser/find-chromium.ts";
import { launchBrowser } from "../dashboard/browser/page-under-test.ts";

const PAGE = fileURLToPath(new URL("../../dist/playground", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".css": "text/css",
};
/** A run whose steps take no time. */
const SMALL = "seed=3&workers=1&model=countdown-small-base&problemsPerStep=6&groupSize=4&steps=2&evaluationProblems=0";

let server: Server;
let browser: Browser;
let address = "";

async function pageFile(url: string): Promise<{ readonly type: string; readonly bytes: Buffer } | null> {
  const path = new URL(url, "http://page").pathname.replace(/^\/below\//, "") || "index.html";
  const bytes = await readFile(join(PAGE, path)).catch(() => null);
  return bytes === null ? null : { type: TYPES[extname(path)] ?? "application/octet-stream", bytes };
}

const chromium = findChromium();
beforeAll(async () => {
  if (chromium === null) return;
  server = createServer((question, answer) => {
    void pageFile(question.url!).then((file) => {
      if (file === null) answer.writeHead(404).end();
      else answer.writeHead(200, { "content-type": file.type }).end(file.bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/below/`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** The page at a narrow width, with what it complained about. */
async function open(hash: string): Promise<{ readonly page: Page; readonly complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("blob:")) complaints.push(request.url());
  });
  await page.goto(`${address}#${hash}`);
  return { page, complaints };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
async function violations(page: Page, section: string): Promise<unknown> {
  await page.evaluate(axe);
  return page.evaluate(
    `axe.run(${JSON.stringify(section)}, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].target.join(" "), nodes[0].failureSummary]))`,
  );
}

describe.skipIf(chromium === null)(`recordings and moments (${NEEDS_CHROMIUM})`, () => {
  test("recordings are scrubbed by the keyboard and played, and their groups read", async () => {
    const { page, complaints } = await open(SMALL);
    await page.locator("#rest").scrollIntoViewIfNeeded();
    await page.getByLabel("Two languages").check();
    const slider = page.getByRole("slider");
    const told = page.locator("#rest output");
    await slider.focus();
    expect(await told.textContent()).toBe("Step 40 of 40");
    await page.keyboard.press("Home");
    expect(await told.textContent()).toBe("Step 0 of 40");
    expect(await page.locator("#rest .recorded-groups").count()).toBe(0);
    await page.keyboard.press("ArrowRight");
    expect(await slider.getAttribute("aria-valuetext")).toBe("Step 1 of 40");
    await page.locator("#rest summary").first().click();
    const completion = page.getByRole("article", { name: "Completion 1", exact: true });
    expect(await completion.textContent()).toContain("<answer>");
    const figure = page.locator("#rest .played-figure svg[role=img]").first();
    expect(await figure.getAttribute("aria-label")).toContain("at step 1.");
    await slider.focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Pause" }).last().waitFor();
    await expect.poll(() => page.locator("#rest output").textContent()).not.toBe("Step 1 of 40");
    expect(await violations(page, "#rest")).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    expect(complaints).toEqual([]);
  });

  test("what was measured stands there where there are no steps", async () => {
    const { page } = await open(SMALL);
    await page.locator("#rest").scrollIntoViewIfNeeded();
    await page.getByLabel("Voting").check();
    await page.getByText("97.8 %", { exact: false }).first().waitFor();
    expect(await page.getByRole("slider").count()).toBe(0);
    await page.getByLabel("Other words").check();
    await page.getByRole("cell", { name: "85.5 %" }).waitFor();
    expect(await violations(page, "#rest")).toEqual([]);
  });

  test("a dropped recording is played; a damaged one gets a sentence, and what was played stays", async () => {
    const { page, complaints } = await open(SMALL);
    await page.locator("#rest").scrollIntoViewIfNeeded();
    await page.getByLabel("Your recording").check();
    const file = (name: string, text: string): { name: string; mimeType: string; buffer: Buffer } => ({
      name,
      mimeType: "application/json",
      buffer: Buffer.from(text),
    });
    const good = await readFile(join(PAGE, "recordings", "language-by-the-rule.json"), "utf8");
    const hostile = good
      .replace('"name":"by-the-rule"', '"name":"<img src=x onerror=alert(1)>\\u202e"')
      .replace('"command":"', '"command":"<script>alert(1)</script> ');
    const input = page.locator("#rest input[type=file]");
    await input.setInputFiles(file("good.json", hostile));
    await page.getByText("Step 40 of 40").first().waitFor();
    expect(await page.locator("#rest img, #rest script").count()).toBe(0);
    for (const [text, words] of [
      [good.slice(0, -20), "a file that isn't JSON"],
      ['{"format":"aha-recording","version":9}', "which a newer program made"],
      [good.replace('"steps":40', '"steps":-1'), "This recording is damaged: expected `parts.0.steps`"],
    ] as const) {
      await input.setInputFiles(file("bad.json", text));
      await page.locator("#rest [role=alert]", { hasText: words }).waitFor();
    }
    expect(await page.getByText("Step 40 of 40").count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test("a link to a completion: the run is trained to its step, and it is read there", async () => {
    const { page, complaints } = await open(`${SMALL}&step=2&group=1&sample=2`);
    const moments = page.locator("#moments");
    await moments.getByRole("button", { name: "Train to step 2" }).click();
    await moments.getByRole("heading", { name: "Step 2, group 2, completion 3" }).waitFor();
    const text = await moments.locator(".completion-text").last().textContent();
    expect(text).toContain("answer");
    expect(await violations(page, "#moments")).toEqual([]);
    const again = await open(`${SMALL}&step=2&group=1&sample=2`);
    await again.page.locator("#moments").getByRole("button", { name: "Train to step 2" }).click();
    const reader = again.page.locator("#moments .completion-text").last();
    await reader.waitFor();
    // A link names a run: the same settings give the same completion.
    expect(await reader.textContent()).toBe(text);
    const beyond = await open(`${SMALL}&step=7&group=1&sample=2`);
    await beyond.page.getByText("but the run has steps 1 to 2").waitFor();
    expect(complaints).toEqual([]);
  });
});
