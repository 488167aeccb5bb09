import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Readable, Writable } from "node:stream";
import type { CodeLanguage } from "../records/execution.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { FRAME_HEADER, frameHeader, LONGEST_FRAME } from "./child/limits.ts";
import { childCommand } from "./isolation.ts";
import { onlyChild, readUsage, type ProcessUsage } from "./process-usage.ts";

/** Bytes of an answer's frame. */
const LONGEST_REPLY = 16_000_000;
/** Of a reply: a million items, each in a list or two, sixty values deep (plain-value.ts). */
const MOST_CONTAINERS = 2 ** 22;
const MOST_DEPTH = 256;
/** Resident bytes at which a process is ended. */
const MOST_MEMORY = 512_000_000;
const WATCH_MILLISECONDS = 100;
/** A check that is starved of processors may take so many times its seconds. */
const STARVED = 3;
const START_SECONDS = 60;
/** Requests after which a process is replaced: what leaks slowly never gets far. */
const MOST_REQUESTS = 5_000;

export interface ProcessStart {
  readonly language: CodeLanguage;
  readonly unsafeSandbox: boolean;
  readonly snapshot: Uint8Array | undefined;
}

/** What a process says to a request: its fields depend on the request. */
export type Reply = Readonly<Record<string, unknown>>;

/** A process ended in the middle of a request: by itself, by us, or it spoke out of turn. */
export class ProcessEnded extends Error {
  constructor(
    override readonly cause: "time" | "memory" | "death" | "frames",
    message: string,
  ) {
    super(message);
    this.name = "ProcessEnded";
  }
}

interface Waiting {
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: ProcessEnded) => void;
}

/** One sandbox process, from outside. One request at a time. */
export class SandboxProcess {
  /** Requests that it was sent. */
  requests = 0;
  ended: ProcessEnded | undefined;
  private readonly child: ChildProcess;
  private pieces: Buffer[] = [];
  private bytes = 0;
  private readonly frames: Buffer[] = [];
  private waiting: Waiting | undefined;
  private longest = LONGEST_FRAME;
  private readonly exited: Promise<void>;
  /** The process inside of `unshare`. */
  private inner: number | undefined;

  private constructor(start: ProcessStart) {
    const { file, parameters, modules } = childCommand(start.language, start.unsafeSandbox);
    this.child = spawn(file, parameters, {
      env: {},
      cwd: "/",
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    this.exited = new Promise((resolve) => {
      this.child.once("error", (error) => (this.end("death", `could not be started: ${error.message}`), resolve()));
      this.child.once("exit", (code, signal) => {
        // What it wrote before comes first.
        setImmediate(() => (this.end("death", `ended by itself (${signal ?? `exit code ${code}`})`), resolve()));
      });
    });
    this.input.on("error", () => this.end("death", "closed its pipe"));
    this.output.on("data", (piece: Buffer) => this.take(piece));
    this.output.on("error", () => this.end("death", "closed its pipe"));
    this.output.on("end", () => this.end("death", "ended by itself"));
    const { language, snapshot } = start;
    this.send({ language, modules, snapshot: snapshot !== undefined });
    if (snapshot !== undefined) this.sendBytes(snapshot);
  }

  /**
   * Starts a process and waits until it is ready.
   *
   * @returns the process, and the snapshot that it made where it was given none
   * @throws ProcessEnded where it can't be started
   */
  static async start(start: ProcessStart): Promise<{ process: SandboxProcess; snapshot: Uint8Array | undefined }> {
    const process = new SandboxProcess(start);
    const deadline = setTimeout(
      () => process.end("time", `was not ready within ${START_SECONDS} s`),
      START_SECONDS * 1000,
    );
    try {
      const ready = readMessage(await process.nextFrame());
      if (ready?.["ready"] !== true) {
        process.end("death", `could not be started: ${String(ready?.["broken"])}`);
        throw process.ended!;
      }
      const snapshot = ready["snapshot"] === true ? await process.nextFrame() : undefined;
      process.longest = LONGEST_REPLY;
      return { process, snapshot };
    } finally {
      clearTimeout(deadline);
    }
  }

  get spent(): boolean {
    return this.ended !== undefined || this.requests >= MOST_REQUESTS;
  }

  /** Opens a request. Only its own frames are heard until its reply. */
  ask(request: object): SandboxTalk {
    if (this.frames.length > 0) this.end("frames", "spoke out of turn");
    const id = randomBytes(16).toString("hex");
    this.send({ id, ...request });
    this.requests++;
    return new SandboxTalk(this, id);
  }

  /** @throws ProcessEnded */
  nextFrame(): Promise<Buffer> {
    const frame = this.frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    if (this.ended !== undefined) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
  }

  send(message: object): void {
    this.sendBytes(Buffer.from(JSON.stringify(message)));
  }

  /** What it has used of this machine, where that can be read. */
  usage(): ProcessUsage | undefined {
    if (this.child.pid === undefined) return undefined;
    this.inner ??= onlyChild(this.child.pid);
    return readUsage(this.inner);
  }

  /** Ends it, with the reason that what waits for it hears. */
  end(cause: ProcessEnded["cause"], message: string): void {
    if (this.ended !== undefined) return;
    this.ended = new ProcessEnded(cause, message);
    this.child.kill("SIGKILL");
    this.waiting?.reject(this.ended);
    this.waiting = undefined;
  }

  async stop(): Promise<void> {
    this.end("death", "was stopped");
    await this.exited;
  }

  private get input(): Writable {
    return this.child.stdio[3] as Writable;
  }

  private get output(): Readable {
    return this.child.stdio[4] as Readable;
  }

  private sendBytes(bytes: Uint8Array): void {
    this.input.write(frameHeader(bytes.length));
    this.input.write(bytes);
  }

  private take(piece: Buffer): void {
    if (this.ended !== undefined) return;
    this.pieces.push(piece);
    this.bytes += piece.length;
    while (this.bytes >= FRAME_HEADER) {
      const all = this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces.splice(0));
      this.pieces = [all];
      const length = all.readUInt32LE(0);
      if (length > this.longest) return this.end("frames", "sent a frame that is too long");
      if (all.length < FRAME_HEADER + length) return;
      this.frames.push(all.subarray(FRAME_HEADER, FRAME_HEADER + length));
      const rest = all.subarray(FRAME_HEADER + length);
      this.pieces = rest.length === 0 ? [] : [rest];
      this.bytes = rest.length;
    }
    const { waiting } = this;
    if (waiting === undefined || this.frames.length === 0) return;
    this.waiting = undefined;
    waiting.resolve(this.frames.shift()!);
  }
}

/** What one answer may still take, over all its requests. */
export class TimeBudget {
  constructor(public secondsLeft: number) {}
}

/** The frames of one request, up to its reply. */
export class SandboxTalk {
  constructor(
    private readonly process: SandboxProcess,
    private readonly id: string,
  ) {}

