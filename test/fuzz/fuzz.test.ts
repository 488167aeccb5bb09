import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { FuzzReport } from "./fuzz-suite.ts";

const RUNNER = fileURLToPath(new URL("run-suite.ts", import.meta.url));
const MEGABYTE = 2 ** 20;

interface Limits {
  readonly cases: number;
  /** Fewer would say that everything is refused. */
  readonly leastLoaded: number;
  readonly heapMegabytes: number;
  /** Of one case. */
  readonly processorSeconds: number;
  readonly bufferMegabytes: number;
  readonly growthMegabytes: number;
}

const SMALL = { heapMegabytes: 96, processorSeconds: 1, bufferMegabytes: 4, growthMegabytes: 64 };

/** In a process of its own with little memory: what would take a gigabyte ends it, what would hang is ended. */
function fuzz(name: string, heapMegabytes: number): FuzzReport {
  const node = [`--max-old-space-size=${heapMegabytes}`, "--max-semi-space-size=4", "--import", "tsx"];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...node, RUNNER, name], {
    encoding: "utf8",
    timeout: 240_000,
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  return JSON.parse(stdout) as FuzzReport;
}

test.each<[string, Limits]>([
  ["safetensors", { ...SMALL, cases: 10_000, leastLoaded: 500 }],
  ["gguf", { ...SMALL, cases: 10_000, leastLoaded: 200 }],
  ["index", { ...SMALL, cases: 3000, leastLoaded: 500 }],
  ["config", { ...SMALL, cases: 3000, leastLoaded: 300 }],
  ["tokenizer", { ...SMALL, cases: 3000, leastLoaded: 500 }],
  ["adapter", { ...SMALL, cases: 2000, leastLoaded: 100 }],
  // Files of up to 32 MB: the process's peak holds the making of them too.
  [
    "bombs",
    { cases: 28, leastLoaded: 1, heapMegabytes: 256, processorSeconds: 5, bufferMegabytes: 64, growthMegabytes: 384 },
  ],
])("%s: damaged files end in a correct model or in one clear line, at once and in little memory", (name, limits) => {
  const report = fuzz(name, limits.heapMegabytes);
  expect(report.failures, `npx tsx test/fuzz/run-suite.ts ${name} NUMBER runs one alone`).toEqual([]);
  expect(report.cases).toBe(limits.cases);
  expect(report.loaded + report.refused).toBe(limits.cases);
  expect(report.loaded).toBeGreaterThanOrEqual(limits.leastLoaded);
  expect(report.refused).toBeGreaterThan(limits.cases / 2);
  expect(report.kindsOfMessage).toBeGreaterThan(15);
  expect(report.slowestSeconds, `case ${report.slowest}`).toBeLessThan(limits.processorSeconds);
  expect(report.mostBufferBytes, `case ${report.largest}`).toBeLessThan(limits.bufferMegabytes * MEGABYTE);
  expect(report.peakGrowth).toBeLessThan(limits.growthMegabytes * MEGABYTE);
});
