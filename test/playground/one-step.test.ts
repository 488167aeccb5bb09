import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { movedCompletions } from "../../src/playground/one-step/moved-tokens.ts";
import { learntFrom, tokenPush } from "../../src/playground/one-step/token-push.ts";
import type { SeenGroup, TrainerNews } from "../../src/playground/messages.ts";
import { findChromium, NEEDS_CHROMIUM } from "../dashboard/browser/find-chromium.ts";
import { axeViolations, launchBrowser, openPage, type PageUnderTest } from "../dashboard/browser/page-under-test.ts";

const ROOT = fileURLToPath(new URL("../../dist/playground", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".css": "text/css",
  ".txt": "text/plain",
};
/** A run of small steps. */
const RUN = "seed=1&workers=2&problemsPerStep=8&evaluationProblems=0";

/** In the page: keeps what the trainer tells it. */
const LISTEN = `
  globalThis.heard = [];
  const Plain = globalThis.Worker;
  globalThis.Worker = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => heard.push(data));
    }
  };
`;

async function newest<K extends TrainerNews["kind"]>(page: Page, kind: K): Promise<TrainerNews & { kind: K }> {
  return (await page.evaluate(`heard.findLast((news) => news.kind === "${kind}")`)) as TrainerNews & { kind: K };
}

const goTo = (page: Page, hash: string): Promise<unknown> => page.evaluate(`location.hash = "${hash}"`);

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const numberOf = (text: string): number =>
  Number(
    text
      .replace("−", "-")
      .replace("×10⁻", "e-")
      .replaceAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (sign) => String(RAISED.indexOf(sign))),
  );
const textsOf = async (list: Locator): Promise<number[]> => (await list.allInnerTexts()).map(numberOf);

