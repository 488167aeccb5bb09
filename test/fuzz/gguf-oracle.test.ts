import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gguf } from "@huggingface/gguf";
import { afterAll, expect, test } from "vitest";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { BLOCK_FORMATS } from "../../src/formats/gguf/dequantize.ts";
import { readGgufHeader } from "../../src/formats/gguf/gguf-header.ts";
import { saveGguf } from "../../src/formats/gguf/save-gguf.ts";
import { RandomStream, randomKey, splitKey } from "../../src/random.ts";
import { damagedGguf } from "./damage-gguf.ts";
import { smallGguf } from "./gguf-file.ts";

const folder = mkdtempSync(join(tmpdir(), "aha-gguf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Reading {
  /** The value under a key. */
  readonly get: (key: string) => unknown;
  readonly keys: readonly string[];
  readonly tensors: readonly object[];
}

async function ours(path: string): Promise<Omit<Reading, "keys">> {
  const file = await open(path, "r");
  try {
    const { get, tensors } = await readGgufHeader(file, path);
    return {
      get,
      tensors: [...tensors.values()].map(({ name, shape, format, begin }) => ({
        name,
        shape,
        format: format.name,
        begin,
      })),
    };
  } finally {
    await file.close();
  }
}

/** The library gives 64-bit integers as bigints, lengths from the fastest, and three numbers of the header as keys. */
async function theirs(path: string): Promise<Reading> {
  const { metadata, tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true });
  const values = metadata as Record<string, unknown>;
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    return typeof value === "bigint" ? Number(value) : value;
  };
  return {
    get: (key) => plain(values[key]),
    keys: Object.keys(values).filter((key) => !["version", "tensor_count", "kv_count"].includes(key)),
    tensors: tensorInfos.map(({ name, shape, dtype, offset }) => ({
      name,
      shape: shape.map(Number).toReversed(),
      format: BLOCK_FORMATS.get(dtype)!.name,
      begin: Number(tensorDataOffset + offset),
    })),
  };
}

function expectSame(found: Omit<Reading, "keys">, expected: Reading, what: string): void {
  expect(found.tensors, what).toEqual(expected.tensors);
  for (const key of expected.keys) expect(found.get(key), `${what}: ${key}`).toEqual(expected.get(key));
}

test.each(["llama", "llama-linear-rope", "llama-q8", "llama31", "other-rope", "qwen2", "qwen3"])(
  "%s.gguf says what the hub's library reads",
  async (name) => {
    const path = new URL(`../parity/gguf/${name}.gguf`, import.meta.url).pathname;
    const expected = await theirs(path);
    expect(expected.keys.length).toBeGreaterThan(10);
    expectSame(await ours(path), expected, name);
  },
);

test.each(["llama-llama3-rope", "llama-linear-rope", "qwen2", "qwen3"])(
  "so does the file that is written of %s",
  async (name) => {
    const path = join(folder, "written.gguf");
    await saveGguf(path, {
      ...(await loadCheckpoint(new URL(`../parity/fixtures/${name}`, import.meta.url).pathname)),
      name,
      type: "F16",
    });
    const expected = await theirs(path);
    expect(expected.keys.length).toBeGreaterThan(20);
    expectSame(await ours(path), expected, name);
  },
);

test("so do all of 1,000 damaged files that are accepted", async () => {
  const path = join(folder, "damaged.gguf");
  const whole = smallGguf();
  let accepted = 0;
  for (let index = 0; index < 1000; index++) {
    const what: string[] = [];
    writeFileSync(path, damagedGguf(whole, new RandomStream(splitKey(randomKey(4), "gguf-oracle", index)), what));
    const found = await ours(path).catch(() => null);
    // The library makes a key of this name the prototype of its metadata.
    if (found === null || what.includes("the key __proto__ more")) continue;
    accepted++;
    expectSame(found, await theirs(path), what.join("; "));
  }
  expect(accepted).toBeGreaterThan(100);
});
