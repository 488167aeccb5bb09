import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { modelOfBytes } from "../../src/formats/model-of-bytes.ts";
import { TAB_DEFAULTS, type TabSettings } from "../../src/playground/settings.ts";
import { TabRun } from "../../src/playground/trainer/tab-run.ts";
import type { TrainerNews } from "../../src/playground/messages.ts";
import { findChromium, NEEDS_CHROMIUM } from "../dashboard/browser/find-chromium.ts";
import { FIREFOX, NEEDS_FIREFOX, spawnFirefox } from "./firefox.ts";
import { WebWorker } from "./node-tab.mjs";
import { PLAYGROUND, serveTab, trainerScript, type BareResult } from "./serve-tab.ts";

const SETTINGS: TabSettings = { ...TAB_DEFAULTS, evaluationProblems: 0 };
const STEPS = 10;
const CHROMIUM = findChromium();

type Told = NonNullable<BareResult["told"]>;

/** The steps of a run by the WebAssembly that the page has, in threads of Node. */
function inNode(steps: number): Promise<Told> {
  const root = pathToFileURL(`${PLAYGROUND}/`).href;
  const worker = new WebWorker(new URL(trainerScript(), root));
  const told: Told[number][] = [];
  return new Promise<Told>((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }) => {
      const news = data as TrainerNews;
      if (news.kind === "failed") return reject(new Error(news.error.message));
      if (news.kind !== "step") return;
      const tokens = news.groups.map(({ rollouts }) => rollouts.map(({ rollout }) => [...rollout.tokens]));
      told.push({ digest: news.digest, tokens, seconds: news.metrics.seconds });
      if (told.length === steps) resolve(told);
    };
    worker.postMessage({ kind: "open", settings: SETTINGS, root });
    worker.postMessage({ kind: "train" });
  }).finally(() => worker.terminate());
}

/** The same by the engine of `aha zero`. */
async function natively(steps: number): Promise<number[][][][]> {
  const file = (name: string): Buffer => readFileSync(join(PLAYGROUND, "models", SETTINGS.model, name));
  const json = (name: string): unknown => JSON.parse(file(name).toString());
  const model = modelOfBytes({
    name: SETTINGS.model,
    config: json("config.json"),
    tokenizer: json("tokenizer.json"),
    tokenizerConfig: json("tokenizer_config.json"),
    weights: file("model.safetensors"),
  });
  const run = await TabRun.open(model, SETTINGS);
  try {
    const made: number[][][][] = [];
    for (let step = 0; step < steps; step++) {
      const { groups } = (await run.next())!;
      made.push(groups.map(({ rollouts }) => rollouts.map(({ rollout }) => [...rollout.tokens])));
    }
    return made;
  } finally {
    await run.stop();
  }
}

/** What a bare page trains, by its address. */
const asked = (steps: number): string =>
  `bare.html#${encodeURIComponent(JSON.stringify({ settings: SETTINGS, steps, script: trainerScript() }))}`;

const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

async function inChromium(steps: number, headers: Readonly<Record<string, string>>): Promise<BareResult> {
  const server = await serveTab("/a/sub/path/", headers);
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox"] });
  try {
    const result = server.result();
    await (await browser.newPage()).goto(`${server.address}${asked(steps)}`);
    return await result;
  } finally {
    await browser.close();
    server.close();
  }
}

async function inFirefox(steps: number): Promise<BareResult> {
  const server = await serveTab();
  const profile = mkdtempSync(join(tmpdir(), "aha-firefox-"));
  const browser = spawnFirefox(profile, [`${server.address}${asked(steps)}`]);
  try {
    return await server.result();
  } finally {
    const ended = new Promise((resolve) => browser.once("exit", resolve));
    browser.kill("SIGTERM");
    await ended;
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

describe("one seed, wherever it is computed", () => {
  let wasm: Told;
  beforeAll(async () => {
    wasm = await inNode(STEPS);
  }, 300_000);

  test("the tokens of the first ten steps are those of the native engine", { timeout: 300_000 }, async () => {
    expect(wasm.map(({ tokens }) => tokens)).toEqual(await natively(STEPS));
  });

  test.skipIf(CHROMIUM === null)(
    `Chromium computes Node's bytes (${NEEDS_CHROMIUM})`,
    { timeout: 300_000 },
    async () => {
      const { told, isolated } = await inChromium(4, {});
      expect(isolated).toBe(false);
      expect(told!.map(({ digest }) => digest)).toEqual(wasm.slice(0, 4).map(({ digest }) => digest));
    },
  );

  test.skipIf(CHROMIUM === null)(
    `with memory that threads share, the same bytes (${NEEDS_CHROMIUM})`,
    { timeout: 300_000 },
    async () => {
      const { told, isolated } = await inChromium(3, ISOLATED);
      expect(isolated).toBe(true);
      expect(told!.map(({ digest }) => digest)).toEqual(wasm.slice(0, 3).map(({ digest }) => digest));
    },
  );

  test.skipIf(FIREFOX === undefined)(
    `Firefox computes the same bytes (${NEEDS_FIREFOX})`,
    { timeout: 300_000 },
    async () => {
      const { told, error } = await inFirefox(3);
      expect(error).toBeUndefined();
      expect(told!.map(({ digest }) => digest)).toEqual(wasm.slice(0, 3).map(({ digest }) => digest));
    },
  );
});
