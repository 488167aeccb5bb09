import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRunStore } from "../../src/store/index.ts";

const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command to its end. */
export function aha(...flags: readonly string[]): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...flags], {
    encoding: "utf8",
    timeout: 180_000,
  });
  return { code: status, stdout, stderr };
}

export interface StartedAha {
  child: ChildProcess;
  text: () => string;
  ended: Promise<number | null>;
}

/** Starts the built command; `text` grows as it writes to standard error. */
export function startAha(...flags: readonly string[]): StartedAha {
  return startAhaBy([], ...flags);
}

/** The same by another program, which becomes it: `taskset -c 0`, `ip netns exec NAME`. */
export function startAhaBy(prefix: readonly string[], ...flags: readonly string[]): StartedAha {
  const [program, ...words] = [...prefix, process.execPath, MAIN, ...flags];
  const child = spawn(program!, words, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stderr.on("data", (data: Buffer) => (text += data.toString()));
  child.stdout.on("data", (data: Buffer) => (text += data.toString()));
  return { child, text: () => text, ended: new Promise((resolve) => child.on("exit", (code) => resolve(code))) };
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "aha-test-"));
}

/** A small run of the shipped base: flags that every test of runs shares. */
export function smallRun(folder: string, steps: number): string[] {
  const counts = [
    "--problems-per-step",
    "4",
    "--group-size",
    "4",
    "--evaluation-problems",
    "8",
    "--evaluation-samples",
    "1",
    "--max-completion-tokens",
    "64",
  ];
  return ["zero", "--steps", String(steps), "--seed", "3", "--run", folder, ...counts];
}

/** What a finished run computed: the bytes of its weights, and everything in its store but times. */
export function outcome(folder: string): { weights: string; content: string } {
  const weights = createHash("sha256")
    .update(readFileSync(join(folder, "final", "model.safetensors")))
    .digest("hex");
  const store = openRunStore(folder, { readOnly: true });
  const content = store.contentDigest();
  store.close();
  return { weights, content };
}

export async function until(happened: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!happened()) {
    if (Date.now() > end) throw new Error("the moment to kill at never came");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Whether a run has a whole checkpoint of a step. */
export function checkpoint(folder: string, step: number): boolean {
  return existsSync(join(folder, "checkpoints", `step-${step}`, "training-state.safetensors"));
}

/** A run in a new folder that is killed when that has happened. @returns its folder */
export async function killedRun(
  flags: (folder: string) => readonly string[],
  happened: (folder: string) => boolean,
): Promise<string> {
  const folder = newFolder();
  const { child, ended } = startAha(...flags(folder));
  await until(() => happened(folder));
  child.kill("SIGKILL");
  await ended;
  return folder;
}
