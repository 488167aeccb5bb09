import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RandomStream } from "../../src/random.ts";
import { openRunStore } from "../../src/store/index.ts";
import { taskModule } from "../judging/own-verifiers.ts";
import { startAha } from "./cli-run.ts";

/** A task whose verdicts depend on the answer alone, and come when they come: some soon, a few very late. */
export function slowTask(): string {
  const verify = `async (problem, answer) => {
    const wait = Math.random() < 0.1 ? 900 : 150 * Math.random();
    await new Promise((resolve) => setTimeout(resolve, wait));
    return [...answer].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 3 === 0;
  }`;
  return taskModule(verify);
}

/** A small asynchronous run of the shipped base. */
export function aheadRun(folder: string, task: string, ...more: readonly string[]): string[] {
  const sizes = ["--steps", "8", "--problems-per-step", "4", "--group-size", "4", "--max-completion-tokens", "48"];
  const measured = ["--evaluation-problems", "2", "--evaluation-samples", "1", "--watch-problems", "0"];
  const fixed = ["--seed", "3", "--workers", "1", "--verifier-seconds", "30", "--no-preflight", "--quiet"];
  return ["zero", "--run", folder, "--task", task, "--open", "8", ...sizes, ...measured, ...fixed, ...more];
}

/** What an asynchronous run came to: weights, all but timings, rollouts, who learnt from what, and its schedule. */
export function aheadOutcome(
  folder: string,
): Record<"weights" | "content" | "rollouts" | "credit" | "schedule", string> {
  const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
  const store = openRunStore(folder, { readOnly: true });
  const steps = store.lastStep();
  const rollouts = sha256(JSON.stringify([...store.rollouts()]));
  const credit = sha256(JSON.stringify([...store.schedule.credit()]));
  const plans = store.schedule.plans().filter(({ step }) => step <= steps);
  const weights = sha256(readFileSync(join(folder, "final", "model.safetensors")));
  const content = store.contentDigest();
  store.close();
  return { weights, content, rollouts, credit, schedule: sha256(JSON.stringify(plans)) };
}

/**
 * Starts a run, kills it so many milliseconds after it has begun or was gone on with, and goes on until it has ended;
 * gives how often it was killed.
 */
export async function killedAndResumed(
  folder: string,
  flags: readonly string[],
  moments: readonly number[],
): Promise<number> {
  let kills = 0;
  let begun: readonly string[] = flags;
  for (const moment of moments) {
    const { child, ended } = startAha(...begun);
    const due = untilBegun(folder).then(() => sleep(moment, "late" as const));
    const code = await Promise.race([ended, due]);
    if (code === "late") {
      const { pid } = child;
      if (pid === undefined || pid <= 1) throw new Error("Expected the run to have a process of its own.");
      process.kill(pid, "SIGKILL");
      await ended;
      kills++;
    }
    if (hasBegun(folder)) begun = ["resume", folder, "--quiet"];
    if (code === 0) return kills;
  }
  const { ended, text } = startAha(...begun);
  if ((await ended) !== 0) throw new Error(text());
  return kills;
}

/** How often a run and its evaluators were killed. */
export interface Kills {
  readonly trainer: number;
  readonly evaluators: number;
}

/**
 * Starts a run with evaluators and kills the run or one of them (SIGKILL) after each of some waits, in milliseconds;
 * goes on with it until it has ended by itself.
 */
export async function killedWithEvaluators(
  folder: string,
  flags: readonly string[],
  { waits, random }: { readonly waits: readonly number[]; readonly random: RandomStream },
): Promise<Kills> {
  const left = [...waits];
  const kills = { trainer: 0, evaluators: 0 };
  for (let begun = flags; ; begun = hasBegun(folder) ? ["resume", folder, "--quiet"] : flags) {
    const { child, ended, text } = startAha(...begun);
    let code: number | null | "late" = "late";
    for (let isTrainer = false; code === "late" && !isTrainer;) {
      const wait = left.shift();
      // Now and then while it still starts, else at work.
      const ready = random.next() < 0.25 ? untilBegun(folder) : untilJudging(child);
      code = await Promise.race([ended, wait === undefined ? ended : ready.then(() => sleep(wait, "late" as const))]);
      if (code !== "late") break;
      const evaluators = evaluatorsOf(child.pid!);
      isTrainer = evaluators.length === 0 || random.next() < 0.4;
      const pid = isTrainer ? child.pid! : evaluators[Math.floor(random.next() * evaluators.length)]!;
      if (!(pid > 1) || pid === process.pid || pid === process.ppid) throw new Error(`Expected a child, got ${pid}.`);
      process.kill(pid, "SIGKILL");
      if (!isTrainer) kills.evaluators++;
      else {
        kills.trainer++;
        await ended;
        await untilGone(evaluators);
      }
    }
    if (code === 0) return kills;
    if (code !== "late") throw new Error(text());
  }
}

/** The evaluators that a process has started itself. */
function evaluatorsOf(pid: number): number[] {
  let listed: string;
  try {
    listed = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  } catch {
    return [];
  }
  return listed.split(" ").map(Number).filter(isEvaluator);
}

function isEvaluator(pid: number): boolean {
  try {
    return pid > 1 && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("evaluator-main");
  } catch {
    return false;
  }
}

async function untilJudging(child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && evaluatorsOf(child.pid!).length === 0) await sleep(20);
}

/** Evaluators end with the process that started them. */
async function untilGone(pids: readonly number[]): Promise<void> {
  for (let waited = 0; pids.some(isEvaluator); waited += 20) {
    if (waited > 20_000) throw new Error("Expected evaluators to end with their run, but one is there still.");
    await sleep(20);
  }
}

/** Waits for the run's first checkpoint. */
async function untilBegun(folder: string): Promise<void> {
  for (let waited = 0; !hasBegun(folder) && waited < 60_000; waited += 20) await sleep(20);
}

function hasBegun(folder: string): boolean {
  try {
    readFileSync(join(folder, "checkpoints", "step-0", "training-state.safetensors"));
    return true;
  } catch {
    return false;
  }
}
