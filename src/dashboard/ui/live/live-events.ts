import { EVENTS_PATH, RUNS_PATH } from "./api-client.ts";
import type { LiveEvent } from "../../api.ts";

/** `refused`: the server is there, but was restarted since, with another token. */
export type LiveState = "connecting" | "connected" | "lost" | "refused";
type Listener = (event: LiveEvent) => void;

/** What is used of an event source. */
export type EventStream = Pick<EventSource, "onmessage" | "onerror" | "close">;

let openStream: (address: string) => EventStream = (address) => new EventSource(address);

/** Has somebody else tell what happens than the server that this page came from. */
export function eventsFrom(other: (address: string) => EventStream): void {
  openStream = other;
}

const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;

/**
 * The page's one connection for live events. It says which runs are watched, comes back with growing pauses when it
 * breaks, and tells `hello` to everyone then: who listens asks for what came in the meantime.
 */
export class LiveEvents {
  private source: EventStream | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = FIRST_WAIT;
  private readonly listeners = new Map<Listener, string | null>();
  private readonly stateListeners = new Set<(state: LiveState) => void>();
  private watched = "";
  private current: LiveState = "connecting";

  get state(): LiveState {
    return this.current;
  }

  /**
   * @param run whose events are wanted; null for those of the list alone
   * @returns ends the listening
   */
  listen(run: string | null, listener: Listener): () => void {
    this.listeners.set(listener, run);
    this.refresh();
    return () => {
      this.listeners.delete(listener);
      this.refresh();
    };
  }

  onState(listener: (state: LiveState) => void): () => void {
    this.stateListeners.add(listener);
    return () => {
      this.stateListeners.delete(listener);
    };
  }

  /** Views come and go together: one connection for all that changed in a turn. */
  private refresh(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const runs = [...new Set([...this.listeners.values()].filter((run) => run !== null))].sort();
      const watched = new URLSearchParams({ runs: runs.join(",") }).toString();
      if (this.source !== null && watched === this.watched) return;
      this.watched = watched;
      this.open();
    }, 0);
  }

  private open(): void {
    this.source?.close();
    const source = openStream(`${EVENTS_PATH}?${this.watched}`);
    this.source = source;
    source.onmessage = ({ data }: MessageEvent<string>) => {
      this.wait = FIRST_WAIT;
      this.setState("connected");
      const event = JSON.parse(data) as LiveEvent;
      for (const listener of this.listeners.keys()) listener(event);
    };
    source.onerror = () => {
      // The browser would come back by itself, but not after an answer that is an error, as a server gives that is
      // being restarted.
      source.close();
      if (this.source !== source) return;
      this.source = null;
      if (this.current !== "refused") this.setState("lost");
      void this.askWhy();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
    };
  }

  /** An event source doesn't say why it broke. */
  private async askWhy(): Promise<void> {
    // No answer is the usual case: the server is away.
    const answer = await fetch(RUNS_PATH, { method: "HEAD" }).catch(() => null);
    if (answer?.status === 401 && this.source === null) this.setState("refused");
  }

  private setState(state: LiveState): void {
    if (state === this.current) return;
    this.current = state;
    for (const listener of this.stateListeners) listener(state);
  }
}

export const liveEvents: LiveEvents = new LiveEvents();
