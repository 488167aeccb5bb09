import { availableParallelism } from "node:os";
import { environmentWithoutSecrets } from "../host/child-environment.ts";
import { withDeadline } from "../host/deadline.ts";
import type { ThreadOptions } from "../host/open-thread.ts";
import type { WorkerHandle } from "../host/worker-calls.ts";
import { startWorker, workerModule } from "../host/worker-host.ts";
import type { Problem } from "../records/problem.ts";
import { failedOutcome, type VerifierOutcome } from "../verifiers/ask-verifier.ts";
import { isPlain } from "./is-plain.ts";
import type { VerifierCalls, VerifierInit, VerifierNotice } from "./verifier-worker.ts";

export interface VerifierPoolOptions {
  readonly taskName: string;
  /** The path of the module whose default export is the task. */
  readonly module: string;
  /** Of one verdict, from its own start. */
  readonly deadlineSeconds: number;
  /** Verdicts of an asynchronous verifier that are under way in one thread. */
  readonly inFlight: number;
  /** Of a thread's heap: 1,024 where absent, more than a verifier with a large table of words takes. */
  readonly megabytes?: number;
  /** Threads beyond the usual four that may stand in for those in which one verdict takes long; none where absent. */
  readonly standIns?: number;
}

/** A verdict that is asked for. */
interface Call {
  readonly id: number;
  /** Itself, or its id. */
  readonly problem: Problem | string;
  readonly answer: string;
  readonly resolve: (outcome: VerifierOutcome) => void;
  began: boolean;
  /** When it did, in milliseconds. */
  beganAt: number;
  /** Whether the verifier has given a promise: its thread is then free for others. */
  waits: boolean;
  deadline: NodeJS.Timeout | undefined;
  /**
   * Asked again after a thread died with several under way: it gets a thread to itself, so that the guilty one is
   * found.
   */
  alone: boolean;
  /** Threads that died under it. */
  deaths: number;
}

interface Thread {
  handle: WorkerHandle<VerifierCalls> | undefined;
  readonly running: Map<number, Call>;
  gone: boolean;
}

const MEGABYTES = 1024;

/**
 * A task module is code that the user chose to run, and may need its settings: it keeps the environment, but for keys
 * and passwords, which no verifier needs and which a module from elsewhere would only have to read.
 */
function threadOptions({ megabytes = MEGABYTES }: VerifierPoolOptions): ThreadOptions {
  return { environment: environmentWithoutSecrets(), limits: { maxOldGenerationSizeMb: megabytes } };
}

/** A pool grows when verdicts have waited this long, in milliseconds: a quick verifier needs one thread only. */
const GROWTH_DELAY = 20;
/** A verdict takes long after so many times the usual, and so many milliseconds. */
const LONG_TIMES = 10;
const LONG_DELAY = 200;
/** How fast the usual follows the last ones. */
const USUAL_SHARE = 0.1;
/** Seconds that a thread has to answer a ping after a deadline before it counts as blocked. */
const PING_SECONDS = 0.5;
/** Threads that may die under one call before it is given up. */
const MOST_DEATHS = 2;

/**
 * Threads that run a user's verifier. One that is asynchronous has many verdicts under way in one thread; one that is
 * not gets a thread a verdict, at most one a core and four in all. A spare thread stands ready beside them. A thread is
 * replaced when a verdict in it blocks beyond its deadline, or when it dies; the other verdicts in it begin again.
 */
export class VerifierPool {
  private readonly threads: Thread[] = [];
  private spare: Thread | undefined;
  private readonly queue: Call[] = [];
  private asynchronous = false;
  /** Milliseconds of a verdict, of late; unknown before the first. */
  private usual: number | undefined;
  private growth: NodeJS.Timeout | undefined;
  private nextId = 0;
  private stopped = false;
  private readonly most = Math.min(4, availableParallelism());

  constructor(private readonly options: VerifierPoolOptions) {}

  /**
   * Asks the verifier of a problem, or of the one with this id. Never rejects.
   *
   * @param signal gives up what has not begun
   */
  ask(problem: Problem | string, answer: string, signal?: AbortSignal): Promise<VerifierOutcome> {
    return new Promise((resolve) => {
      const state = { began: false, beganAt: 0, waits: false, deadline: undefined, alone: false, deaths: 0 };
      const call: Call = { id: this.nextId++, problem, answer, resolve, ...state };
      this.queue.push(call);
      signal?.addEventListener("abort", () => this.giveUp(call), { once: true });
      this.dispatch();
    });
  }

