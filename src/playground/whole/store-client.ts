import type { LiveEvent } from "../../dashboard/api.ts";
import { RunError } from "../../errors.ts";
import { withDeadline } from "../../host/deadline.ts";
import { CallBook, callsOf, type AnswerMessage, type NoticeMessage } from "../../host/worker-calls.ts";
import type { StoredRollout } from "../../records/rollout.ts";
import type { SeenStep, TabClient } from "../client/tab-client.ts";
import type { SeenRollout } from "../messages.ts";
import type { StoreAnswer } from "./frame-messages.ts";
import { type StoreCalls } from "./store-calls.ts";

/** Seconds: a stranger's file can be made so that reading it never ends. */
const PATIENCE = 20;
const TOO_SLOW = "The file takes too long to read, and was closed; open it with `aha`.";

type Calls = ReturnType<typeof callsOf<StoreCalls>>;

/** Keeps a tab's run in a database, beside one that was dropped, and answers what is asked of them. */
export class StoreClient {
  /** Takes what happens to the runs. */
  onEvent: (event: LiveEvent) => void = () => undefined;
  private worker: Worker | undefined;
  private book!: CallBook;
  private calls!: Calls;
  /** SQLite may be long on its way. */
  private started!: Promise<unknown>;
  private client: TabClient | undefined;
  private stopListening: () => void = () => undefined;
  /** How much of the run was told. */
  private told = { steps: 0, evaluations: 0, ended: false };

  /**
   * @param root address of the page's folder
   * @param openWorker makes the worker
   * @param patience seconds that a question may take
   */
  constructor(
    private readonly root: string,
    private readonly openWorker: () => Worker,
    private readonly patience: number = PATIENCE,
  ) {
    this.start();
  }

  /** Follows another run from its beginning. */
  follow(client: TabClient): void {
    if (client === this.client) return;
    this.stopListening();
    this.client = client;
    this.begin();
    this.stopListening = client.listen(() => this.tellNew());
  }

  /** @throws RunError where the file is no run, is damaged or takes too long */
  async open(name: string, bytes: Uint8Array): Promise<string> {
    return this.inTime(() => this.calls.open(name, bytes));
  }

  /** What the dashboard's server would answer. */
  async ask(path: string): Promise<StoreAnswer> {
    try {
      return await this.inTime(() => this.calls.ask(path));
    } catch (error) {
      return { status: 503, text: JSON.stringify({ error: (error as Error).message }) };
    }
  }

  /** The tab's run as a database file, with all steps made so far. */
  async take(): Promise<Uint8Array> {
    return this.calls.take();
  }

  stop(): void {
    this.stopListening();
    this.end("The page has closed it.");
  }

  private start(): void {
    const worker = this.openWorker();
    this.worker = worker;
    this.book = new CallBook("the dashboard", (notice) => this.onEvent(notice as LiveEvent));
    const { book } = this;
    worker.onmessage = ({ data }: MessageEvent<AnswerMessage | NoticeMessage>) => book.take(data);
    worker.onerror = ({ message }) => this.restart(`The dashboard's thread crashed: ${message || "it did not load"}.`);
    const send = (name: string, parameters: readonly unknown[]): Promise<unknown> =>
      book.call((id) => worker.postMessage({ id, name, parameters }), {});
    this.calls = callsOf<StoreCalls>(send);
    this.started = send("start", [{ root: this.root }]);
    quietly(this.started);
  }

  private begin(): void {
    if (this.client === undefined) return;
    this.told = { steps: 0, evaluations: 0, ended: false };
    quietly(this.calls.begin(this.client.state.settings));
    this.tellNew();
  }

  /** Steps and measurements in the order in which they came; each is sent once. */
  private tellNew(): void {
    const { calls, told } = this;
    const { steps, evaluations, status, error } = this.client!.state;
    for (; told.evaluations < evaluations.length; told.evaluations++)
      quietly(calls.evaluation(evaluations[told.evaluations]!));
    for (; told.steps < steps.length; told.steps++) {
      const step = steps[told.steps]!;
      quietly(calls.step(step.metrics, storedRollouts(step)));
    }
    if (told.ended || (status !== "over" && status !== "failed")) return;
    told.ended = true;
    quietly(status === "over" ? calls.end("finished", "") : calls.end("failed", error?.message ?? ""));
  }

  private async inTime<T>(work: () => Promise<T>): Promise<T> {
    const { started } = this;
    try {
      await started;
    } catch (error) {
      // Who asks again has it tried again.
      if (started === this.started) this.restart((error as Error).message);
      throw error;
    }
    return withDeadline(work(), this.patience, () => {
      this.restart(TOO_SLOW);
      throw new RunError(TOO_SLOW);
    });
  }

  /** A worker that hangs is ended, and what was dropped goes with it; the tab's run is told to the next one. */
  private restart(reason: string): void {
    this.end(reason);
    this.start();
    this.begin();
  }

  private end(reason: string): void {
    this.worker?.terminate();
    this.book.endAll(new RunError(reason));
  }
}

/** A step's rollouts as the store keeps them, without what the page alone shows. */
export function storedRollouts({ groups }: Pick<SeenStep, "groups">): StoredRollout[] {
  return groups.flatMap(({ rollouts }) => rollouts.map(storedOf));
}

function storedOf({ pieces: _pieces, corrects: _corrects, answer: _answer, ...stored }: SeenRollout): StoredRollout {
  return stored;
}

/** Whoever asks next hears of a worker that can't answer. */
function quietly(work: Promise<unknown>): void {
  work.catch(() => undefined);
}
