import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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
 *
 * @param again flags that each resume is given
 */
export async function killedAndResumed(
  folder: string,
  flags: readonly string[],
  moments: readonly number[],
  again: readonly string[] = [],
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
    if (hasBegun(folder)) begun = ["resume", folder, "--quiet", ...again];
    if (code === 0) return kills;
  }
  const { ended, text } = startAha(...begun);
  if ((await ended) !== 0) throw new Error(text());
  return kills;
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
