import type { Execution } from "../../records/execution.ts";
import type { Executor } from "../../sandbox/executor.ts";
import { VerifierPool } from "../verifier-pool.ts";
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
  /** Whether it runs repository tasks too: they lie where the queue says, so that it must be of this machine. */
  readonly repositories?: boolean;
}

export function openWorkJudge({ task, judges, executor, repositories = false }: WorkJudgeOptions): WorkJudge {
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
  const kinds: readonly Execution["kind"][] = repositories ? ["code", "repository"] : ["code"];
  const executed = executor === undefined ? [] : kinds;
  return {
    has: [...(need === undefined ? [] : [need]), ...executed],
    judge(work, signal) {
      if (work.kind === "execution" && executor !== undefined && executed.includes(work.execution.kind))
        return executor.execute(work.execution, work.answer, signal);
      // Where it lies on this machine is said by its user, never by who asks.
      if (work.kind === "task" && task !== undefined && needsOf({ ...work, task }) === need)
        return poolFor(work.name, task, work.seconds).ask(work.problem, work.answer);
      return Promise.resolve(unable(`this evaluator has no ${work.kind === "task" ? "such task" : "sandbox"}`));
    },
    async stop() {
      await Promise.all([...[...pools.values()].map((pool) => pool.stop()), executor?.stop()]);
    },
  };
}

function unable(reason: string): EvaluationOutcome {
  return { verdict: { kind: "unverifiable", reason }, failed: true, phase: "set up" };
}
