import { noteGarbage } from "../../host/collect-garbage.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { KeyValueCache } from "./kv-cache.ts";

/** Bytes of a cache that is kept. */
const MOST_KEPT = 128 * 2 ** 20;

/** Caches that go from one sampling job to the next, so that their memory is taken once. For one job at a time. */
export class CachePool {
  private readonly kept = new Map<string, KeyValueCache>();

  constructor(private readonly config: ModelConfig) {}

  /** An empty cache with so many slots at least. */
  take(name: string, slots: number): KeyValueCache {
    const kept = this.kept.get(name);
    if (kept !== undefined && kept.slots >= slots) {
      kept.empty();
      return kept;
    }
    const cache = new KeyValueCache(this.config, slots);
    this.kept.set(name, cache);
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
    for (const [name, cache] of this.kept) {
      if (!goes(cache)) continue;
      this.kept.delete(name);
      noteGarbage(cache.bytes);
    }
  }
}
