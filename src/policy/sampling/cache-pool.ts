import { noteGarbage } from "../../host/collect-garbage.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { KeyValueCache } from "./kv-cache.ts";

/** Bytes of a cache that is kept. */
const MOST_KEPT = 128 * 2 ** 20;

/** Caches that go from one sampling job to the next, so that their memory is taken once. For one job at a time. */
export class CachePool {
  private readonly kept = new Map<number, KeyValueCache>();

  constructor(private readonly config: ModelConfig) {}

  /** An empty cache with so many slots at least. @param deck the place of who takes it in its job */
  take(deck: number, slots: number): KeyValueCache {
    const kept = this.kept.get(deck);
    if (kept !== undefined && kept.slots >= slots) {
      kept.empty();
      return kept;
    }
    const cache = new KeyValueCache(this.config, slots);
    this.kept.set(deck, cache);
    noteGarbage(kept?.bytes ?? 0);
    return cache;
  }

  /** A job has ended: what is too large to be kept goes. */
  trim(): void {
    this.drop(({ bytes }) => bytes > MOST_KEPT);
  }

  /** Everything goes. */
  clear(): void {
    this.drop(() => true);
  }

  private drop(goes: (cache: KeyValueCache) => boolean): void {
    for (const [deck, cache] of this.kept) {
      if (!goes(cache)) continue;
      this.kept.delete(deck);
      noteGarbage(cache.bytes);
    }
  }
}