describe.skipIf(findChromium() === null)(`one GRPO step, slowly (${NEEDS_CHROMIUM})`, () => {
  let browser: Browser;
  let server: Server;
  let seen: PageUnderTest;
  let section: Locator;
  let group: SeenGroup;

  const scene = (place: number): Promise<void> => section.getByRole("tab").nth(place).click();

  beforeAll(async () => {
    server = createServer((question, answer) => {
      const path = new URL(question.url!, "http://x").pathname.slice(1) || "index.html";
      readFile(join(ROOT, path)).then(
        (bytes) => answer.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" }).end(bytes),
        () => answer.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await launchBrowser();
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    seen = await openPage(browser, `${address}THIRD-PARTY.txt`, { reducedMotion: "reduce" });
    await seen.page.addInitScript(LISTEN);
    await seen.page.goto(`${address}#${RUN}`);
    seen.complaints.length = 0;
    section = seen.page.locator("#one-step");
    await section.getByRole("button", { name: "Make a first step" }).click();
    await section.getByRole("tab", { name: "After" }).click();
    await section.locator(".samples").waitFor();
    const step = await newest(seen.page, "step");
    const named = new URLSearchParams(new URL(seen.page.url()).hash.slice(1));
    expect(named.get("step")).toBe("1");
    group = step.groups.find(({ problemIndex }) => String(problemIndex) === named.get("group"))!;
    expect(group.signal).toBe(true);
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test("the question and the answers, token by token", async () => {
    await scene(0);
    expect(await section.locator(".prompt-tokens .token-text").allInnerTexts()).toEqual(
      group.promptPieces.map((piece) => piece.trim()),
    );
    await scene(1);
    const texts = section.locator(".written .completion-text");
    expect(await texts.count()).toBe(8);
    for (const [i, { pieces }] of group.rollouts.entries())
      expect(await texts.nth(i).locator(".shade").count()).toBe(pieces.length);
    await section.getByRole("slider", { name: "Tokens written" }).fill("3");
    expect(await texts.first().locator(".shade").count()).toBe(3);
    await section.getByRole("button", { name: "All at once" }).click();
    expect(await texts.first().locator(".unwritten").count()).toBe(0);
  });

  test("rewards, their mean, and advantages that sum to 0", async () => {
    const rewards = group.rollouts.map(({ reward }) => reward.total!);
    await scene(2);
    expect(await textsOf(section.locator(".checked td:last-child b"))).toEqual(rewards);
    await scene(3);
    const mean = rewards.reduce((sum, reward) => sum + reward, 0) / 8;
    expect(numberOf(await section.locator(".beam-mean").innerHTML())).toBeCloseTo(mean, 3);
    await scene(4);
    const bars = section.locator(".bars li > :nth-child(3)");
    const advantages = await textsOf(bars);
    expect(advantages).toEqual(group.rollouts.map(({ advantage }) => Number(advantage!.toFixed(3))));
    expect(advantages.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 2);
    await section.getByRole("radio", { name: "If all were right" }).check();
    expect(new Set(await bars.allInnerTexts())).toEqual(new Set(["nothing"]));
    await section.getByRole("radio", { name: "Divided by the deviation" }).check();
    expect(Math.abs((await textsOf(bars))[0]!)).toBeGreaterThan(Math.abs(advantages[0]!));
  });

  test("the push on each token, and what came of it", async () => {
    const { groups, metrics } = await newest(seen.page, "step");
    await scene(5);
    const pushes = await textsOf(section.locator(".push-bars li > :nth-child(3)"));
    const learnt = learntFrom(groups);
    group.rollouts.forEach((rollout, i) => expect(pushes[i]! / tokenPush(rollout, learnt)).toBeCloseTo(1, 1));
    expect(metrics.clipFraction).toBe(0);
    const { look } = await newest(seen.page, "look");
    expect(look.logprobs.map(({ length }) => length)).toEqual(group.rollouts.map(({ pieces }) => pieces.length));
    await scene(6);
    const moved = movedCompletions(group, look);
    expect(await textsOf(section.locator(".after-bars li > :nth-child(3)"))).toEqual(
      moved.map(({ meanChange }) => Number(meanChange.toFixed(3))),
    );
    expect(moved.some(({ meanChange }) => meanChange !== 0)).toBe(true);
    const right = look.samples.filter(({ reward }) => reward.verdict.kind === "right").length;
    expect(await section.locator(".samples-counts").getAttribute("data-after")).toBe(String(right));
  });

  test("arrow keys go through the scenes", async () => {
    await scene(0);
    const tabs = section.getByRole("tab");
    await tabs.first().focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft"]) await seen.page.keyboard.press(key);
    const second = tabs.nth(1);
    expect(await second.getAttribute("aria-selected")).toBe("true");
    expect(await second.evaluate((tab) => tab.matches(":focus"))).toBe(true);
    await seen.page.keyboard.press("ArrowLeft");
    await seen.page.keyboard.press("ArrowLeft");
    expect(await tabs.last().getAttribute("aria-selected")).toBe("true");
    expect(await section.locator("[role=status]").allInnerTexts()).toContain(
      `Scene 7 of 7: After. Question: ${group.prompt.slice(6, -2)}.`,
    );
  });

  test("each scene without a finding of axe, in a phone's width too", async () => {
    // Brings axe into the page.
    await axeViolations(seen.page);
    for (let place = 0; place < 7; place++) {
      await scene(place);
      const found = await seen.page.evaluate(
        "axe.run('#one-step').then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))",
      );
      expect(found).toEqual([]);
    }
    await seen.page.setViewportSize({ width: 390, height: 800 });
    for (let place = 0; place < 7; place++) {
      await scene(place);
      expect(await section.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
    }
    await seen.page.setViewportSize({ width: 1280, height: 900 });
  });

  test("a link to a step that is to come trains to it, and no further", async () => {
    await goTo(seen.page, `${RUN}&step=2&group=5`);
    await section.getByText("Step 2 hasn't been made yet.").waitFor();
    await section.getByRole("button", { name: "Train to step 2" }).click();
    await section.getByRole("heading", { name: /^Step 2 / }).waitFor();
    await scene(6);
    await section.locator(".samples").waitFor();
    const { look } = await newest(seen.page, "look");
    expect([look.step, look.problemIndex]).toEqual([2, 5]);
    expect((await newest(seen.page, "step")).metrics.step).toBe(2);
    // What an earlier step was looked at, is kept.
    await goTo(seen.page, `${RUN}&step=1&group=${group.problemIndex}`);
    await section.getByRole("heading", { name: /^Step 1 / }).waitFor();
    await section.locator(".samples").waitFor();
    await section.getByRole("button", { name: "Next question" }).click();
    await section.getByText("only the newest step can be seen before and after").waitFor();
    expect(seen.complaints).toEqual([]);
  });
});
