import type { ModelConfig } from "../../model/model-config.ts";
import { DEFAULT_DEVICE, isApart } from "../../engine/index.ts";
import type { Recompute } from "../../model/decoder.ts";
import { parameterCount } from "../../model/parameters.ts";

const LARGE_FROM = 8_000_000;
/** Completions that are written at once, by worker. */
const SLOTS = { small: 256, large: 64 } as const;

/**
 * Whether a model's matrix products are large enough for several threads, and its weights too many for several copies.
 */
export function isLarge(config: ModelConfig): boolean {
  return parameterCount(config) >= LARGE_FROM;
}

/** How a model is put to work. */
export interface PolicySize {
  readonly workers: number;
  /** Of the engine, in each worker. */
  readonly threads: number;
  /** Completions that are written at once, over all workers. */
  readonly slots: number;
  /**
   * Weights become constants of the graph that writes, anew after each update: packing them once pays by the second
   * token.
   */
  readonly frozen: boolean;
  /**
   * What is not at work gives its memory back: without an adapter, the graphs that write while gradients are computed,
   * and the other way round.
   */
  readonly lean: boolean;
}

/** What a model's gradients compute once more: what is asked for, and what memory asks for where it counts. */
export function recomputation(asked: boolean, { lean }: Pick<PolicySize, "lean">): Recompute | undefined {
  if (asked) return "full";
  return lean ? "selective" : undefined;
}

/**
 * On a device of its own a model has one worker, whatever its size: one thread of a process may use it. On the CPU a
 * small model has workers of one thread each (docs/decisions/0001), a large one a single worker of as many threads.
 */
export function policySize(config: ModelConfig, cores: number, device: string = DEFAULT_DEVICE): PolicySize {
  if (isApart(device)) return { workers: 1, threads: 1, slots: SLOTS.small, frozen: false, lean: false };
  if (isLarge(config)) return { workers: 1, threads: cores, slots: SLOTS.large, frozen: true, lean: true };
  if (device !== DEFAULT_DEVICE) return { workers: 1, threads: cores, slots: SLOTS.small, frozen: true, lean: false };
  return { workers: cores, threads: 1, slots: SLOTS.small * cores, frozen: false, lean: false };
}
