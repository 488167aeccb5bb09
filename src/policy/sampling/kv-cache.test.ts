import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tinyConfig } from "../../model/tiny-config.ts";
import { KeyValueCache } from "./kv-cache.ts";

const config = tinyConfig({ layers: 2, heads: 2, kvHeads: 2, headDim: 3 });
const WIDTH = config.layers * 2 * config.kvHeads * config.headDim;
const HIDDEN = Math.fround(-1e9);

/** Rows of the graph's output: number `from`, `from` + 1, ... in order. */
function row(from: number): Float32Array {
  return Float32Array.from({ length: WIDTH }, (_, i) => from + i);
}

/** The keys or values of one slot and head as the step graph reads them: [room][headDim], and the slot's mask. */
function shown(cache: KeyValueCache, slots: number, slot: number) {
  const inputs = cache.asInputs(slots);
  const room = inputs["mask"]!.dims[3]!;
  const read = (name: string, head: number): number[][] => {
    const start = (slot * config.kvHeads + head) * room * config.headDim;
    const data = Array.from(inputs[name]!.data as Float32Array).slice(start, start + room * config.headDim);
    return Array.from({ length: room }, (_, i) => data.slice(i * config.headDim, (i + 1) * config.headDim));
  };
  const mask = Array.from(inputs["mask"]!.data as Float32Array).slice(slot * room, (slot + 1) * room);
  return { room, read, mask, dims: inputs["keys.0"]!.dims };
}

describe("the cache of keys and values", () => {
  test("a row of the graph goes by layer, keys before values, by head", () => {
    const cache = new KeyValueCache(config, 2);
    cache.reserve(1, 0);
    cache.clear(1);
    cache.write(1, 4, Float32Array.from([...row(500), ...row(100)]), 1);
    const { room, read, mask, dims } = shown(cache, 2, 1);
    // Room comes in steps of 16.
    expect(room).toBe(16);
    expect(dims).toEqual([2, 2, 16, 3]);
    // Twelve numbers a layer: keys of head 0, of head 1, then values.
    expect(read("keys.0", 0)[4]).toEqual([100, 101, 102]);
    expect(read("keys.0", 1)[4]).toEqual([103, 104, 105]);
    expect(read("values.0", 0)[4]).toEqual([106, 107, 108]);
    expect(read("values.1", 1)[4]).toEqual([121, 122, 123]);
    expect(mask).toEqual(Array.from({ length: 16 }, (_, i) => (i === 4 ? 0 : HIDDEN)));
  });

  test("the inputs are the same objects while nothing changed their size", () => {
    const cache = new KeyValueCache(config, 4);
    cache.reserve(10, 0);
    const first = cache.asInputs(3);
    expect(cache.asInputs(3)).toBe(first);
    expect(cache.asInputs(2)).not.toBe(first);
    cache.reserve(17, 3);
    expect(cache.asInputs(2)["mask"]!.dims).toEqual([2, 1, 1, 32]);
    cache.shrink(3, 2);
    expect(cache.asInputs(2)["mask"]!.dims).toEqual([2, 1, 1, 16]);
  });

  test("any order of writing, moving, growing, shrinking and copying keeps what each slot holds", () => {
    const SLOTS = 3;
    const slot = fc.integer({ min: 0, max: SLOTS - 1 });
    const action = fc.oneof(
      fc.record({ kind: fc.constant("write" as const), slot }),
      fc.record({ kind: fc.constant("move" as const), slot, to: slot }),
      fc.record({ kind: fc.constant("clear" as const), slot }),
      fc.record({ kind: fc.constant("reserve" as const), positions: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant("shrink" as const) }),
      fc.record({ kind: fc.constant("copy" as const), slot, to: slot }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        let cache = new KeyValueCache(config, SLOTS);
        let held: number[][] = Array.from({ length: SLOTS }, () => []);
        cache.reserve(1, 0);
        actions.forEach((one, at) => {
          if (one.kind === "write") {
            const position = held[one.slot]!.length;
            cache.reserve(position + 1, SLOTS);
            cache.write(one.slot, position, row(at * 100), 0);
            held[one.slot]!.push(at * 100);
          } else if (one.kind === "move") {
            cache.move(one.slot, one.to);
            held[one.to] = [...held[one.slot]!];
          } else if (one.kind === "clear") {
            cache.clear(one.slot);
            held[one.slot] = [];
          } else if (one.kind === "reserve") {
            cache.reserve(one.positions, SLOTS);
          } else if (one.kind === "shrink") {
            cache.shrink(Math.max(1, ...held.map(({ length }) => length)), SLOTS);
          } else {
            // Into another cache with another room; the others of its slots stay empty.
            const other = new KeyValueCache(config, SLOTS);
            other.reserve(held[one.slot]!.length + 20, 0);
            other.copyFrom(cache, one.slot, one.to, held[one.slot]!.length);
            held = held.map((_, i) => (i === one.to ? [...held[one.slot]!] : []));
            cache = other;
          }
        });
        held.forEach((rows, i) => {
          const { read, mask } = shown(cache, SLOTS, i);
          expect(mask.slice(0, rows.length)).toEqual(rows.map(() => 0));
          expect(mask.slice(rows.length).every((value) => value === HIDDEN)).toBe(true);
          rows.forEach((from, position) => {
            expect(read("keys.0", 1)[position]![0]).toBe(from + 3);
            expect(read("values.1", 0)[position]![2]).toBe(from + 20);
          });
        });
      }),
    );
  });
});
