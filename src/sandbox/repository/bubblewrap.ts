import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { OptionError } from "../../errors.ts";
import { environmentWithoutSecrets } from "../../host/child-environment.ts";
import { findProgram, PROGRAM_FOLDERS } from "../find-program.ts";
import { readProc } from "../../host/read-proc.ts";
import { startedBy, PAGE_BYTES } from "../process-usage.ts";
import { SandboxError } from "./sandbox-error.ts";

const SYSTEM: readonly string[] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"];
const SYSTEM_FILES: readonly string[] = ["/etc/ld.so.cache", "/etc/alternatives"];
const LOOK_MILLISECONDS = 100;
const LOG_TAIL = 16_000;
const MOST_OUTPUT_BYTES = 64_000_000;
const MOST_REPORT_BYTES = 16_000_000;
const MOST_PROCESSES = 256;
const MEGABYTE = 1_000_000;

/** One command in a sandbox. */
export interface BoxedCommand {
  /** A shell's lines, run in `/work`, which holds a copy of `tree`. */
  readonly script: string;
  readonly tree: string;
  /** A folder that is seen as `/aha/launchers`. */
  readonly launchers: string;
  /** Folders of this machine by where they are seen, read-only. */
  readonly mounts: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string>>;
  /** What it can read on descriptors 4 and 5. */
  readonly given: readonly [string, string];
  readonly seconds: number;
  readonly readSeconds: number;
  readonly memoryMegabytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface BoxedResult {
  /** What was written to descriptor 3. */
  readonly report: string;
  /** The last of what was printed. */
  readonly log: string;
  /** Why it was ended. */
  readonly ended: undefined | "time" | "memory" | "processes" | "output" | "abort";
  readonly seconds: number;
}

let bubblewrap: string | undefined;

/** Whether repositories can be tested here. @throws OptionError saying in one line what is missing */
export function checkBubblewrap(): void {
  bubblewrap ??= findBubblewrap();
}

function findBubblewrap(): string {
  const path = findProgram("bwrap");
  const missing =
    process.platform === "linux" && path !== undefined
      ? "one that may not make namespaces"
      : `none on ${process.platform}`;
  if (path !== undefined && process.platform === "linux") {
    const tried = spawnSync(path, [...walls([]), "/bin/true"], { stdio: "ignore", env: {} });
    if (tried.status === 0) return path;
  }
  throw new OptionError(
    `Expected bubblewrap (\`bwrap\`) on Linux, in which repositories are tested, got ${missing}; install the package bubblewrap, or judge on a machine that has it.`,
  );
}

/** The first folders of the programs that tests may need, outside of the system's own. */
function toolFolders(): string[] {
  const node = dirname(dirname(realpathSync(process.execPath)));
  const python = spawnSync("python3", ["-c", "import sys; print(sys.prefix); print(sys.base_prefix)"], {
    encoding: "utf8",
    env: environmentWithoutSecrets(),
  });
  const found = [node, ...(python.status === 0 ? python.stdout.trim().split("\n") : [])];
  return [...new Set(found)].filter((folder) => folder !== "/" && !isOfSystem(folder));
}

/** Whether a sandbox sees a folder as it is, since it is one of the system's. */
export function isOfSystem(folder: string): boolean {
  return SYSTEM.some((own) => isIn(folder, own));
}

function isIn(folder: string, above: string): boolean {
  return folder === above || folder.startsWith(`${above}/`);
}

let tools: readonly string[] | undefined;

/** Where programs are looked for inside. */
export function insidePath(): string {
  tools ??= toolFolders();
  return [...tools.map((folder) => join(folder, "bin")), ...PROGRAM_FOLDERS].join(":");
}

/** Own user, mounts, processes, network and host name; the system read-only. */
function walls(more: readonly string[]): string[] {
  const system = SYSTEM.filter((path) => existsSync(path)).flatMap((path) => ["--ro-bind", path, path]);
  const files = SYSTEM_FILES.flatMap((path) => ["--ro-bind-try", path, path]);
  return [
    "--unshare-user",
    "--unshare-all",
    "--disable-userns",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    "--uid",
    "1000",
    "--gid",
    "1000",
    "--hostname",
    "sandbox",
    "--cap-drop",
    "ALL",
    ...system,
    ...files,
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...more,
  ];
}

/**
 * Runs a command behind walls; all that it started ends with it.
 *
 * @throws SandboxError where it can't be started
 */
export function runBoxed(command: BoxedCommand): Promise<BoxedResult> {
  checkBubblewrap();
  const size = String(Math.round((command.memoryMegabytes * MEGABYTE) / 4));
  tools ??= toolFolders();
  const parameters = walls([
    ...tools.flatMap((folder) => ["--ro-bind", folder, folder]),
    "--size",
    size,
    "--tmpfs",
    "/tmp",
    "--size",
    size,
    "--tmpfs",
    "/work",
    "--ro-bind",
    command.tree,
    "/aha/tree",
    "--ro-bind",
    command.launchers,
    "/aha/launchers",
    ...[...command.mounts].flatMap(([inside, folder]) => ["--ro-bind", folder, inside]),
    ...Object.entries(command.environment).flatMap(([name, value]) => ["--setenv", name, value]),
    "--chdir",
    "/work",
    "--",
    "/bin/sh",
    "-c",
    command.script,
  ]);
  const child = spawn(bubblewrap!, parameters, {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
    env: {},
    cwd: "/",
  });
  return new BoxedProcess(child, command).result;
}

class BoxedProcess {
  readonly result: Promise<BoxedResult>;
  private readonly started = performance.now();
  private readonly report: Buffer[] = [];
  private reportBytes = 0;
  private outputBytes = 0;
  private log = "";
  private ended: BoxedResult["ended"];
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly child: ChildProcess,
    private readonly command: BoxedCommand,
  ) {
    const { signal, seconds } = command;
    const abort = (): void => this.end("abort");
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
    this.timers.push(setTimeout(() => this.end("time"), 1000 * seconds));
    this.timers.push(setInterval(() => this.look(), LOOK_MILLISECONDS));
    this.listen();
    this.result = new Promise<BoxedResult>((resolve, reject) => {
      child.once("error", (error) => reject(new SandboxError(`bubblewrap can't be started: ${error.message}`)));
      child.once("exit", () => {
        // What is still in the pipes is read for a while; nobody inside is left to write more.
        this.timers.push(setTimeout(() => this.closePipes(), 1000 * command.readSeconds));
      });
      child.once("close", () => resolve(this.outcome()));
    }).finally(() => {
      signal?.removeEventListener("abort", abort);
      for (const timer of this.timers) clearTimeout(timer);
    });
  }

