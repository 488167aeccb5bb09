/**
 * Runs the sections of the check, each in a process of its own that can't take more than its time, and leaves one JSON;
 * it is written anew after every section, so that whatever ends the check costs one section at most.
 *
 *   node run-sections.js FOLDER [PLAN]
 *
 * PLAN as in sections.ts. By environment: SECONDS_IN_ALL (480), QUICK=1, PYTHON (python3), what run.sh found to be
 * carried (CUDA, BEFORE, WEIGHTS), and SPENT, the seconds that went before.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { CheckReport, Measurement, SectionResult } from "./measurement.ts";
import { plannedSections, type Section } from "./sections.ts";
import { shapeOf, type ShapeName } from "./shapes.ts";
import { showVerdict, verdict } from "./verdict.ts";

const here = dirname(fileURLToPath(import.meta.url));
const [folder = "", plan = "all"] = process.argv.slice(2);
if (folder === "") throw new Error("Expected a folder for the results, got none: node run-sections.js FOLDER [PLAN]");
const environment = process.env;
const isQuick = environment["QUICK"] === "1";
const python = environment["PYTHON"] ?? "python3";
const spent = Number(environment["SPENT"] ?? 0);
const inAll = Number(environment["SECONDS_IN_ALL"] ?? 480);
/** A section that would get less isn't begun. */
const LEAST_SECONDS = 10;
const CARRIED = { cuda: "CUDA", before: "BEFORE", weights: "WEIGHTS" } as const;

mkdirSync(folder, { recursive: true });
const machine = describeMachine();
console.log(
  Object.entries(machine)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n"),
);
const results: SectionResult[] = [];
writeReport();
for (const section of plannedSections(plan)) {
  const result = await runSection(section);
  results.push(result);
  writeReport();
  console.log(
    `# ${section.name}: ${result.state} after ${result.seconds.toFixed(1)} s, at ${secondsSoFar().toFixed(0)} s`,
  );
  for (const measurement of result.measurements) console.log(showMeasurement(measurement));
  if (result.error !== undefined) console.log(result.error);
}
console.log(showVerdict(verdict(results)));
if (isQuick) console.log("A quick try: sizes are tiny, and the figures mean nothing.");

function secondsSoFar(): number {
  return spent + performance.now() / 1000;
}

async function runSection(section: Section): Promise<SectionResult> {
  const nothing = { section: section.name, seconds: 0, measurements: [] };
  if (section.needs !== undefined && (environment[CARRIED[section.needs]] ?? "") === "")
    return { ...nothing, state: "not carried" };
  // A quick try is made where the GPU is computed on a few cores.
  const seconds = Math.min(section.seconds * (isQuick ? 5 : 1), inAll - secondsSoFar());
  if (seconds < LEAST_SECONDS) return { ...nothing, state: "no time left" };
  const began = performance.now();
  const watch = watchGpu();
  const words = section.program === "torch" ? torchWords(section.words) : section.words;
  const command = section.program === "torch" ? python : process.execPath;
  const script = join(here, section.program === "torch" ? "torch_bench.py" : "measure.js");
  const { text, errors, end } = await finished(command, [script, ...words], seconds * 1000);
  const gpu = await watch();
  const { measurements, problem } = parsed(text);
  const failed = end !== "ended well" || problem !== undefined;
  const other = failed ? "failed" : "done";
  return {
    section: section.name,
    state: end === "too late" ? end : other,
    seconds: (performance.now() - began) / 1000,
    measurements,
    ...(failed ? { error: `${end}${problem === undefined ? "" : `; ${problem}`}\n${errors.slice(-2000)}` } : {}),
    ...(gpu === undefined ? {} : { gpu }),
  };
}

/** PyTorch's side gets the whole shape, so that shapes stand in one place. */
function torchWords([work = "", shape = "", ...rest]: readonly string[]): string[] {
  return [work, shape, JSON.stringify(shapeOf(shape as ShapeName, isQuick)), ...rest];
}

