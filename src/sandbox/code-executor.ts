import { freemem } from "node:os";
import { availableParallelism } from "node:os";
import type { CodeExecution, CodeLanguage, Execution } from "../records/execution.ts";
import type { VerifierOutcome } from "../verifiers/ask-verifier.ts";
import { applyLineEdits, type Edited } from "../tasks/edits/line-edit.ts";
import { answerCode } from "./answer-code.ts";
import { CodeWorker } from "./code-worker.ts";
import type { Executor } from "./executor.ts";
import { checkIsolation } from "./isolation.ts";
import { openRepositoryExecutor } from "./repository/repository-executor.ts";
import { SandboxProcess } from "./sandbox-process.ts";

export interface CodeExecutorOptions {
  /** Runs without namespaces of its own where this machine has none. */
  readonly unsafeSandbox?: boolean;
  /** For all tests of one answer, in seconds: 4 where absent. */
  readonly seconds?: number;
  /** Answers that are judged at once; one a core where absent, as far as memory goes. */
  readonly workers?: number;
}

const SECONDS = 4;
/** Of a worker: two processes of at most 300 MB. */
const WORKER_BYTES = 600_000_000;
/** Characters of an answer. */
const LONGEST_ANSWER = 1_000_000;

interface Job {
  readonly execution: CodeExecution;
  readonly code: string;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (outcome: VerifierOutcome) => void;
}

/**
 * Judges programs and edits of repositories in processes that are walled off from this machine.
 *
 * @throws OptionError where it can't wall them off, unless `unsafeSandbox` is set
 */
export function openExecutor(options: CodeExecutorOptions = {}): Executor {
  checkIsolation(options.unsafeSandbox ?? false);
  return new CodeExecutor(options);
}

class CodeExecutor implements Executor {
  private readonly pools = new Map<CodeLanguage, WorkerPool>();
  private repositories: Executor | undefined;
  private stopped = false;

  constructor(private readonly options: CodeExecutorOptions) {}

  execute(execution: Execution, answer: string, signal?: AbortSignal): Promise<VerifierOutcome> {
    if (this.stopped) return Promise.resolve(sandboxFailed("was stopped"));
    if (execution.kind === "repository") return this.inRepository(execution, answer, signal);
    if (answer.length > LONGEST_ANSWER)
      return Promise.resolve({
        verdict: { kind: "wrong", reason: `the answer is longer than ${LONGEST_ANSWER} characters` },
        failed: false,
      });
    const program = programOf(execution, answer);
    if ("wrong" in program)
      return Promise.resolve({ verdict: { kind: "wrong", reason: program.wrong }, failed: false });
    return new Promise((resolve) => {
      this.pool(execution.language).add({ execution, code: program.text, signal, resolve });
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.pools.values()].map((pool) => pool.stop()));
    await this.repositories?.stop();
  }

  /** Where there is no bubblewrap each answer fails, and says so. */
  private inRepository(execution: Execution, answer: string, signal?: AbortSignal): Promise<VerifierOutcome> {
    try {
      this.repositories ??= openRepositoryExecutor(this.options.workers);
    } catch (error) {
      return Promise.resolve({ verdict: { kind: "unverifiable", reason: (error as Error).message }, failed: true });
    }
    return this.repositories.execute(execution, answer, signal);
  }

  private pool(language: CodeLanguage): WorkerPool {
    let pool = this.pools.get(language);
    if (pool === undefined) {
      pool = new WorkerPool(language, this.options);
      this.pools.set(language, pool);
    }
    return pool;
  }
}

/** The program that an answer is, or that it edits one to. */
function programOf({ edits }: CodeExecution, answer: string): Edited {
  return edits === undefined ? { text: answerCode(answer) } : applyLineEdits(edits, answer);
}

function sandboxFailed(what: string): VerifierOutcome {
  return { verdict: { kind: "unverifiable", reason: `the sandbox ${what}` }, failed: true };
}

/** As many workers as are needed, up to a number; those that wait for work stay warm. */
class WorkerPool {
  private readonly idle: CodeWorker[] = [];
  private readonly all = new Set<CodeWorker>();
  private readonly waiting: Job[] = [];
  private readonly most: number;
  private readonly seconds: number;
  private readonly unsafeSandbox: boolean;
  private snapshot: Promise<Uint8Array | undefined> | undefined;
  private stopped = false;

  constructor(
    private readonly language: CodeLanguage,
    { workers, seconds, unsafeSandbox }: CodeExecutorOptions,
  ) {
    this.most = workers ?? Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / WORKER_BYTES)));
    this.seconds = seconds ?? SECONDS;
    this.unsafeSandbox = unsafeSandbox ?? false;
  }

  add(job: Job): void {
    this.waiting.push(job);
    this.pump();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const { resolve } of this.waiting.splice(0)) resolve(sandboxFailed("was stopped"));
    await Promise.all([...this.all].map((worker) => worker.stop()));
  }

  private pump(): void {
    while (this.waiting.length > 0 && !this.stopped) {
      const worker = this.idle.pop() ?? this.grow();
      if (worker === undefined) return;
      void this.work(worker, this.waiting.shift()!);
    }
  }

  private grow(): CodeWorker | undefined {
    if (this.all.size >= this.most) return undefined;
    const worker = new CodeWorker(() => this.start());
    this.all.add(worker);
    return worker;
  }

  private async work(worker: CodeWorker, job: Job): Promise<void> {
    job.resolve(await this.outcome(worker, job));
    this.idle.push(worker);
    this.pump();
  }

  private async outcome(worker: CodeWorker, { execution, code, signal }: Job): Promise<VerifierOutcome> {
    if (signal?.aborted === true) return sandboxFailed("was stopped");
    try {
      const outcome = await worker.check(execution, code, execution.seconds ?? this.seconds);
      return this.stopped ? sandboxFailed("was stopped") : outcome;
    } catch (error) {
      return sandboxFailed(error instanceof Error ? error.message : String(error));
    }
  }

  /** The first process makes the snapshot by which the others start. */
  private async start(): Promise<SandboxProcess> {
    const { language, unsafeSandbox } = this;
    if (this.snapshot === undefined) {
      const first = SandboxProcess.start({ language, unsafeSandbox, snapshot: undefined });
      this.snapshot = first.then((started) => started.snapshot);
      this.snapshot.catch(() => (this.snapshot = undefined));
      return (await first).process;
    }
    const snapshot = await this.snapshot;
    return (await SandboxProcess.start({ language, unsafeSandbox, snapshot })).process;
  }
}
