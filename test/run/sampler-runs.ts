import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { OwnRedis } from "../judging/redis-server.ts";
import { openRunStore } from "../../src/store/index.ts";
import { startAhaBy } from "./cli-run.ts";

/** A small run of the shipped base whose rollouts are jobs: the same flags here and by samplers. */
export function jobRun(folder: string, ...more: readonly string[]): string[] {
  const sizes = ["--steps", "3", "--problems-per-step", "8", "--group-size", "8", "--max-completion-tokens", "64"];
  const measured = ["--evaluation-problems", "4", "--evaluation-samples", "1", "--watch-problems", "0"];
  const fixed = ["--seed", "5", "--workers", "1", "--no-preflight", "--quiet", "--problems-per-job", "2"];
  return ["zero", "--run", folder, ...sizes, ...measured, ...fixed, ...more];
}

/** A process of this machine that samples, ended by its own id at the latest when `end` is called. */
export interface OwnSampler {
  readonly child: ChildProcess;
  readonly text: () => string;
  signal(signal: "SIGKILL" | "SIGINT" | "SIGSTOP" | "SIGCONT"): void;
  /** As Ctrl-C does it. @returns its exit code */
  end(): Promise<number | null>;
}

/** @param prefix what starts it elsewhere */
export function startSampler(url: string, prefix: readonly string[] = []): OwnSampler {
  const { child, text, ended } = startAhaBy(prefix, "sampler", url, "--workers", "1");
  const sampler: OwnSampler = {
    child,
    text,
    signal(signal) {
      const { pid } = child;
      if (pid === undefined || pid <= 1) throw new Error("Expected the sampler to have a process of its own.");
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
    },
    async end() {
      sampler.signal("SIGCONT");
      sampler.signal("SIGINT");
      return ended;
    },
  };
  return sampler;
}

/** Lets a process run for a tenth of the time. @returns what ends that */
export function slowed(sampler: OwnSampler): () => Promise<void> {
  let over = false;
  const pauses = (async () => {
    while (!over) {
      sampler.signal("SIGSTOP");
      await sleep(180);
      sampler.signal("SIGCONT");
      await sleep(20);
    }
  })();
  return async () => {
    over = true;
    await pauses;
  };
}

/** Waits until a step has begun to be sampled: so many steps are made, and a job is under way. */
export async function inTheMiddle(redis: OwnRedis, folder: string, steps: number): Promise<void> {
  for (let waited = 0; waited < 120_000; waited += 10) {
    if (stepsOf(folder) >= steps && (await activeJobs(redis)) > 0) return;
    await sleep(10);
  }
  throw new Error("Expected a job under way, got none in two minutes.");
}

async function activeJobs(redis: OwnRedis): Promise<number> {
  const keys = (await redis.command("KEYS", "aha:*.samples:active")) as string[];
  const lengths = await Promise.all(keys.map((key) => redis.command("LLEN", key)));
  return lengths.reduce((sum: number, length) => sum + Number(length), 0);
}

function stepsOf(folder: string): number {
  try {
    const store = openRunStore(folder, { readOnly: true });
    try {
      return store.lastStep();
    } finally {
      store.close();
    }
  } catch {
    return -1;
  }
}

/** What samplers did for a run, summed over its steps. */
export function samplerTotals(folder: string): { jobs: number; again: number; bytesIn: number; bytesOut: number } {
  const store = openRunStore(folder, { readOnly: true });
  const total = { jobs: 0, again: 0, bytesIn: 0, bytesOut: 0 };
  for (const { samplers } of store.metrics())
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += samplers?.[name] ?? 0;
  store.close();
  return total;
}
