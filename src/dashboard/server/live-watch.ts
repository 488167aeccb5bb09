import { randomUUID } from "node:crypto";
import { AhaError } from "../../errors.ts";
import type { LiveEvent } from "../api.ts";
import { unreadable } from "./live-event.ts";
import type { FigureReaders } from "./readers/figure-readers.ts";
import { LOOK } from "./readers/reader-messages.ts";
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
  /** Looks that aren't answered yet: of each run one at a time. */
  private readonly looking = new Map<string, Promise<LiveEvent>>();
  private timer: NodeJS.Timeout | undefined;
  private listTime = -Infinity;
  private listing = "";
  private listingNow = false;

  constructor(
    private readonly readers: FigureReaders,
    private readonly lister: RunLister,
    private readonly onMistake: (error: Error) => void,
  ) {}

  /** Says how things are, then whatever changes. Gives the function that ends it. */
  listen(listener: Listener): () => void {
    listener.send({ kind: "hello", server: this.server });
    this.listeners.add(listener);
    for (const id of listener.runs) void this.greet(listener, id);
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

  /** Tells one page how a run is, and the others if that is news. */
  private async greet(listener: Listener, id: string): Promise<void> {
    const event = await this.look(id);
    if (!this.listeners.has(listener)) return;
    this.tell(event, JSON.stringify(event), listener);
    listener.send(event);
  }

  private tick(): void {
    for (const id of new Set([...this.listeners].flatMap(({ runs }) => [...runs]))) {
      if (!this.looking.has(id)) void this.look(id).then((event) => this.tell(event, JSON.stringify(event)));
    }
    if (!this.listingNow && performance.now() - this.listTime >= LIST_EVERY) void this.tellList();
  }

  /** @param but knows it already */
  private tell(event: LiveEvent, text: string, but?: Listener): void {
    if (event.kind !== "run" || this.told.get(event.id) === text) return;
    this.told.set(event.id, text);
    for (const listener of this.listeners) if (listener !== but && listener.runs.has(event.id)) listener.send(event);
  }

  private async tellList(): Promise<void> {
    this.listingNow = true;
    try {
      const listing = JSON.stringify(await this.lister.list());
      if (this.listing !== "" && listing !== this.listing) for (const { send } of this.listeners) send({ kind: "list" });
      this.listing = listing;
    } catch (error) {
      this.onMistake(error as Error);
    }
    this.listingNow = false;
    // From the end, so that a slow folder isn't looked at all the time.
    this.listTime = performance.now();
  }

  private look(id: string): Promise<LiveEvent> {
    const asked = this.looking.get(id);
    if (asked !== undefined) return asked;
    const look = this.ask(id).finally(() => this.looking.delete(id));
    this.looking.set(id, look);
    return look;
  }

  /** A mistake of ours in one look shall not end the server under every page. */
  private async ask(id: string): Promise<LiveEvent> {
    try {
      const answer = await this.readers.ask({ run: id, path: `${LOOK}/${encodeURIComponent(id)}`, gzip: false, later: false });
      if (answer.status === 200) return JSON.parse(new TextDecoder().decode(answer.bytes)) as LiveEvent;
    } catch (error) {
      if (!(error instanceof AhaError)) this.onMistake(error as Error);
    }
    return unreadable(id);
  }
}
