import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { findChromium } from "./find-chromium.ts";

/** Starts the browser, or says that there is none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("Expected a Chromium.");
  // In a container Chromium has no rights for its own sandbox; it shows nothing but our page here.
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-extensions"],
  });
}

/** A page with all that it did and must not do. */
export interface PageUnderTest {
  readonly page: Page;
  /** Errors and warnings that it wrote, refusals of its content-security-policy among them. */
  readonly complaints: string[];
  /** Addresses elsewhere that it asked for. */
  readonly elsewhere: string[];
  readonly dialogs: string[];
}

/** Opens an address of the dashboard, and watches what the page does. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<PageUnderTest> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  // Of a crowded machine; how quick the page is has tests of its own.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const seen: PageUnderTest = { page, complaints: [], elsewhere: [], dialogs: [] };
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") seen.complaints.push(message.text());
  });
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("dialog", (dialog) => {
    seen.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const { origin } = new URL(url);
  page.on("request", (request) => {
    const address = request.url();
    if (!address.startsWith(`${origin}/`) && !address.startsWith("data:") && !address.startsWith(`blob:${origin}/`))
      seen.elsewhere.push(address);
  });
  await page.goto(url);
  return seen;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong with the page as it stands: one line a rule, with the places. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found = (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary)]))",
  )) as [string, string[]][];
  return found.map(([id, nodes]) => `${id}: ${nodes.slice(0, 4).join(" | ")}`);
}
