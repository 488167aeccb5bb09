import { describe, expect, test } from "vitest";
import { tinyConfig } from "../../model/tiny-config.ts";
import { CachePool } from "./cache-pool.ts";

const config = tinyConfig({ layers: 1, heads: 1, kvHeads: 1, headDim: 2 });

describe("caches that go from job to job", () => {
  test("one with enough slots comes again, empty; a larger one takes its place", () => {
    const pool = new CachePool(config);
    const first = pool.take(0, 4);
    first.reserve(20, 0);
    expect(pool.take(1, 4)).not.toBe(first);
    const again = pool.take(0, 3);
    expect(again).toBe(first);
    // Room for what comes now, not for what was.
    again.reserve(1, 0);
    expect(again.asInputs(3)["mask"]!.dims).toEqual([3, 1, 1, 16]);
    const larger = pool.take(0, 5);
    expect(larger).not.toBe(first);
    expect(pool.take(0, 4)).toBe(larger);
  });

  test("what is large goes at the end of a job, everything when asked", () => {
    const pool = new CachePool(config);
    const [small, large] = [pool.take(0, 1), pool.take(1, 2 ** 15)];
    small.reserve(1, 0);
    // 32,768 slots of 256 positions with 5 numbers each.
    large.reserve(256, 0);
    expect(large.bytes).toBe(2 ** 15 * 256 * 5 * 4);
    pool.trim();
    expect(pool.take(1, 1)).not.toBe(large);
    expect(pool.take(0, 1)).toBe(small);
    pool.clear();
    expect(pool.take(0, 1)).not.toBe(small);
  });
});