  private giveUp(call: Call): void {
    const place = this.queue.indexOf(call);
    if (place < 0) return;
    this.queue.splice(place, 1);
    this.finish(call, failedOutcome(this.options.taskName, "was not asked in time"));
  }

  /** Ends all threads; verdicts under way are given up. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.growth);
    const all = [...this.threads.splice(0), ...(this.spare === undefined ? [] : [this.spare])];
    this.spare = undefined;
    const open = [...all.flatMap(({ running }) => [...running.values()]), ...this.queue.splice(0)];
    for (const call of open) this.finish(call, failedOutcome(this.options.taskName, "was stopped"));
    await Promise.all(all.map((thread) => this.end(thread)));
  }

  private dispatch(): void {
    if (this.stopped) return;
    if (this.threads.length === 0 && this.queue.length > 0) this.threads.push(this.promoteSpare() ?? this.start());
    while (this.queue.length > 0) {
      const call = this.queue[0]!;
      const thread = this.threads.find((candidate) => this.takes(candidate, call));
      if (thread === undefined) return this.growSoon();
      this.queue.shift();
      this.send(thread, call);
    }
  }

  private takes({ handle, running, gone }: Thread, call: Call): boolean {
    if (handle === undefined || gone) return false;
    if (running.size === 0) return true;
    if (call.alone || !this.asynchronous || running.size >= this.options.inFlight) return false;
    return [...running.values()].every(({ alone }) => !alone);
  }

  private growSoon(): void {
    const { standIns = 0 } = this.options;
    if (this.growth !== undefined || this.asynchronous || this.threads.length >= this.most + standIns) return;
    this.growth = setTimeout(() => {
      this.growth = undefined;
      if (this.queue.length === 0 || this.asynchronous || this.threads.some(({ handle }) => handle === undefined))
        return;
      if (this.threads.length >= this.most && this.longBusy() === 0) return this.growSoon();
      const room = this.threads.length < this.most ? 1 : this.most + standIns - this.threads.length;
      for (let more = Math.min(room, this.queue.length); more > 0; more--) {
        const grown = this.promoteSpare() ?? (standIns > 0 ? this.start() : undefined);
        if (grown !== undefined) this.threads.push(grown);
      }
      this.dispatch();
    }, GROWTH_DELAY);
  }

  /** Threads in which one verdict takes long: none where all take their time. */
  private longBusy(): number {
    const long = Math.max(LONG_DELAY, LONG_TIMES * (this.usual ?? Infinity));
    const since = performance.now() - long;
    const isLong = ({ began, beganAt }: Call): boolean => began && beganAt < since;
    return this.threads.filter(({ running }) => [...running.values()].some(isLong)).length;
  }

  /** The spare thread, for which another one is started. */
  private promoteSpare(): Thread | undefined {
    const { spare } = this;
    if (spare !== undefined) this.spare = this.start();
    return spare;
  }

  private start(): Thread {
    const thread: Thread = { handle: undefined, running: new Map(), gone: false };
    const started = startWorker<VerifierInit, VerifierCalls>({
      name: `the verifier of ${this.options.taskName}`,
      module: workerModule("./verifier-worker", import.meta.url),
      init: { module: this.options.module },
      thread: threadOptions(this.options),
      onNotice: (notice) => this.hear(thread, notice as VerifierNotice),
      onEnd: (what) => this.died(thread, what),
    });
    started.then(
      (handle) => {
        if (thread.gone || this.stopped) return void handle.stop();
        thread.handle = handle;
        // The second thread only begins when the first is there: the start of a task may be heavy.
        this.spare ??= this.start();
        this.dispatch();
      },
      (error: Error) => this.didNotStart(thread, error),
    );
    return thread;
  }

  private didNotStart(thread: Thread, error: Error): void {
    if (this.spare === thread) this.spare = undefined;
    if (this.drop(thread)) {
      const call = this.queue.shift();
      if (call !== undefined)
        this.finish(call, failedOutcome(this.options.taskName, `did not start: ${error.message}`));
    }
    this.dispatch();
  }