  /**
   * The next message of this request. Its time counts as the processor's where that can be read, and at least as a
   * third of the clock's: an answer isn't to blame for a machine that has others to serve.
   *
   * @throws ProcessEnded
   */
  async next(budget: TimeBudget): Promise<Reply> {
    const meter = new Meter(this.process);
    const watch = setInterval(() => this.look(meter, budget), WATCH_MILLISECONDS);
    try {
      const message = readMessage(await this.process.nextFrame());
      if (message?.["id"] === this.id) return message;
      if (typeof message?.["broken"] === "string") this.process.end("death", "broke the interpreter that it ran in");
      else this.process.end("frames", "sent what nobody asked for");
      throw this.process.ended!;
    } finally {
      clearInterval(watch);
      budget.secondsLeft -= meter.seconds;
    }
  }

  /** Answers what it asked in the middle. */
  reply(reply: object): void {
    this.process.send({ reply });
  }

  private look(meter: Meter, budget: TimeBudget): void {
    const usage = this.process.usage();
    meter.note(usage);
    if ((usage?.residentBytes ?? 0) > MOST_MEMORY) this.process.end("memory", "filled its memory");
    else if (meter.seconds > budget.secondsLeft) this.process.end("time", "did not end in time");
  }
}

/** How long a process has worked on something. */
class Meter {
  private readonly since = performance.now();
  private readonly before: ProcessUsage | undefined;
  private cpuSeconds: number | undefined;

  constructor(process: SandboxProcess) {
    this.before = process.usage();
  }

  note(usage: ProcessUsage | undefined): void {
    if (usage === undefined || this.before === undefined) return;
    this.cpuSeconds = usage.cpuSeconds - this.before.cpuSeconds;
  }

  get seconds(): number {
    const wall = (performance.now() - this.since) / 1000;
    return this.cpuSeconds === undefined ? wall : Math.min(wall, Math.max(this.cpuSeconds, wall / STARVED));
  }
}

function readMessage(frame: Buffer): Reply | undefined {
  const message = foreignJson(frame, MOST_CONTAINERS, MOST_DEPTH).value;
  return typeof message === "object" && message !== null ? (message as Reply) : undefined;
}
