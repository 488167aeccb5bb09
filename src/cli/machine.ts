import { readFile, statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import type { EngineFacts } from "./compositions.ts";

/** What a machine is and has; sizes in megabytes. */
export interface Machine {
  readonly aha: string;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  /** Cores that this process may use. */
  readonly cores: number;
  readonly memory: number;
  readonly freeMemory: number;
  /** Free space of the working folder's disk; null where it can't be told. */
  readonly freeDisk: number | null;
  readonly engine: EngineFacts;
}

/** Memory that the main job may need, in megabytes. */
const MEMORY_NEEDED = 1_500;
/** Room for a run with its checkpoints and rollouts, in megabytes. */
const DISK_NEEDED = 1_000;
/** The oldest Node that is supported: major and minor. */
const OLDEST_NODE = [20, 19] as const;

export interface Diagnosis {
  readonly verdict: "ready" | "limited" | "not ready";
  readonly reasons: readonly string[];
}

/** Says whether the main job can run here, and what stands in its way. */
export function diagnose(machine: Machine): Diagnosis {
  const blockers: string[] = [];
  const limits: string[] = [];
  const [major = 0, minor = 0] = machine.node.replace(/^v/, "").split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    blockers.push(`Node ${machine.node} is too old: install ${OLDEST_NODE.join(".")} or newer`);
  }
  if (machine.engine.problem !== null) blockers.push(machine.engine.problem);
  if (machine.memory < MEMORY_NEEDED)
    limits.push(
      `${Math.round(machine.memory)} MB of memory may not be enough: the main job takes up to ${MEMORY_NEEDED} MB`,
    );
  if (machine.freeDisk !== null && machine.freeDisk < DISK_NEEDED)
    limits.push(`only ${Math.round(machine.freeDisk)} MB of disk are free: a run may need ${DISK_NEEDED} MB`);
  if (machine.cores < 2) limits.push("one core: the main job takes about twice as long");
  return {
    verdict: verdictOn(blockers, limits),
    reasons: [...blockers, ...limits],
  };
}

function verdictOn(blockers: readonly string[], limits: readonly string[]): Diagnosis["verdict"] {
  if (blockers.length > 0) return "not ready";
  return limits.length > 0 ? "limited" : "ready";
}

/** The version of this package. */
export async function ahaVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}

async function freeDisk(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return (bavail * bsize) / 1e6;
  } catch {
    return null;
  }
}

/** Looks at this machine. A container's limit on memory counts as its memory. */
export async function thisMachine(engine: EngineFacts): Promise<Machine> {
  const limit = process.constrainedMemory();
  const memory = limit > 0 && limit < totalmem() ? limit : totalmem();
  return {
    aha: await ahaVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory: memory / 1e6,
    freeMemory: Math.min(memory, freemem()) / 1e6,
    freeDisk: await freeDisk(process.cwd()),
    engine,
  };
}
