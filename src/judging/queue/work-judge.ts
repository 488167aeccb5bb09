import type { BundledExecution, Execution } from "../../records/execution.ts";
import type { Executor } from "../../sandbox/executor.ts";
import { VerifierPool } from "../verifier-pool.ts";
import { BUNDLE_NEED, UnpackedTasks } from "./bundled-work.ts";
import { needsOf, taskNeed } from "./content-key.ts";
import type { EvaluationOutcome, Work } from "./evaluation-queue.ts";

/** Programs that one evaluator has under way: they compute, and others may be idle. */
export const PROGRAMS_AT_ONCE = 2;

/** What evaluates: a sandbox, and a task's verifier in threads that can be ended. */
export interface WorkJudge {
  /** What it can judge (`needsOf`). */
  readonly has: readonly string[];
  /** Never rejects. */
  judge(work: Work, signal: AbortSignal): Promise<EvaluationOutcome>;
  stop(): Promise<void>;
}

export interface WorkJudgeOptions {
  /** The task that may be loaded, by name or path; where absent, none is: a module is code. */
  readonly task?: string | undefined;
  /** Verdicts of an asynchronous verifier under way at once. */
  readonly judges: number;
  /** Runs programs; where absent, they are left to others. */
  readonly executor?: Executor | undefined;
  /** Whether it runs repository tasks too, where they lie by what the queue says: it must be of this machine. */
  readonly repositories?: boolean;
  /** Gives the bundles of repository tasks that lie elsewhere; where absent, those are left to others. */
  readonly content?: ((sha256: string) => Promise<Uint8Array | null>) | undefined;
}

export function openWorkJudge(options: WorkJudgeOptions): WorkJudge {
  const { task, judges, executor, repositories = false, content } = options;
  const need = task === undefined || task === "" ? undefined : taskNeed(task);
  /** By their deadlines. */
  const pools = new Map<number, VerifierPool>();
  const poolFor = (name: string, module: string, seconds: number): VerifierPool => {
    let pool = pools.get(seconds);
    if (pool === undefined) {
      pool = new VerifierPool({ taskName: name, module, deadlineSeconds: seconds, inFlight: judges });
      pools.set(seconds, pool);
    }
    return pool;
  };
  const kinds = ["code", ...(repositories ? ["repository"] : []), ...(content === undefined ? [] : [BUNDLE_NEED])];
  const executed = executor === undefined ? [] : kinds;
  const unpacked = content === undefined ? undefined : new UnpackedTasks(content);
  return {
    has: [...(need === undefined ? [] : [need]), ...executed],
    async judge(work, signal) {
      if (work.kind === "execution" && executor !== undefined && executed.includes(work.execution.kind)) {
        const execution = await hereOf(work.execution, unpacked);
        return "failed" in execution ? execution : executor.execute(execution, work.answer, signal);
      }
      // Where it lies on this machine is said by its user, never by who asks.
      if (work.kind === "task" && task !== undefined && needsOf({ ...work, task }) === need)
        return poolFor(work.name, task, work.seconds).ask(work.problem, work.answer);
      return unable(`this evaluator has no ${work.kind === "task" ? "such task" : "sandbox"}`);
    },
    async stop() {
      await Promise.all([...[...pools.values()].map((pool) => pool.stop()), executor?.stop()]);
      unpacked?.close();
    },
  };
}

/** The execution on this machine; why not where its task can't be had. */
async function hereOf(
  execution: Execution | BundledExecution,
  unpacked: UnpackedTasks | undefined,
): Promise<Execution | EvaluationOutcome> {
  if (execution.kind !== "bundle") return execution;
  try {
    return { kind: "repository", folder: await unpacked!.folderOf(execution.sha256) };
  } catch (error) {
    return unable((error as Error).message);
  }
}

function unable(reason: string): EvaluationOutcome {
  return { verdict: { kind: "unverifiable", reason }, failed: true, phase: "set up" };
}
