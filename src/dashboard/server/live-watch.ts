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
  /** Who listens, with what each was told last of each run. */
  private readonly listeners = new Map<Listener, Map<string, string>>();
  /** Runs whose look isn't answered yet. */
  private readonly looking = new Set<string>();
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
    this.listeners.set(listener, new Map());
    this.lookAt(listener.runs);
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
  }

  private tick(): void {
    this.lookAt(new Set([...this.listeners.keys()].flatMap(({ runs }) => [...runs])));
    if (!this.listingNow && performance.now() - this.listTime >= LIST_EVERY) void this.tellList();
  }

  /** Looks at runs, of each at most once at a time, and tells what is new. */
  private lookAt(runs: ReadonlySet<string>): void {
    for (const id of runs) {
      if (this.looking.has(id)) continue;
      this.looking.add(id);
      void this.look(id).then((event) => {
        this.looking.delete(id);
        this.tell(id, event);
      });
    }
  }

  private tell(id: string, event: LiveEvent): void {
    const text = JSON.stringify(event);
    for (const [{ runs, send }, told] of this.listeners) {
      if (!runs.has(id) || told.get(id) === text) continue;
      told.set(id, text);
      send(event);
    }
  }

  private async tellList(): Promise<void> {
    this.listingNow = true;
    try {
      const listing = JSON.stringify(await this.lister.list());
      const isNews = this.listing !== "" && listing !== this.listing;
      if (isNews) for (const { send } of this.listeners.keys()) send({ kind: "list" });
      this.listing = listing;
    } catch (error) {
      this.onMistake(error as Error);
    }
    this.listingNow = false;
    // From the end, so that a slow folder isn't looked at all the time.
    this.listTime = performance.now();
  }

  /** A mistake of ours in one look shall not end the server under every page. */
  private async look(id: string): Promise<LiveEvent> {
    try {
      const path = `${LOOK}/${encodeURIComponent(id)}`;
      const answer = await this.readers.ask({ run: id, path, gzip: false, later: false });
      if (answer.status === 200) return JSON.parse(new TextDecoder().decode(answer.bytes)) as LiveEvent;
    } catch (error) {
      if (!(error instanceof AhaError)) this.onMistake(error as Error);
    }
    return unreadable(id);
  }
}
