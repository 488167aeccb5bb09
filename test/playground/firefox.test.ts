import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DrivenFirefox, FIREFOX, NEEDS_FIREFOX } from "./firefox.ts";
import { startStaticHost, type StaticHost } from "./static-host.ts";

/** A run whose steps are quick. */
const SMALL = "#seed=1&workers=1&problemsPerStep=2&groupSize=4&evaluationProblems=0";
const PATIENCE = { timeout: 40_000, interval: 100 };

const button = (name: string): string =>
  `[...document.querySelectorAll("button")].find((it) => it.textContent.trim() === ${JSON.stringify(name)})`;
const STATUS = `document.querySelector(".stage-status").textContent`;
/** Steps made, as the page says. */
const STEPS_MADE = `document.querySelector(".step-numbers b")?.textContent.match(/\\d+/)?.[0] ?? 0`;
/** Points of the longest line in the figures. */
const POINTS = `Math.max(...[...document.querySelectorAll(".stage-figure svg path")].map((path) =>
  (path.getAttribute("d").match(/[ML]/g) ?? []).length))`;

describe.skipIf(FIREFOX === undefined)(`the page in Firefox (${NEEDS_FIREFOX})`, () => {
  let firefox: DrivenFirefox;
  let host: StaticHost;
  beforeAll(async () => {
    [firefox, host] = await Promise.all([DrivenFirefox.start(), startStaticHost()]);
  }, 60_000);
  afterAll(async () => {
    await firefox?.close();
    await host?.stop();
  }, 30_000);

  const made = async (tab: string): Promise<number> => Number(await firefox.read(tab, STEPS_MADE));
  async function readyTab(): Promise<string> {
    const tab = await firefox.open(`${host.url}${SMALL}`);
    await expect.poll(() => firefox.read(tab, STATUS), PATIENCE).toBe("Ready.");
    return tab;
  }

  test("trains, pauses, steps once and speaks Chinese, without an error", { timeout: 120_000 }, async () => {
    const tab = await readyTab();
    await firefox.click(tab, button("Train"));
    await expect.poll(() => made(tab), PATIENCE).toBeGreaterThan(2);
    await firefox.click(tab, button("Pause"));
    await expect.poll(() => firefox.read(tab, STATUS), PATIENCE).toMatch(/^Paused after step \d+ of 110\./);
    const at = await made(tab);
    expect(Number(await firefox.read(tab, POINTS))).toBeGreaterThanOrEqual(at);
    await firefox.click(tab, button("Step"));
    await expect.poll(() => firefox.read(tab, STATUS), PATIENCE).toBe(`Paused after step ${at + 1} of 110.`);
    await firefox.click(tab, button("中文"));
    await expect
      .poll(() => firefox.read(tab, "document.querySelector('h1').textContent"), PATIENCE)
      .toBe("看一个模型学会思考");
    expect(await made(tab)).toBe(at + 1);
    await firefox.click(tab, button("English"));
    expect(firefox.complaints).toEqual([]);
  });

  test("behind another tab it rests, or goes on where it was told to", { timeout: 120_000 }, async () => {
    const tab = await readyTab();
    const other = await firefox.open("about:blank");
    await firefox.show(tab);
    await firefox.click(tab, button("Train"));
    await expect.poll(() => made(tab), PATIENCE).toBeGreaterThan(0);
    await firefox.show(other);
    await expect.poll(() => firefox.read(tab, "document.visibilityState"), PATIENCE).toBe("hidden");
    await expect.poll(() => firefox.read(tab, STATUS), PATIENCE).toMatch(/^Paused after/);
    const at = await made(tab);
    await firefox.show(tab);
    await firefox.click(tab, `document.querySelector(".stage-notice input")`);
    await firefox.click(tab, button("Train"));
    await firefox.show(other);
    await expect.poll(() => made(tab), PATIENCE).toBeGreaterThan(at + 2);
    expect(await firefox.read(tab, "document.visibilityState")).toBe("hidden");
    await firefox.show(tab);
    await firefox.click(tab, button("Pause"));
    await expect.poll(() => firefox.read(tab, STATUS), PATIENCE).toMatch(/^Paused after/);
    expect(Number(await firefox.read(tab, POINTS))).toBeGreaterThanOrEqual(await made(tab));
    expect(firefox.complaints).toEqual([]);
  });
});