/** What a program wrote, and how it ended: it is killed after so many milliseconds, and all that it started. */
async function finished(
  command: string,
  words: readonly string[],
  milliseconds: number,
): Promise<{ readonly text: string; readonly errors: string; readonly end: string }> {
  // In a process group of its own.
  const child = spawn(command, words, { detached: true, stdio: ["ignore", "pipe", "pipe"], env: environment });
  let [text, errors, isLate] = ["", "", false];
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (errors = (errors + part).slice(-8000)));
  const clock = setTimeout(() => {
    isLate = true;
    endGroup(child);
  }, milliseconds);
  const closed = new Promise((resolve) => child.on("close", resolve));
  const end = await new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(`did not start: ${error.message}`));
    child.on("exit", (code, signal) => resolve(code === 0 ? "ended well" : `exit code ${code ?? signal}`));
  });
  clearTimeout(clock);
  // What it left running may hold its pipes.
  endGroup(child);
  const patience = new AbortController();
  await Promise.race([closed, sleep(2000, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
  return { text, errors, end: isLate ? "too late" : end };
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined || pid <= 1) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // All of it has ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function parsed(text: string): { readonly measurements: Measurement[]; readonly problem: string | undefined } {
  const measurements: Measurement[] = [];
  const others: string[] = [];
  for (const line of text.split("\n").filter((one) => one !== "")) {
    if (line.startsWith('{"name"')) measurements.push(JSON.parse(line) as Measurement);
    else others.push(line);
  }
  const problem =
    measurements.length === 0 ? `it measured nothing${others.length > 0 ? `: ${others.at(-1)}` : ""}` : undefined;
  return { measurements, problem };
}

/** Asks nvidia-smi twice a second. @returns ends that and gives what was seen; undefined where there is none */
function watchGpu(): () => Promise<SectionResult["gpu"]> {
  const query = ["--query-gpu=memory.used,utilization.gpu", "--format=csv,noheader,nounits", "-lms", "500"];
  const child = spawn("nvidia-smi", query, { stdio: ["ignore", "pipe", "ignore"], env: environment });
  let text = "";
  let isThere = true;
  child.on("error", () => (isThere = false));
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  return async () => {
    child.kill("SIGKILL");
    const seen = text.split("\n").flatMap((line) => {
      const [memory, utilization] = line.split(",").map(Number) as [number, number];
      return Number.isFinite(memory) && Number.isFinite(utilization) ? [{ memory, utilization }] : [];
    });
    if (!isThere || seen.length === 0) return undefined;
    const mean = seen.reduce((sum, { utilization }) => sum + utilization, 0) / seen.length;
    return { peakMebibytes: Math.max(...seen.map(({ memory }) => memory)), utilization: Math.round(mean) };
  };
}

function describeMachine(): CheckReport["machine"] {
  const fields = "name,driver_version,memory.total";
  const gpu = said("nvidia-smi", [`--query-gpu=${fields}`, "--format=csv,noheader"]);
  // Asked for without loading them, which takes seconds each.
  const version = (name: string): string => `from importlib.metadata import version\nprint(version("${name}"))`;
  return {
    gpu,
    processor: cpus()[0]?.model ?? null,
    cores: availableParallelism(),
    system: release(),
    node: process.version,
    python: said(python, ["--version"]),
    torch: said(python, ["-c", version("torch")]),
    transformers: said(python, ["-c", version("transformers")]),
    vulkan: environment["VK_DRIVER_FILES"] ?? "as the system finds it",
    cuda: environment["AHA_CUDA"] ?? null,
    commit: environment["COMMIT"] ?? null,
    before: environment["BEFORE_COMMIT"] ?? null,
  };
}

/** The last line that a program writes, or null where it fails. */
function said(command: string, words: readonly string[]): string | null {
  const { status, stdout } = spawnSync(command, words, { encoding: "utf8", timeout: 60_000, env: environment });
  return status === 0 ? stdout.trim().split("\n").at(-1)! : null;
}

function showMeasurement({ name, ...figures }: Measurement): string {
  const shown = Object.entries(figures).map(
    ([key, value]) => `${key} ${typeof value === "number" ? Number(value.toPrecision(4)) : value}`,
  );
  return `${name}: ${shown.join(", ")}`;
}

function writeReport(): void {
  const report: CheckReport = {
    isQuick,
    machine,
    seconds: secondsSoFar(),
    sections: results,
    verdict: verdict(results),
  };
  const path = join(folder, "gpu-check.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(report, null, 1)}\n`);
  renameSync(`${path}.new`, path);
}
