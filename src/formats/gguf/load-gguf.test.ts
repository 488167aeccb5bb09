import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entry, ggufBytes, ggufWith, smallGguf, u32, u64, type GgufParts } from "../../../test/fuzz/gguf-file.ts";
import { SMALL, SMALL_PARAMETERS } from "../../../test/fuzz/small-model.ts";
import { CheckpointError } from "../../errors.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { loadGguf } from "./load-gguf.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "aha-gguf-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function load(bytes: Uint8Array): Promise<Checkpoint> {
  const path = join(folder, "m.gguf");
  writeFileSync(path, bytes);
  return loadGguf(path);
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const error: unknown = await load(bytes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CheckpointError);
  return (error as Error).message;
}

/** The small model with another format in the description of its first tensor. */
function withFormat(format: number): GgufParts {
  const whole = smallGguf();
  return {
    ...whole,
    tensors: whole.tensors.map((record, i) =>
      i === 0 ? record.map((piece) => (piece.kind === "format" ? { ...piece, bytes: u32(format) } : piece)) : record,
    ),
  };
}

test("a file as converters write it", async () => {
  const { config, parameters, tokenizer } = await load(ggufBytes(smallGguf()).bytes);
  // The file has 1e-6 in 32 bits; what it stands for is read.
  expect(config).toEqual(SMALL);
  expect(parameters).toEqual(SMALL_PARAMETERS);
  expect(tokenizer.encode("ab a1<|end|>")).toEqual([3, 4, 1, 5, 0]);
});

test("a text of 3 MB is read whole, at any place, and a byte order mark stays one", async () => {
  const template = `\ufeff${"x".repeat(3_000_000)}\u4e2d`;
  expect((await load(ggufWith([entry("tokenizer.chat_template", template)]))).tokenizer.config["chat_template"]).toBe(
    template,
  );
});

describe("is refused in one line", () => {
  test.each([
    [
      10,
      /tensor "token_embd\.weight" in ".*m\.gguf" to have one of the types F32, F16, Q4_0, .*, BF16, got "Q2_K"; convert it to one of them\.$/,
    ],
    [23, /tensor "token_embd\.weight" .* got "IQ4_XS"; convert it/],
    [77, /tensor "token_embd\.weight" .* got 77; convert it/],
    [2, /rows of a multiple of 32 numbers, as Q4_0 has them in blocks, got 4/],
  ])("numbers of type %d", async (format, message) =>
    expect(await refusal(ggufBytes(withFormat(format)).bytes)).toMatch(message),
  );

  test.each([
    [
      "another architecture",
      ggufWith([entry("general.architecture", "mamba")]),
      /the architecture of .*m\.gguf to be one of llama, qwen2, qwen3, got "mamba"; use a model with one of them\.$/,
    ],
    [
      "no epsilon",
      ggufWith([], ["llama.attention.layer_norm_rms_epsilon"]),
      /`llama\.attention\.layer_norm_rms_epsilon` in the metadata of .*m\.gguf, got none/,
    ],
    [
      "partly rotated heads",
      ggufWith([entry("llama.rope.dimension_count", 1)]),
      /`llama\.rope\.dimension_count` .* the width of a head, 2, got 1/,
    ],
    [
      "another scaling",
      ggufWith([entry("llama.rope.scaling.type", "longrope")]),
      /`rope\.scaling\.type` .* none, linear or yarn, got "longrope"/,
    ],
    [
      "a broken alignment",
      ggufWith([entry("general.alignment", Number.NaN, true)]),
      /`general\.alignment` .* a power of two up to 1048576, got NaN/,
    ],
    [
      "a key twice",
      ggufBytes({ ...smallGguf(), metadata: [...smallGguf().metadata.slice(1), entry("general.alignment", 32)] }).bytes,
      /every key once at byte \d+, got "general\.alignment"/,
    ],
    [
      "long pieces",
      ggufWith([
        entry("tokenizer.ggml.model", "llama"),
        entry("tokenizer.ggml.tokens", ["a", "b", "c", "d", "e", "x".repeat(129)]),
      ]),
      /texts of at most 128 characters, got 129/,
    ],
    [
      "the other byte order",
      Buffer.concat([Buffer.from("GGUF"), Buffer.of(0, 0, 0, 3), u64(0)]),
      /version 2 or 3 in little-endian order, got "?one in big-endian order/,
    ],
    [
      "version 1",
      Buffer.concat([Buffer.from("GGUF"), u32(1), u64(0), u64(0)]),
      /got version 1; convert the model again/,
    ],
    ["no GGUF", Buffer.from("PK\u0003\u0004 and more"), /to be a GGUF file, got one that begins otherwise/],
    ["nothing", Buffer.of(), /4 more bytes at byte 0, got 0/],
  ])("%s", async (_, bytes, message) => expect(await refusal(bytes)).toMatch(message));
});

describe("scaled positions, as llama.cpp reads them", () => {
  const factor = (value: number): ReturnType<typeof entry> => entry("llama.rope.scaling.factor", value, true);
  test.each([
    ["a factor without a kind is linear", [factor(4)], { kind: "linear", factor: 4 }],
    ["linear", [entry("llama.rope.scaling.type", "linear"), factor(2)], { kind: "linear", factor: 2 }],
    ["the older name", [entry("llama.rope.scale_linear", 8, true)], { kind: "linear", factor: 8 }],
    ["none, whatever the factor", [entry("llama.rope.scaling.type", "none"), factor(4)], undefined],
    ["0 is none", [factor(0)], undefined],
  ])("%s", async (_, records, expected) =>
    expect((await load(ggufWith(records))).config.ropeScaling).toEqual(expected),
  );
});
