import type { RunFolders } from "../run-folders.ts";
import { RequestError } from "../request-error.ts";
import { Quarantine } from "./quarantine.ts";
import { ReaderError } from "./reader-error.ts";
import type { ReaderQuestion } from "./reader-messages.ts";
import { ReaderProcess, type ReaderAnswer, type ReaderSettings } from "./reader-process.ts";

/** Readers that are kept. An index is 57 bytes a rollout and the texts, of which at most 768 MiB. */
const MOST_READERS = 3;
/** Seconds that a run waits for a place, where others are being read. */
const PLACE_SECONDS = 10;
const MEGABYTES = 2048;

interface Place {
  readonly reader: ReaderProcess;
  /** Answers under way. */
  busy: number;
}

/** The readers of completions: a process for each run, so that what one makes it do is no other's matter. */
export class RolloutReaders {
  private readonly quarantine = new Quarantine();
  private readonly places = new Map<string, Place>();
  /** Told when a reader has nothing to do any more. */
  private readonly wanting = new Set<() => void>();

  constructor(
    private readonly folders: RunFolders,
    private readonly settings: ReaderSettings,
  ) {}

  /**
   * @param seconds after which a reader that doesn't come forward is ended
   * @throws RequestError where there is no such run or too many are being read, RunError where it hangs, or did before
   */
  async ask(run: string, question: ReaderQuestion, seconds: number): Promise<ReaderAnswer> {
    const folder = this.folders.folderOf(run);
    this.quarantine.check(folder);
    const place = await this.takePlace(run);
    const { reader } = place;
    try {
      const { body, ...head } = await reader.ask(question, seconds);
      return { ...head, body: this.followed(body, place, folder) };
    } catch (error) {
      this.done(place, folder, error);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.places.values()].map(({ reader }) => reader.kill()));
    this.places.clear();
  }

  private async takePlace(run: string): Promise<Place> {
    for (const end = performance.now() + PLACE_SECONDS * 1000; ;) {
      const found = this.places.get(run);
      this.places.delete(run);
      if (found?.reader.alive === true) {
        // The last one is the one that was used last.
        this.places.set(run, found);
        found.busy++;
        return found;
      }
      if (this.places.size < MOST_READERS || this.endLeastUsed()) {
        const place = { reader: new ReaderProcess(this.settings, MEGABYTES), busy: 1 };
        this.places.set(run, place);
        return place;
      }
      const left = end - performance.now();
      if (left <= 0) throw new RequestError(503, "Completions of other runs are being read; try again in a moment.");
      await this.someoneDone(left);
    }
  }

  private someoneDone(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const tell = (): void => {
        clearTimeout(timer);
        this.wanting.delete(tell);
        resolve();
      };
      const timer = setTimeout(tell, milliseconds);
      this.wanting.add(tell);
    });
  }

  /** Whether there was one that nobody waits for. */
  private endLeastUsed(): boolean {
    const idle = [...this.places].find(([, { reader, busy }]) => busy === 0 || !reader.alive);
    if (idle === undefined) return false;
    this.places.delete(idle[0]);
    void idle[1].reader.kill();
    return true;
  }

  private done(place: Place, folder: string, error?: unknown): void {
    place.busy--;
    if (error instanceof ReaderError && !place.reader.alive) this.quarantine.add(folder, error);
    for (const tell of this.wanting) tell();
  }

  /** A body, and what becomes of its reader. */
  private followed(body: ReadableStream<Uint8Array>, place: Place, folder: string): ReadableStream<Uint8Array> {
    const pieces = body.getReader();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await pieces.read();
            if (!done) return controller.enqueue(value);
            controller.close();
            this.done(place, folder);
          } catch (error) {
            this.done(place, folder, error);
            throw error;
          }
        },
        cancel: async () => {
          this.done(place, folder);
          await pieces.cancel();
        },
      },
      { highWaterMark: 0 },
    );
  }
}
