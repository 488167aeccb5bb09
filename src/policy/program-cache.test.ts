import { expect, test } from "vitest";
import type { Engine, ModelSpec } from "../engine/index.ts";
import { ProgramCache } from "./program-cache.ts";

/** A graph that is told from others by its one output. */
function graphOf(name: string): ModelSpec {
  const outputs = [{ name, type: "float32", shape: [] }] as const;
  return { nodes: [], constants: [], inputs: [], outputs, shapes: new Map() };
}

/** A cache, and what is told of its programs: those compiled by name, those disposed of after a minus. */
function cacheOf(most?: number): {
  readonly cache: ProgramCache;
  readonly get: (name: string) => Promise<unknown>;
  readonly told: string[];
} {
  const told: string[] = [];
  const engine: Engine = {
    device: "none",
    isApart: false,
    copiesInputs: false,
    hasFloat16: () => Promise.resolve(true),
    compile: ({ outputs }) => {
      const { name } = outputs[0]!;
      told.push(name);
      return Promise.resolve({
        run: () => Promise.resolve({}),
        endProfiling: () => undefined,
        dispose: () => Promise.resolve(void told.push(`-${name}`)),
      });
    },
    tensor: () => expect.unreachable(),
    zeros: () => expect.unreachable(),
    dispose: () => Promise.resolve(),
  };
  const cache = new ProgramCache(engine, {}, most);
  return { cache, told, get: (name) => cache.get(name, () => graphOf(name)) };
}

test("a program is compiled once", async () => {
  const { get, told } = cacheOf();
  const first = await get("a");
  for (const name of ["b", "c", "b"]) await get(name);
  expect(await get("a")).toBe(first);
  expect(told).toEqual(["a", "b", "c"]);
});

test("it is compiled once for two who ask at the same time", async () => {
  const { get, told } = cacheOf();
  await Promise.all([get("a"), get("a"), get("b")]);
  expect(told).toEqual(["a", "b"]);
});

test("where few are kept, the one that was asked for longest ago goes before another comes", async () => {
  const { get, told } = cacheOf(2);
  for (const name of ["a", "b", "a", "c", "a", "b"]) await get(name);
  expect(told).toEqual(["a", "b", "-b", "c", "-c", "b"]);
});

test("one at a time", async () => {
  const { get, told } = cacheOf(1);
  for (const name of ["a", "a", "b", "a"]) await get(name);
  expect(told).toEqual(["a", "-a", "b", "-b", "a"]);
});

test("one that is dropped, or that couldn't be compiled, is compiled when it is asked for again", async () => {
  const { cache, get, told } = cacheOf();
  await get("a");
  await cache.drop("a");
  await cache.drop("never asked for");
  await get("a");
  const broken = (): never => {
    throw new Error("no such operator");
  };
  await expect(cache.get("b", broken)).rejects.toThrow("no such operator");
  await get("b");
  await cache.dispose();
  expect(told).toEqual(["a", "-a", "a", "b", "-a", "-b"]);
});

test("one that couldn't be compiled takes no other's place", async () => {
  const { cache, get, told } = cacheOf(2);
  await get("a");
  await expect(cache.get("broken", () => Promise.reject(new Error("no memory")))).rejects.toThrow("no memory");
  for (const name of ["b", "a"]) await get(name);
  expect(told).toEqual(["a", "b"]);
});
