import { randomUUID } from "node:crypto";
import { AhaError } from "../../errors.ts";
import { diskError } from "../../host/disk-error.ts";
import type { LiveEvent } from "../api.ts";
import type { OpenedRuns } from "./opened-runs.ts";
import type { RunLister } from "./run-list.ts";

const WATCHED_EVERY = 250;
const LIST_EVERY = 2000;

/** Somebody who wants to hear of runs. */
export interface Listener {
  /** Runs to look at closely; of the others the list alone. */
  readonly runs: ReadonlySet<string>;
  readonly send: (event: LiveEvent) => void;
}

/** Looks for what is new, for all open pages together, and only while there is one. */
export class LiveWatch {
  /** Differs after a restart of the server. */
  readonly server: string = randomUUID();
  private readonly listeners = new Set<Listener>();
  private readonly told = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private listTime = -Infinity;
  private listing = "";

  constructor(
    private readonly opened: OpenedRuns,
    private readonly lister: RunLister,
    private readonly onMistake: (error: Error) => void,
  ) {}

  /** Says at once how things are, then whatever changes. Gives the function that ends it. */
  listen(listener: Listener): () => void {
    listener.send({ kind: "hello", server: this.server });
    for (const id of listener.runs) {
      const event = this.look(id);
      this.told.set(id, JSON.stringify(event));
      listener.send(event);
    }
    this.listeners.add(listener);
    this.timer ??= setInterval(() => this.tick(), WATCHED_EVERY);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.listing = "";
    this.told.clear();
  }

  /** A mistake of ours in one look shall not end the server under every page. */
  private tick(): void {
    try {
      this.tellNews();
    } catch (error) {
      this.onMistake(error as Error);
    }
  }

  private tellNews(): void {
    for (const id of new Set([...this.listeners].flatMap(({ runs }) => [...runs]))) {
      const event = this.look(id);
      const text = JSON.stringify(event);
      if (this.told.get(id) === text) continue;
      this.told.set(id, text);
      for (const { runs, send } of this.listeners) if (runs.has(id)) send(event);
    }
    this.tickList();
  }

  private tickList(): void {
    const now = performance.now();
    if (now - this.listTime < LIST_EVERY) return;
    const listing = JSON.stringify(this.lister.list());
    if (this.listing !== "" && listing !== this.listing) for (const { send } of this.listeners) send({ kind: "list" });
    this.listing = listing;
    // From the end, so that a slow folder isn't looked at all the time.
    this.listTime = performance.now();
  }

  private look(id: string): LiveEvent {
    try {
      const { lastStep, state, evaluations, lastMark } = this.opened.reader(id);
      return { kind: "run", id, lastStep, mark: lastMark, state, evaluations: evaluations.length };
    } catch (error) {
      if (!(diskError("read", id, error) instanceof AhaError)) throw error;
      return { kind: "run", id, lastStep: 0, mark: "", state: "unreadable", evaluations: 0 };
    }
  }
}
