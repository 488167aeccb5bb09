import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, NEEDS_CHROMIUM } from "../dashboard/browser/find-chromium.ts";
import { axeViolations, launchBrowser, openPage, type PageUnderTest } from "../dashboard/browser/page-under-test.ts";
import { startStaticHost, type StaticHost } from "./static-host.ts";

/** A run whose steps are quick. */
const SMALL = "seed=1&workers=1&problemsPerStep=2&groupSize=4&evaluationProblems=4&evaluateEvery=2";

/** What a browser notes of its first picture, in milliseconds from the page's start. */
const FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";

/** The page's policy forbids the evaluation that a wait for a function needs. */
const WAIT = { timeout: 60_000 };

/** Runs before a page's own scripts: a tab as if it were hidden, when the test says so. */
const HIDING = `Object.defineProperty(document, "visibilityState", { get: () => globalThis.shown ?? "visible" });
  globalThis.show = (state) => { globalThis.shown = state; document.dispatchEvent(new Event("visibilitychange")); };`;

describe.skipIf(findChromium() === null)(`the stage (${NEEDS_CHROMIUM})`, () => {
  let browser: Browser;
  let host: StaticHost;
  beforeAll(async () => {
    [browser, host] = await Promise.all([launchBrowser(), startStaticHost()]);
  });
  afterAll(async () => {
    await browser.close();
    await host.stop();
  });

  const open = (hash: string = SMALL, options: BrowserContextOptions = {}): Promise<PageUnderTest> =>
    openPage(browser, `${host.url}#${hash}`, options);
  /** The same with a script that comes before those of the page. */
  async function openAfter(script: string): Promise<PageUnderTest> {
    const opened = await openPage(browser, "about:blank");
    await opened.page.addInitScript(script);
    await opened.page.goto(`${host.url}#${SMALL}`);
    return opened;
  }
  const press = (page: Page, name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
  const status = (page: Page): ReturnType<Page["locator"]> => page.locator(".stage-status");
  const paused = (page: Page, step: number): Promise<void> =>
    status(page).getByText(`Paused after step ${step} of 110.`).waitFor();

  test("a first visit: painted at once, the base's answer struck out, a point, nothing asked of others", async () => {
    const { page, complaints, elsewhere } = await open();
    await page.getByText("11 3 3 make 24").waitFor();
    expect(await page.locator(".wrong-answer").textContent()).toBe("11 - ( 3 - 3 )");
    expect(await page.getByText("Recorded beforehand with seed 1").count()).toBe(1);
    // On a crowded machine; idle it is a tenth of that.
    expect(Number(await page.evaluate(FIRST_PAINT))).toBeLessThan(5000);
    await status(page).getByText("Ready.").waitFor();
    await page.locator(".stage-figure svg circle").first().waitFor();
    await press(page, "Step");
    await paused(page, 1);
    expect(await page.getByText("From the first step of this run.").count()).toBe(1);
    expect(await page.locator(".stage-figure").first().getByRole("img").getAttribute("aria-label")).toMatch(
      /^Right answers, share of completions: training rollouts \d+ %, held out \d+ %$/,
    );
    await page.getByRole("slider", { name: "Right answers" }).press("Home");
    expect(await page.locator(".stage-figure .at").first().textContent()).toBe("step 0");
    expect(await axeViolations(page)).toEqual([]);
    expect([complaints, elsewhere]).toEqual([[], []]);
    await page.context().close();
  });

  test("trains, pauses after the step in progress, goes on, and says so in words", async () => {
    const { page, complaints } = await open();
    // Before the model has come: it is carried out when it has.
    await press(page, "Train");
    await page
      .locator(".told")
      .getByText(/^Step \d+/)
      .waitFor({ state: "attached" });
    await press(page, "Pause");
    await status(page)
      .getByText(/^Paused after/)
      .waitFor();
    const at = await status(page).textContent();
    expect(await page.getByText(/tokens a second · about \d+ (min|seconds) left/).count()).toBe(1);
    await page.waitForTimeout(500);
    expect(await status(page).textContent()).toBe(at);
    await press(page, "Slow");
    await status(page)
      .getByText(/^Slowly/)
      .waitFor();
    await press(page, "Pause");
    await paused(page, Number(/\d+/.exec(at!)![0]) + 1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("another seed is another run, which the address names; a part of the page is no run", async () => {
    const { page } = await open();
    await press(page, "Step");
    await paused(page, 1);
    const digest = await page.locator(".run-name code").textContent();
    await page.getByRole("link", { name: "Guess first" }).click();
    await page.waitForURL(/#seed=1&/);
    expect(await page.locator(".run-name code").textContent()).toBe(digest);
    await page.getByLabel("Seed", { exact: true }).fill("5000000000");
    await page.keyboard.press("Enter");
    await page.getByText("From 0 to 4294967295.").waitFor();
    await page.getByLabel("Seed", { exact: true }).fill("2");
    await page.keyboard.press("Enter");
    expect(await page.getByLabel("Seed", { exact: true }).evaluate((field) => field.matches(":focus"))).toBe(true);
    await status(page).getByText("Ready.").waitFor();
    expect(page.url()).toContain("seed=2&");
    await page.goto(page.url().replace("seed=2&", "seed=1&"));
    await status(page).getByText("Ready.").waitFor();
    await press(page, "Step");
    await paused(page, 1);
    expect(await page.locator(".run-name code").textContent()).toBe(digest);
    await page.context().close();
  });

  test("in Chinese where the browser asks for it, and in English from then on once chosen", async () => {
    const { page, complaints } = await open(SMALL, { locale: "zh-CN" });
    await page.getByRole("heading", { level: 1, name: "看一个模型学会思考" }).waitFor();
    expect([await page.title(), await page.evaluate("document.documentElement.lang")]).toEqual([
      "看一个模型学会思考",
      "zh-Hans",
    ]);
    await press(page, "English");
    await page.getByRole("heading", { level: 1, name: "Watch a model learn to think" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Watch a model learn to think" }).waitFor();
    expect(await page.title()).toBe("Watch a model learn to think");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("on a phone in the dark nothing is wider than the screen, and half the problems are offered", async () => {
    const { page, complaints } = await open("seed=1&workers=1", {
      viewport: { width: 390, height: 844 },
      colorScheme: "dark",
      reducedMotion: "reduce",
    });
    await page.getByText("More settings").click();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("link", { name: "Half the problems a step" }).click();
    await page.waitForURL(/problemsPerStep=16/);
    await page.getByLabel("Problems a step").waitFor();
    expect(await page.getByLabel("Problems a step").inputValue()).toBe("16");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("a tab that is left pauses and says so; with the box it goes on", async () => {
    const { page } = await openAfter(HIDING);
    await press(page, "Train");
    await status(page)
      .getByText(/^Training, after step [1-9]/)
      .waitFor();
    await page.evaluate("show('hidden')");
    await page.getByText("Paused when you left this tab").waitFor();
    await status(page)
      .getByText(/^Paused after/)
      .waitFor();
    const at = Number(/\d+/.exec((await status(page).textContent())!)![0]);
    await page.evaluate("show('visible')");
    await page.getByText("Go on while this tab is hidden").first().click();
    await press(page, "Train");
    await page.evaluate("show('hidden')");
    await expect
      .poll(async () => Number(/\d+/.exec((await page.locator(".step-numbers b").textContent())!)![0]), WAIT)
      .toBeGreaterThan(at + 2);
    await page.context().close();
  });

  test.each([
    ["model", "**/model.safetensors", { status: 404 }, "The model or the engine didn't arrive."],
    ["model but its host's page", "**/config.json", { body: "<!doctype html>" }, "to arrive as JSON"],
    ["engine", "**/*.wasm", { status: 404 }, "The engine didn't arrive whole"],
  ] as const)("a %s that doesn't arrive is said, and is asked for again", async (_what, files, answer, said) => {
    const { page } = await openPage(browser, "about:blank");
    await page.route(files, (route) => route.fulfill(answer));
    await page.goto(`${host.url}#${SMALL}`);
    await page.getByRole("alert").getByText(said).waitFor();
    expect(await page.getByText("11 3 3 make 24").count()).toBe(1);
    await page.unroute(files);
    await press(page, "Try again");
    await status(page).getByText("Ready.").waitFor();
    await page.context().close();
  });

  test.each([
    ["SIMD", "WebAssembly.validate = () => false;", "it has no WebAssembly with SIMD"],
    ["workers", "delete globalThis.Worker;", "it has no workers"],
  ])("a browser without %s keeps the recorded start", async (_what, script, said) => {
    const { page } = await openAfter(script);
    await page.getByRole("alert").getByText(said).waitFor();
    expect(await page.getByText("11 3 3 make 24").count()).toBe(1);
    expect(await page.getByRole("button", { name: "Train", exact: true }).isDisabled()).toBe(true);
    await page.context().close();
  });

  test("where nothing may be stored everything works", async () => {
    const refuse = "throw new DOMException('refused', 'SecurityError')";
    const { page, complaints } = await openAfter(
      `Object.defineProperty(globalThis, "localStorage", { get() { ${refuse}; } });`,
    );
    await press(page, "中文");
    await page.getByRole("heading", { level: 1, name: "看一个模型学会思考" }).waitFor();
    await press(page, "English");
    await press(page, "Step");
    await paused(page, 1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
