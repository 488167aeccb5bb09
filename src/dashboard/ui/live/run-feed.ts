import { sumOf } from "../../../numbers/sum.ts";
import type { LiveEvent, RunDetail, RunSteps } from "../../api.ts";
import type { RunFigures } from "../../../figures/index.ts";
import { ApiFailure, getJson, runPath } from "./api-client.ts";
import { liveEvents } from "./live-events.ts";

const RETRY_AFTER = 1000;
/** Redrawing more often would show nothing more. */
const TELL_EVERY = 200;

/**
 * A run as the page holds it: loaded once, then kept up with. Its columns grow in place and nothing older is held; a
 * run that does steps again loses those first.
 */
export class RunFeed {
  detail: RunDetail | null = null;
  failure: ApiFailure | null = null;
  /** Counts the changes. */
  version = 0;

  private readonly abort = new AbortController();
  private readonly stopListening: () => void;
  private readonly listeners = new Set<() => void>();
  private busy = false;
  private again = false;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly run: string) {
    this.stopListening = liveEvents.listen(run, (event) => this.hear(event));
    void this.load();
  }

  get figures(): RunFigures {
    return this.detail ?? { metrics: [], fit: [], evaluations: [] };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.stopListening();
    this.abort.abort();
    clearTimeout(this.telling);
    clearTimeout(this.retry);
    this.listeners.clear();
  }

  private hear(event: LiveEvent): void {
    const { detail } = this;
    if (event.kind === "hello") void this.load();
    if (event.kind !== "run" || event.id !== this.run || detail === null) return;
    if (event.state !== detail.state) this.change({ state: event.state });
    if (
      event.mark !== detail.mark ||
      event.evaluations !== detail.evaluations.length ||
      event.lastStep !== lastStep(detail)
    )
      void this.load();
  }

  /**
   * Loads the run, or what is new of it. One request at a time: what is asked for meanwhile is asked for once more
   * after it.
   */
  private async load(): Promise<void> {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    clearTimeout(this.retry);
    try {
      do {
        this.again = false;
        if (this.detail === null) this.change(await getJson<RunDetail>(runPath(this.run), this.abort.signal));
        else
          this.apply(
            await getJson<RunSteps>(
              `${runPath(this.run, "steps")}?${new URLSearchParams({ after: String(lastStep(this.detail)), mark: this.detail.mark })}`,
              this.abort.signal,
            ),
          );
        this.failure = null;
      } while (this.again && !this.abort.signal.aborted);
    } catch (error) {
      if (this.abort.signal.aborted) return;
      this.failure = error instanceof ApiFailure ? error : new ApiFailure(String(error), 0);
      this.tell();
      // A server that is away is heard of by `hello`; one that can't read the run just now is asked again.
      this.retry = setTimeout(() => void this.load(), RETRY_AFTER);
    } finally {
      this.busy = false;
    }
  }

  private apply({ after, mark, metrics, fit, evaluations, states, warnings }: RunSteps): void {
    const { detail } = this;
    if (detail === null) return;
    extend(detail.metrics as RunDetail["metrics"][number][], metrics, after);
    extend(detail.fit as RunDetail["fit"][number][], fit, after);
    const steps = Math.max(detail.metrics.length, detail.fit.length);
    const rollouts = sumOf(detail.metrics, (step) => step.rollouts);
    this.change({ mark, evaluations, states, warnings, steps, rollouts, updated: Date.now() });
  }

  private change(fields: Partial<RunDetail>): void {
    this.detail = { ...(this.detail as RunDetail), ...fields };
    this.tell();
  }

  private tell(): void {
    this.telling ??= setTimeout(
      () => {
        this.telling = undefined;
        this.version++;
        for (const listener of this.listeners) listener();
      },
      this.version === 0 ? 0 : TELL_EVERY,
    );
  }
}

/** The last step that the page holds; -1 where it has none. */
function lastStep({ metrics, fit }: RunDetail): number {
  return (metrics.at(-1) ?? fit.at(-1))?.step ?? -1;
}

/** Takes away what is void, and adds what is new. */
function extend<Row extends { readonly step: number }>(held: Row[], rows: readonly Row[], after: number): void {
  let end = held.length;
  while (end > 0 && (held[end - 1] as Row).step > after) end--;
  held.length = end;
  for (const row of rows) held.push(row);
}
