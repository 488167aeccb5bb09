import { spawn, type ChildProcess } from "node:child_process";
import { RunError } from "../../errors.ts";
import { environmentWithoutSecrets } from "../../host/child-environment.ts";
import { withDeadline } from "../../host/deadline.ts";
import { programArguments } from "../../host/open-thread.ts";
import { newSecret } from "../../host/secrets.ts";
import { printableLine } from "../../text/printable.ts";
import type { RedisAddress } from "../../host/redis/redis-address.ts";

/** Where the queue is: in a folder, or a run's in a Redis. */
export type QueuePlace = { readonly folder: string } | { readonly redis: RedisAddress; readonly run: string };

/** What an evaluator of this machine is told. */
export interface EvaluatorProcessSettings {
  readonly place: QueuePlace;
  /** A name or a path; empty for none. */
  readonly task: string;
  readonly judges: number;
  /** Whether programs are run, and without walls where this machine has none. */
  readonly executes: boolean;
  readonly unsafeSandbox: boolean;
  readonly leaseSeconds: number;
  /** Minutes for which a queue that is away is waited for. */
  readonly patienceMinutes: number;
}

/** The same with what makes it one of several. */
export interface EvaluatorInit extends EvaluatorProcessSettings {
  readonly id: string;
}

export interface EvaluatorProcessEvents {
  /** One has died: what it held is nobody's. */
  readonly onDeath: (id: string) => void;
  /** They die whenever they start. */
  readonly onGiveUp: (error: Error) => void;
}

/** One that lives so long, in milliseconds, did not die of its start. */
const SOUND = 5000;
const MOST_EARLY_DEATHS = 8;
const LONGEST_WAIT = 10_000;
const END_SECONDS = 10;
const MOST_WORDS = 4096;

const living = new Set<ChildProcess>();
// They end by themselves too, when their standard input does, but a moment later.
process.on("exit", () => living.forEach((child) => child.kill("SIGKILL")));

/**
 * Evaluators as processes of this machine: each in a session of its own, so that a Ctrl-C is the trainer's alone, and
 * without secrets. One that dies is replaced; they end with this process, however it ends.
 */
export class EvaluatorProcesses {
  private readonly children = new Map<string, { readonly child: ChildProcess; readonly gone: Promise<void> }>();
  private readonly waits = new Set<NodeJS.Timeout>();
  private earlyDeaths = 0;
  private stopped = false;

  constructor(
    private readonly settings: EvaluatorProcessSettings,
    private readonly events: EvaluatorProcessEvents,
    count: number,
  ) {
    for (let i = 0; i < count; i++) this.start();
  }

  /** Of those that run. */
  get processIds(): readonly number[] {
    return [...this.children.values()].flatMap(({ child }) => child.pid ?? []);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const wait of this.waits) clearTimeout(wait);
    const ends = [...this.children.values()].map(async ({ child, gone }) => {
      child.stdin?.end();
      await withDeadline(gone, END_SECONDS, () => void child.kill("SIGKILL"));
      await gone;
    });
    await Promise.all(ends);
  }

  private start(): void {
    const init: EvaluatorInit = { ...this.settings, id: newSecret() };
    const began = performance.now();
    const child = spawn(process.execPath, programArguments("./evaluator-main", import.meta.url), {
      env: environmentWithoutSecrets(),
      detached: true,
      windowsHide: true,
      stdio: ["pipe", "ignore", "pipe"],
    });
    living.add(child);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = `${said}${text}`.slice(-MOST_WORDS)));
    // It is by the end of its standard input that it notices the end of this process.
    child.stdin.on("error", () => undefined);
    // Not among its arguments, which everybody on this machine can read: there may be a password in it.
    child.stdin.write(`${JSON.stringify(init)}\n`);
    const gone = new Promise<void>((resolve) => {
      const end = (error?: unknown): void => {
        if (!living.delete(child)) return;
        this.children.delete(init.id);
        resolve();
        if (this.stopped) return;
        this.events.onDeath(init.id);
        this.replace(performance.now() - began, error instanceof Error ? error.message : said);
      };
      child.once("exit", () => end()).once("error", end);
    });
    this.children.set(init.id, { child, gone });
  }

  private replace(lived: number, said: string): void {
    this.earlyDeaths = lived < SOUND ? this.earlyDeaths + 1 : 0;
    if (this.earlyDeaths >= MOST_EARLY_DEATHS) {
      const words = printableLine(said.trim().split("\n").at(-1) ?? "");
      return this.events.onGiveUp(
        new RunError(
          `The evaluators ended ${MOST_EARLY_DEATHS} times right after their start${words === "" ? "" : ` (${words})`}; mend what ends them, then resume.`,
        ),
      );
    }
    const wait = setTimeout(
      () => {
        this.waits.delete(wait);
        this.start();
      },
      lived < SOUND ? Math.min(LONGEST_WAIT, 50 * 2 ** this.earlyDeaths) : 0,
    );
    this.waits.add(wait);
  }
}
