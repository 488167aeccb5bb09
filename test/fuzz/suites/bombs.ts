import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCheckpoint } from "../../../src/formats/checkpoint.ts";
import { joined } from "../damage-bytes.ts";
import type { FuzzSuite } from "../fuzz-suite.ts";
import { entry, ggufWith, u32, u64 } from "../gguf-file.ts";
import { mustEqual, saveSmallModel, SMALL_PARAMETERS } from "../small-model.ts";

type Bomb = readonly [what: string, file: string, content: () => Uint8Array | string];

const MEGABYTE = 2 ** 20;
const text = (bytes: number): string => "x".repeat(bytes);
const INDEX = "model.safetensors.index.json";

/** Files that are small, or as large as is allowed, and would cost many times their size. */
const BOMBS: readonly Bomb[] = [
  ["never closed", "config.json", () => "[".repeat(MEGABYTE)],
  ["too large", "config.json", () => `{"a":"${text(2 * MEGABYTE)}"}`],
  ["never closed", "tokenizer.json", () => "[".repeat(32 * MEGABYTE)],
  ["full of objects", "tokenizer.json", () => `[${"{},".repeat(11 * MEGABYTE)}{}]`],
  ["with a large text", "tokenizer.json", () => `{"model":"${text(31 * MEGABYTE)}"}`],
  [
    "with distant ids",
    "tokenizer.json",
    () =>
      JSON.stringify({
        model: { type: "BPE", vocab: { a: 0, b: 4_194_303 }, merges: [] },
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: null,
        decoder: null,
      }),
  ],
  [
    "with a large pattern",
    "tokenizer.json",
    () =>
      JSON.stringify({
        model: { type: "BPE", vocab: { a: 0 }, merges: [] },
        added_tokens: [],
        normalizer: { type: "Replace", pattern: { Regex: `(${text(MEGABYTE)})` }, content: "" },
        pre_tokenizer: null,
        decoder: null,
      }),
  ],
  [
    "with as many objects as are allowed",
    "tokenizer.json",
    () =>
      `{"model":{"type":"BPE","vocab":{"a":0},"merges":[${'["a","a"],'.repeat(MEGABYTE - 8)}["a","a"]]},"added_tokens":[]}`,
  ],
  ["never closed", "tokenizer_config.json", () => '{"a":'.repeat(MEGABYTE)],
  ["never closed", INDEX, () => "[".repeat(8 * MEGABYTE)],
  [
    "with many files",
    INDEX,
    () =>
      JSON.stringify({
        weight_map: Object.fromEntries(Array.from({ length: 150_000 }, (_, i) => [`t${i}`, `f${i}.safetensors`])),
      }),
  ],
  ["never closed", "model.safetensors", () => safetensors("[".repeat(8 * MEGABYTE - 8))],
  [
    "with many tensors",
    "model.safetensors",
    () =>
      safetensors(
        `{${Array.from({ length: 120_000 }, (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join(",")}}`,
      ),
  ],
  ["with a header that is too large", "model.safetensors", () => safetensors(`{"a":"${text(9 * MEGABYTE)}"}`)],
  ["with a header of 2^40 bytes", "model.safetensors", () => joined(u64(2n ** 40n), new Uint8Array(100))],
  ["with a million texts that aren't there", "model.gguf", () => gguf(1, 0, key("a"), u32(9), u32(8), u64(1_000_000))],
  ["with ten million tensors that aren't there", "model.gguf", () => gguf(0, 10_000_000)],
  ["with a hundred thousand keys that aren't there", "model.gguf", () => gguf(100_000, 0)],
  [
    "with arrays in arrays",
    "model.gguf",
    () => gguf(1, 0, key("a"), ...Array.from({ length: 4 }, () => joined(u32(9), u64(1))), new Uint8Array(MEGABYTE)),
  ],
  [
    "with two million numbers",
    "model.gguf",
    () => gguf(1, 0, key("a"), u32(9), u32(0), u64(2 * MEGABYTE), new Uint8Array(2 * MEGABYTE)),
  ],
  [
    "with three million numbers",
    "model.gguf",
    () => gguf(1, 0, key("a"), u32(9), u32(0), u64(3 * MEGABYTE), new Uint8Array(3 * MEGABYTE)),
  ],
  [
    "with two million empty texts",
    "model.gguf",
    () => gguf(1, 0, key("a"), u32(9), u32(8), u64(2 * MEGABYTE), new Uint8Array(16 * MEGABYTE)),
  ],
  ["with a text of 2^40 bytes", "model.gguf", () => gguf(1, 0, key("a"), u32(8), u64(2n ** 40n), new Uint8Array(100))],
  [
    "with a text of 16 MB",
    "model.gguf",
    () => gguf(1, 0, key("a"), u32(8), u64(16 * MEGABYTE), Buffer.alloc(16 * MEGABYTE, "x")),
  ],
  [
    "that never ends its header",
    "model.gguf",
    () =>
      gguf(
        60_000,
        0,
        ...Array.from({ length: 4 }, (_, i) =>
          joined(key(`k${i}`), u32(8), u64(12 * MEGABYTE), Buffer.alloc(12 * MEGABYTE, "x")),
        ),
      ),
  ],
  [
    "with two pieces of 4 MB",
    "model.gguf",
    () =>
      ggufWith([
        entry("tokenizer.ggml.model", "llama"),
        entry("tokenizer.ggml.tokens", ["a", "b", "c", "d", text(4 * MEGABYTE), text(4 * MEGABYTE - 1)]),
      ]),
  ],
  [
    "with 30,000 long pieces",
    "model.gguf",
    () =>
      ggufWith([
        entry("tokenizer.ggml.model", "llama"),
        entry(
          "tokenizer.ggml.token_type",
          Array.from({ length: 30_000 }, () => 1),
        ),
        entry(
          "tokenizer.ggml.tokens",
          Array.from({ length: 30_000 }, (_, i) => `${text(120)}${i}`),
        ),
      ]),
  ],
];

/** One bomb after the other; the first case is the model as it is. */
export async function makeSuite(folder: string): Promise<FuzzSuite> {
  const [whole, model] = [join(folder, "whole"), join(folder, "model")];
  await saveSmallModel(whole);
  const files = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  return {
    cases: BOMBS.length + 1,
    warmUp: 1,
    async damage(_random, what, index) {
      await mkdir(model, { recursive: true });
      const [name, file, content] = BOMBS[index - 1] ?? ["as it is", "README.md", () => ""];
      what.push(`${file} ${name}`);
      for (const kept of files)
        if (kept !== "model.safetensors" || file !== INDEX) await copyFile(join(whole, kept), join(model, kept));
      const path = join(model, file);
      await writeFile(path, content());
      return async () =>
        mustEqual((await loadCheckpoint(file.endsWith(".gguf") ? path : model)).parameters, SMALL_PARAMETERS);
    },
  };
}

function safetensors(header: string): Uint8Array {
  return joined(u64(header.length), Buffer.from(header));
}

function key(name: string): Uint8Array {
  return joined(u64(name.length), Buffer.from(name));
}

function gguf(keys: number, tensors: number, ...rest: readonly Uint8Array[]): Uint8Array {
  return joined(Buffer.from("GGUF"), u32(3), u64(tensors), u64(keys), ...rest);
}
