/**
 * Measures the page that trains in a tab (dist/playground) in Chromium on this machine, and the same steps by the
 * native engine, one after the other. The machine should be idle.
 *
 *   npx tsx scripts/bench-tab.ts [--steps 40] [--native 10] [--seed 1]
 *
 * Prints one JSON object: first paint, first step, seconds a step of both engines, when three quarters of the held-out
 * problems were right, the renderer's memory, the longest gap between two frames, and the bytes of a first visit.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { chromium, type Page } from "playwright-core";
import { modelOfBytes } from "../src/formats/model-of-bytes.ts";
import { TAB_DEFAULTS } from "../src/playground/settings.ts";
import { TabRun } from "../src/playground/trainer/tab-run.ts";
import { PLAYGROUND, serveTab } from "../test/playground/serve-tab.ts";

/** What the page's trainer told, with the page's clock. */
interface Seen {
  readonly kind: string;
  readonly at: number;
  readonly step?: number;
  readonly seconds?: number;
  readonly accuracy?: number;
}

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "40" },
    native: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
const steps = Number(values.steps);
const settings = { ...TAB_DEFAULTS, seed: Number(values.seed) };

/** Runs in the page before its own scripts: hears every worker, and watches frames. */
const WATCH = `
const seen = [];
const gaps = { longest: 0 };
let last = performance.now();
function frame() {
  const now = performance.now();
  if (seen.length > 0) gaps.longest = Math.max(gaps.longest, now - last);
  last = now;
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
class Heard extends Worker {
  constructor(address, options) {
    super(address, options);
    this.addEventListener("message", ({ data: { kind, metrics, evaluation } }) =>
      seen.push({ kind: String(kind), at: performance.now(), ...evaluation, ...metrics }));
  }
}
Object.assign(globalThis, { Worker: Heard, seen, gaps });`;

const inPage = <T>(page: Page, read: string): Promise<T> => page.evaluate<T>(read);

/**
 * Proportional set size in MB of the page's renderer, which its workers share: the largest of them, since Chromium's
 * own windows (the address bar's list) are renderers too.
 */
function rendererMegabytes(): number {
  let most = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) continue;
      const kilobytes = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
      most = Math.max(most, kilobytes);
    } catch {
      // It has ended meanwhile.
    }
  }
  return Math.round(most / 1000);
}

async function inTab() {
  const server = await serveTab("/sub/");
  const browser = await chromium.launch({ executablePath: values.chromium, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.addInitScript(WATCH);
    await page.goto(`${server.address}#seed=${settings.seed}&workers=2&steps=${Math.max(steps, settings.steps)}`);
    await page.getByRole("button", { name: "Train", exact: true }).first().click({ timeout: 20_000 });
    let most = 0;
    let seen: Seen[] = [];
    while (seen.filter(({ kind }) => kind === "step").length < steps) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      most = Math.max(most, rendererMegabytes());
      seen = await inPage<Seen[]>(page, "seen");
      console.error(`${seen.filter(({ kind }) => kind === "step").length} steps, ${most} MB at most`);
    }
    const made = seen.filter(({ kind }) => kind === "step");
    const measured = seen.filter(({ kind }) => kind === "evaluation");
    const three = measured.find(({ accuracy }) => accuracy! >= 0.75);
    return {
      firstPaintMs: Math.round(
        await inPage<number>(page, `performance.getEntriesByName("first-contentful-paint")[0].startTime`),
      ),
      firstStepMs: Math.round(made[0]!.at),
      secondsAStep: made.slice(0, Number(values.native)).map(({ seconds }) => Number(seconds!.toFixed(2))),
      seconds: Math.round(made.at(-1)!.at / 1000),
      heldOut: measured.map(({ step, accuracy, at }) => [step, accuracy, Math.round(at / 1000)]),
      threeQuartersSeconds: three === undefined ? null : Math.round(three.at / 1000),
      rendererMegabytes: most,
      longestFrameGapMs: Math.round((await inPage<{ longest: number }>(page, "gaps")).longest),
      requests: [...new Set(server.asked)],
    };
  } finally {
    await browser.close();
    server.close();
  }
}

async function natively(): Promise<number[]> {
  const file = (name: string): Buffer => readFileSync(join(PLAYGROUND, "models", settings.model, name));
  const json = (name: string): unknown => JSON.parse(file(name).toString());
  const run = await TabRun.open(
    modelOfBytes({
      name: settings.model,
      config: json("config.json"),
      tokenizer: json("tokenizer.json"),
      tokenizerConfig: json("tokenizer_config.json"),
      weights: file("model.safetensors"),
    }),
    settings,
  );
  const seconds: number[] = [];
  for (let step = 0; step < Number(values.native); step++)
    seconds.push(Number((await run.next())!.metrics.seconds.toFixed(2)));
  await run.stop();
  return seconds;
}

/** Bytes of the files that a first visit asked for. */
function sizes(requests: readonly string[]) {
  const files = requests.map((path) => readFileSync(join(PLAYGROUND, path.replace(/^\/sub\//, "") || "index.html")));
  const sum = (of: (bytes: Buffer) => number): number => files.reduce((total, bytes) => total + of(bytes), 0);
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  return {
    bytes: sum((bytes) => bytes.length),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: sum((bytes) => brotliCompressSync(bytes, best).length),
  };
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);
const tab = await inTab();
const native = await natively();
const { requests, ...rest } = tab;
const found = requests.filter((path) => !path.endsWith("favicon.ico"));
console.log(
  JSON.stringify({
    ...rest,
    native,
    timesNative: Number((total(tab.secondsAStep) / total(native)).toFixed(2)),
    firstVisit: sizes(found),
  }),
);
