/**
 * Makes the README's moving picture of the page that trains in a tab: a run of so many steps in Chromium, the stage
 * once a step, as an animated PNG (docs/playground.png) and its last frame as a still one (docs/playground-still.png).
 *
 *   npx tsx scripts/stage-picture.ts [--steps 20] [--seed 1] [--width 640]
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import UPNG from "upng-js";
import { serveTab } from "../test/playground/serve-tab.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    width: { type: "string", default: "640" },
    height: { type: "string", default: "560" },
    at: { type: "string", default: "#stage" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
/** What the moving picture may have of colours, and how long its frames stand, in milliseconds. */
const COLOURS = 48;
const FRAME = 350;
const LAST_FRAME = 3000;

const docs = (name: string): string => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
const server = await serveTab("/");
const browser = await chromium.launch({ executablePath: values.chromium, args: ["--no-sandbox"] });
const frames: Buffer[] = [];
try {
  const size = { width: Number(values.width), height: Number(values.height) };
  const page = await browser.newPage({ viewport: size, colorScheme: "light", reducedMotion: "reduce" });
  await page.goto(`${server.address}#seed=${values.seed}&workers=2`);
  const stage = page.locator(values.at).first();
  for (let step = 1; step <= Number(values.steps); step++) {
    const button = page.getByRole("button", { name: "Step", exact: true }).first();
    await button.click({ timeout: 60_000 });
    // The page allows no evaluated texts, so that a place is waited for.
    await page.locator(`#stage[data-step="${step}"]`).waitFor({ timeout: 60_000 });
    const box = (await stage.boundingBox())!;
    frames.push(
      await page.screenshot({
        clip: { ...size, x: 0, y: box.y + (await page.evaluate<number>("scrollY")) },
        fullPage: true,
      }),
    );
  }
} finally {
  await browser.close();
  server.close();
}
const decoded = frames.map((frame) => UPNG.decode(new Uint8Array(frame).buffer));
const { width, height } = decoded[0]!;
const pixels = decoded.map((frame) => UPNG.toRGBA8(frame)[0]!);
const delays = pixels.map((_, i) => (i === pixels.length - 1 ? LAST_FRAME : FRAME));
const moving = UPNG.encode(pixels, width, height, COLOURS, delays);
const still = UPNG.encode(pixels.slice(-1), width, height, COLOURS);
writeFileSync(docs("playground.png"), new Uint8Array(moving));
writeFileSync(docs("playground-still.png"), new Uint8Array(still));
console.log(
  JSON.stringify({ frames: frames.length, width, height, moving: moving.byteLength, still: still.byteLength }),
);