  private send(thread: Thread, call: Call): void {
    Object.assign(call, { began: false, waits: false });
    thread.running.set(call.id, call);
    const { problem: given } = call;
    const problem = typeof given === "string" || isPlain(given) ? given : given.id;
    // How it ends comes as a notice, or as the death of the thread.
    thread.handle!.calls.begin(call.id, problem, call.answer).catch(() => undefined);
  }

  private hear(thread: Thread, notice: VerifierNotice): void {
    const call = thread.running.get(notice.call);
    // A verdict that comes after its deadline.
    if (call === undefined) return;
    switch (notice.what) {
      case "began":
        call.began = true;
        call.beganAt = performance.now();
        // What came while this thread was busy is heard first.
        call.deadline = setTimeout(
          () => setImmediate(() => this.late(thread, call)),
          this.options.deadlineSeconds * 1000,
        );
        return;
      case "waits":
        call.waits = true;
        this.asynchronous = true;
        return this.dispatch();
      case "ended":
        thread.running.delete(call.id);
        this.usual = follow(this.usual, performance.now() - call.beganAt);
        this.finish(call, notice.outcome);
        this.dispatch();
    }
  }

  private late(thread: Thread, call: Call): void {
    if (!thread.running.has(call.id)) return;
    if (call.waits) return void this.lateOrBlocked(thread, call);
    // It blocks its thread; all others there have not begun, or wait behind it.
    thread.running.delete(call.id);
    this.finish(call, this.lateOutcome());
    this.replace(thread, []);
  }

  /** A verdict that waits for something is late, or its thread is blocked by another one of it. */
  private async lateOrBlocked(thread: Thread, call: Call): Promise<void> {
    const blocked = thread.handle!.calls.ping().then(
      () => false,
      () => true,
    );
    const isBlocked = await withDeadline(blocked, PING_SECONDS, () => true);
    if (thread.gone) return;
    if (isBlocked) return this.endWithSuspects(thread, this.lateOutcome());
    if (thread.running.delete(call.id)) this.finish(call, this.lateOutcome());
    this.dispatch();
  }

  private lateOutcome(): VerifierOutcome {
    const { taskName, deadlineSeconds } = this.options;
    return failedOutcome(taskName, `did not end within ${deadlineSeconds} s`);
  }

  private died(thread: Thread, what: string): void {
    // Of one that hasn't started its start says so.
    if (thread.handle === undefined) return;
    if (this.spare === thread) this.spare = undefined;
    if (!thread.gone) this.endWithSuspects(thread, failedOutcome(this.options.taskName, what));
  }

  /**
   * Ends a thread that one of the verdicts under way has blocked or killed: where that may be several, each is asked
   * again in a thread of its own.
   */
  private endWithSuspects(thread: Thread, outcome: VerifierOutcome): void {
    const suspects = [...thread.running.values()].filter((call) => call.began);
    const guilty = suspects.filter((call) => ++call.deaths >= MOST_DEATHS || suspects.length === 1);
    for (const call of guilty) {
      thread.running.delete(call.id);
      this.finish(call, outcome);
    }
    this.replace(
      thread,
      suspects.filter((call) => !guilty.includes(call)),
    );
  }

  /** Puts the spare thread in the place of one; what else was under way in it begins again. */
  private replace(thread: Thread, suspects: readonly Call[]): void {
    if (!this.drop(thread)) return;
    for (const call of suspects) call.alone = true;
    this.queue.unshift(...this.takeBack(thread));
    void this.end(thread);
    const promoted = this.promoteSpare();
    if (promoted !== undefined) this.threads.push(promoted);
    this.dispatch();
  }

  /** Whether it was among the threads at work. */
  private drop(thread: Thread): boolean {
    thread.gone = true;
    const place = this.threads.indexOf(thread);
    if (place >= 0) this.threads.splice(place, 1);
    return place >= 0;
  }

  private takeBack({ running }: Thread): Call[] {
    const calls = [...running.values()];
    running.clear();
    for (const call of calls) clearTimeout(call.deadline);
    return calls;
  }

  private finish(call: Call, outcome: VerifierOutcome): void {
    clearTimeout(call.deadline);
    call.resolve(outcome);
  }

  private async end(thread: Thread): Promise<void> {
    thread.gone = true;
    await thread.handle?.stop();
  }
}

function follow(usual: number | undefined, last: number): number {
  return usual === undefined ? last : usual + USUAL_SHARE * (last - usual);
}
