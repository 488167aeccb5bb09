import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openRunStore } from "../../src/store/index.ts";
import type { Measurement } from "./measurement.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = join(ROOT, "dist", "cli", "main.js");
const EVALUATION = ["--evaluation-problems", "4", "--evaluation-samples", "1"];

/** What `auto` takes for the small base that comes with the package. */
export async function* autoChoice(): AsyncGenerator<Measurement> {
  const found = await inFolder(async (folder) => {
    const run = join(folder, "run");
    const words = ["--device", "auto", "--steps", "1", "--seed", "1", "--no-preflight", ...EVALUATION];
    const { seconds } = ahaZero(run, words);
    return { device: deviceOf(run), seconds };
  });
  yield { name: "auto countdown-base", isCpu: found.device === "cpu", ...found };
}

/** What `--device cuda` says where AHA_CUDA names nothing: one line, and nothing is begun. */
export async function* cudaRefusal(): AsyncGenerator<Measurement> {
  const { AHA_CUDA: _named, ...environment } = process.env;
  const { status, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, "zero", "--device", "cuda", "--steps", "1", "--quiet"],
    {
      encoding: "utf8",
      env: environment,
    },
  );
  const lines = stderr.trim().split("\n");
  const isRefused = status !== 0 && lines.length === 1 && lines[0]!.includes("AHA_CUDA");
  yield { name: "cuda refusal", isRefused, status, said: lines.join(" / ").slice(0, 400) };
}

/** The CPU's way beside an older checkout's, by scripts/bench-against.mjs. */
export async function* againstBefore(isQuick: boolean): AsyncGenerator<Measurement> {
  const script = join(ROOT, "scripts", "bench-against.mjs");
  const only = ["--pairs", isQuick ? "1" : "3", "--steps", isQuick ? "1" : "6", "--only", "bench,zero"];
  const text = run([script, process.env["BEFORE"] ?? "", ...only]);
  const ratios = [...text.matchAll(/^(.+): A [^,]+, B [^,]+, B \/ A ([\d.]+)$/gm)].map(
    // Rates are inverted: all count how much longer this checkout takes.
    ([, name, ratio]) => [name!, name!.includes("tokens/s") ? 1 / Number(ratio) : Number(ratio)] as const,
  );
  if (ratios.length === 0) throw new Error(`Expected ratios from ${script}, got ${text.slice(-400)}`);
  const slowest = Math.max(...ratios.map(([, ratio]) => ratio));
  yield { name: "cpu against-before", slowest, ...Object.fromEntries(ratios) };
}

/** 45 steps of SmolLM2-135M-Instruct on number-words with LoRA 16: seconds and the share of right answers. */
export async function* realRun(device: string, isQuick: boolean): AsyncGenerator<Measurement> {
  const found = await inFolder(async (folder) => {
    const sampling = ["--temperature", "0.7", "--max-completion-tokens", "40"];
    const size = isQuick
      ? ["--steps", "1", "--problems-per-step", "2", "--group-size", "2", ...EVALUATION]
      : ["--steps", "45"];
    const words = ["--model", process.env["WEIGHTS"] ?? "", "--task", "number-words", "--lora", "16", "--seed", "1"];
    const on = device === "cpu" ? [] : ["--device", device];
    const cores = ["--workers", String(availableParallelism())];
    const summary = ahaZero(join(folder, "run"), [...words, ...sampling, ...size, ...on, ...cores, "--no-preflight"]);
    const { accuracy, greedyAccuracy } = summary.after;
    return { seconds: summary.seconds, before: summary.before.accuracy, accuracy, greedyAccuracy };
  });
  yield { name: `${device} real number-words`, ...found };
}

interface ZeroSummary {
  readonly seconds: number;
  readonly before: { readonly accuracy: number };
  readonly after: { readonly accuracy: number; readonly greedyAccuracy: number };
}

function ahaZero(folder: string, words: readonly string[]): ZeroSummary {
  const text = run([PROGRAM, "zero", "--run", folder, "--quiet", "--json", ...words]);
  return JSON.parse(text.trim().split("\n").at(-1)!) as ZeroSummary;
}

/** Of a run's config; a run on the CPU names none. */
function deviceOf(folder: string): string {
  const store = openRunStore(folder);
  try {
    const { device } = store.config as { readonly device?: unknown };
    return typeof device === "string" ? device : "cpu";
  } finally {
    store.close();
  }
}

function run(words: readonly string[]): string {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0)
    throw new Error(
      `Expected ${words.slice(0, 3).join(" ")} to end well, got ${status ?? signal}: ${stderr.slice(-600)}`,
    );
  return stdout;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "aha-gpu-check-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