  private listen(): void {
    const [, stdout, stderr, report, order, text] = this.child.stdio as unknown as [
      null,
      Readable,
      Readable,
      Readable,
      Writable,
      Writable,
    ];
    for (const stream of [stdout, stderr]) {
      stream.on("data", (bytes: Buffer) => {
        this.outputBytes += bytes.length;
        this.log = (this.log + bytes.toString("utf8")).slice(-LOG_TAIL);
        if (this.outputBytes > MOST_OUTPUT_BYTES) this.end("output");
      });
    }
    report.on("data", (bytes: Buffer) => {
      this.reportBytes += bytes.length;
      if (this.reportBytes > MOST_REPORT_BYTES) this.end("output");
      else this.report.push(bytes);
    });
    // A command that ends before it has read this is known by what it reports.
    for (const stream of [stdout, stderr, report, order, text]) stream.on("error", () => undefined);
    order.end(this.command.given[0]);
    text.end(this.command.given[1]);
  }

  private closePipes(): void {
    for (const stream of this.child.stdio) stream?.destroy();
  }

  private end(why: NonNullable<BoxedResult["ended"]>): void {
    this.ended ??= why;
    // Ended by its handle, never by a number that another process may have by now.
    if (this.child.pid !== undefined && this.child.exitCode === null) this.child.kill("SIGKILL");
  }

  private look(): void {
    if (this.child.pid === undefined || this.child.exitCode !== null) return;
    const { bytes, processes } = treeUsage(this.child.pid);
    if (bytes > this.command.memoryMegabytes * MEGABYTE) this.end("memory");
    else if (processes > MOST_PROCESSES) this.end("processes");
  }

  private outcome(): BoxedResult {
    return {
      report: Buffer.concat(this.report).toString("utf8"),
      log: this.log,
      ended: this.ended,
      seconds: (performance.now() - this.started) / 1000,
    };
  }
}

/** Resident bytes and number of a process and all below it; what ends meanwhile counts nothing. */
function treeUsage(root: number): { readonly bytes: number; readonly processes: number } {
  const waiting = [root];
  let [bytes, processes] = [0, 0];
  for (let pid = waiting.pop(); pid !== undefined && processes <= MOST_PROCESSES; pid = waiting.pop()) {
    processes++;
    bytes += PAGE_BYTES * (Number(readProc(`/proc/${pid}/statm`)?.split(" ")[1]) || 0);
    for (const thread of threadsOf(pid)) waiting.push(...startedBy(pid, thread));
  }
  return { bytes, processes };
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
