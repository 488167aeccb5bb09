import { mkdtemp, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointError, TokenizerError } from "../errors.ts";
import { randomKey } from "../random.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { narrowFloats, widenFloats } from "./float-types.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { initialParameters, parameterLayout, parameterViews } from "../model/parameters.ts";
import { readSafetensors, writeSafetensors, type NamedTensor } from "./safetensors.ts";
import { tinyConfig } from "../model/tiny-config.ts";
import { loadTokenizer } from "../tokenizer/tokenizer.ts";
import { createWordTokenizer } from "../tokenizer/word-tokenizer.ts";

const tokenizer = loadTokenizer(createWordTokenizer(["one", "two", "three"], ["<pad>", "<eos>"]));
const config: ModelConfig = tinyConfig({ vocabSize: 5, eosTokenIds: [1], padTokenId: 0 });
const parameters = initialParameters(config, randomKey(1));

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "aha-checkpoint-"));
  folder = join(parent, "model");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe("saveCheckpoint and loadCheckpoint", () => {
  it.each([
    ["llama", {}],
    ["llama, tied, one key-value head", { tiedEmbeddings: true, kvHeads: 1, activation: "relu2" as const }],
    ["qwen2", { attentionBias: true, eosTokenIds: [1, 2] }],
    ["qwen3", { qkNorm: true, headDim: 6, bosTokenId: 2 }],
  ])("return the same bits: %s", async (_, changes) => {
    const changed = tinyConfig({ ...config, ...changes });
    const saved = initialParameters(changed, randomKey(2));
    saved[0] = -0;
    await saveCheckpoint(folder, { config: changed, parameters: saved, tokenizer });
    const loaded = await loadCheckpoint(folder);
    expect(loaded.config).toEqual(changed);
    expect(new Uint32Array(loaded.parameters.buffer)).toEqual(new Uint32Array(saved.buffer));
    expect(loaded.tokenizer.json["model"]).toEqual(tokenizer.json["model"]);
    const first = await readFile(join(folder, "model.safetensors"));
    await saveCheckpoint(folder, loaded);
    expect((await readFile(join(folder, "model.safetensors"))).equals(first)).toBe(true);
    expect(await readdir(parent)).toEqual(["model"]);
  });

  it.each([
    ["F16", "float16"],
    ["BF16", "bfloat16"],
  ] as const)("round to %s where asked to", async (type, name) => {
    await saveCheckpoint(folder, { config, parameters, tokenizer, type });
    const expected = widenFloats(type, narrowFloats(type, parameters));
    expect(expected).not.toEqual(parameters);
    expect((await loadCheckpoint(folder)).parameters).toEqual(expected);
    expect(JSON.parse(await readFile(join(folder, "config.json"), "utf8"))).toMatchObject({ torch_dtype: name });
    const huge = parameters.slice();
    huge[3] = 3.4e38;
    await expect(saveCheckpoint(folder, { config, parameters: huge, tokenizer, type })).rejects.toThrow(
      new RegExp(`numbers in model\\.embed_tokens\\.weight that ${type} can hold, got 3\\.4`),
    );
  });

  it("write linear weights as [out, in]", async () => {
    await saveCheckpoint(folder, { config, parameters, tokenizer, extraFiles: new Map([["README.md", "# A model"]]) });
    const { tensors } = readSafetensors(await readFile(join(folder, "model.safetensors")), "model.safetensors");
    const gate = tensors.get("model.layers.0.mlp.gate_proj.weight")!;
    const inside = parameterViews(parameters, parameterLayout(config)).get(gate.name)!;
    expect(gate.shape).toEqual([config.ffSize, config.hiddenSize]);
    expect(gate.data[1]).toBe(inside[config.ffSize]);
    expect((await readdir(folder)).toSorted()).toEqual([
      "README.md",
      "config.json",
      "generation_config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
  });

  it("leave a folder alone that holds something else", async () => {
    await mkdir(folder);
    await writeFile(join(folder, "thesis.txt"), "text");
    await expect(saveCheckpoint(folder, { config, parameters, tokenizer })).rejects.toThrow(
      /new, empty or of the same files, got "thesis.txt"/,
    );
    expect(await readdir(parent)).toEqual(["model"]);
  });

  it("refuse to save what could not be loaded", async () => {
    const broken = parameters.slice();
    broken[7] = Number.NaN;
    await expect(saveCheckpoint(folder, { config, parameters: broken, tokenizer })).rejects.toThrow(
      /model.embed_tokens.weight .* 1 of 40 that are NaN/,
    );
    await expect(saveCheckpoint(folder, { config, parameters: broken.subarray(1), tokenizer })).rejects.toThrow(
      CheckpointError,
    );
    const small = tinyConfig({ ...config, vocabSize: 4 });
    await expect(
      saveCheckpoint(folder, { config: small, parameters: initialParameters(small, randomKey(0)), tokenizer }),
    ).rejects.toThrow(TokenizerError);
    expect(await readdir(parent)).toEqual([]);
  });
});

describe("loadCheckpoint", () => {
  const weights = (): string => join(folder, "model.safetensors");
  beforeEach(() => saveCheckpoint(folder, { config, parameters, tokenizer }));

  async function rewriteWeights(change: (tensors: Map<string, NamedTensor>) => void): Promise<void> {
    const tensors = new Map(readSafetensors(await readFile(weights()), "w").tensors);
    change(tensors);
    await writeFile(weights(), writeSafetensors(tensors.values()));
  }
  async function rewriteJson(name: string, changes: object): Promise<void> {
    const json = JSON.parse(await readFile(join(folder, name), "utf8")) as object;
    await writeFile(join(folder, name), JSON.stringify({ ...json, ...changes }));
  }

  it.each([
    ["config.json", /a folder without config\.json; correct the name\.$/],
    ["tokenizer.json", /tokenizer\.json, got no such file/],
  ])("names a missing %s", async (name, message) => {
    await rm(join(folder, name));
    const error: unknown = await loadCheckpoint(folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(message);
  });

  it("says that there are no weights, or a folder in their place", async () => {
    await rm(weights());
    await expect(loadCheckpoint(folder)).rejects.toThrow(
      /model\.safetensors, or model\.safetensors\.index\.json beside its shards, got neither/,
    );
    await mkdir(weights());
    await expect(loadCheckpoint(folder)).rejects.toThrow(/model\.safetensors to be a file, got a folder/);
  });

  describe("in several files", () => {
    const index = (): string => `${weights()}.index.json`;
    const shard = (number: number): string => `model-0000${number}-of-00002.safetensors`;
    let places: Record<string, string>;

    beforeEach(async () => {
      const { tensors } = readSafetensors(await readFile(weights()), "weights");
      const all = [...tensors.values()];
      const halves = [all.slice(0, 7), all.slice(7)];
      for (const [i, half] of halves.entries()) await writeFile(join(folder, shard(i + 1)), writeSafetensors(half));
      places = Object.fromEntries(halves.flatMap((half, i) => half.map(({ name }) => [name, shard(i + 1)])));
      await rm(weights());
      await writeFile(index(), JSON.stringify({ metadata: {}, weight_map: places }));
    });

    it("gives the same weights", async () => {
      expect((await loadCheckpoint(folder)).parameters).toEqual(parameters);
    });

    it("names a missing shard", async () => {
      await rm(join(folder, shard(2)));
      await expect(loadCheckpoint(folder)).rejects.toThrow(
        /model-00002-of-00002\.safetensors, one of 2 files with weights .* got no such file/,
      );
    });

    it.each([
      ["{}", /`weight_map`/],
      ["[", /to hold JSON/],
      [JSON.stringify({ weight_map: { a: "../model.safetensors" } }), /plain names/],
      [JSON.stringify({ weight_map: { a: 3 } }), /plain names/],
    ])("refuses the index %s", async (text, message) => {
      await writeFile(index(), text);
      await expect(loadCheckpoint(folder)).rejects.toThrow(message);
    });

    it("refuses a tensor in another shard than the index says", async () => {
      const [name] = Object.keys(places);
      await writeFile(index(), JSON.stringify({ weight_map: { ...places, [name!]: shard(2) } }));
      await expect(loadCheckpoint(folder)).rejects.toThrow(
        /model-00002-of-00002\.safetensors, as .* has it, got it in .*model-00001/,
      );
    });
  });

  it("does without tokenizer_config.json and generation_config.json", async () => {
    await rm(join(folder, "tokenizer_config.json"));
    await rm(join(folder, "generation_config.json"));
    expect((await loadCheckpoint(folder)).parameters).toEqual(parameters);
  });

  it("takes a chat template from a file of its own before that of tokenizer_config.json, and saves it there", async () => {
    await rewriteJson("tokenizer_config.json", { chat_template: "old" });
    await writeFile(join(folder, "chat_template.jinja"), "{{ messages }}\n");
    const loaded = await loadCheckpoint(folder);
    expect(loaded.tokenizer.config["chat_template"]).toBe("{{ messages }}\n");
    await saveCheckpoint(join(parent, "copy"), loaded);
    expect((await loadCheckpoint(join(parent, "copy"))).tokenizer.config).toEqual(loaded.tokenizer.config);
    await rm(join(folder, "chat_template.jinja"));
    await mkdir(join(folder, "chat_template.jinja"));
    await expect(loadCheckpoint(folder)).rejects.toThrow(/chat_template\.jinja to be a file, got a folder/);
  });

  it("ends at the tokens of config.json and of generation_config.json", async () => {
    await rewriteJson("generation_config.json", { eos_token_id: [3, 1] });
    expect((await loadCheckpoint(folder)).config.eosTokenIds).toEqual([1, 3]);
    await rewriteJson("generation_config.json", { eos_token_id: 4 });
    expect((await loadCheckpoint(folder)).config.eosTokenIds).toEqual([1, 4]);
    await rewriteJson("generation_config.json", { eos_token_id: [5] });
    await expect(loadCheckpoint(folder)).rejects.toThrow(
      /`eos_token_id` in .*generation_config\.json to be token ids from 0 to 4/,
    );
    await writeFile(join(folder, "generation_config.json"), "[]");
    await expect(loadCheckpoint(folder)).rejects.toThrow(/generation_config\.json to hold a JSON object/);
  });

  it("refuses a truncated weight file at any length", async () => {
    const whole = await readFile(weights());
    for (let length = 0; length < whole.length; length += 97) {
      await writeFile(weights(), whole.subarray(0, length));
      await expect(loadCheckpoint(folder)).rejects.toThrow(CheckpointError);
    }
    await writeFile(weights(), whole);
    await truncate(weights(), whole.length - 1);
    await expect(loadCheckpoint(folder)).rejects.toThrow(/model\.safetensors/);
  });

  it("names a tensor of the wrong shape, with both shapes", async () => {
    await rewriteWeights((tensors) => {
      const name = "model.layers.1.self_attn.k_proj.weight";
      tensors.set(name, { name, shape: [8, 4], data: tensors.get(name)!.data });
    });
    await expect(loadCheckpoint(folder)).rejects.toThrow(
      /Expected model\.layers\.1\.self_attn\.k_proj\.weight .* shape \[4, 8\], got \[8, 4\]/,
    );
  });

  it("names missing and unexpected tensors", async () => {
    await rewriteWeights((tensors) => tensors.delete("model.norm.weight"));
    await expect(loadCheckpoint(folder)).rejects.toThrow(/to hold model\.norm\.weight, got a file without/);
    await rewriteWeights((tensors) => {
      tensors.set("model.norm.weight", { name: "model.norm.weight", shape: [8], data: new Float32Array(8) });
      tensors.set("model.extra", { name: "model.extra", shape: [1], data: new Float32Array(1) });
    });
    await expect(loadCheckpoint(folder)).rejects.toThrow(/got also "model\.extra"/);
  });

  it("says how many weights of which tensor aren't finite", async () => {
    await rewriteWeights((tensors) => {
      tensors.get("model.layers.0.mlp.up_proj.weight")!.data.fill(Number.NaN, 2, 5)[9] = Number.POSITIVE_INFINITY;
    });
    await expect(loadCheckpoint(folder)).rejects.toThrow(
      /model\.layers\.0\.mlp\.up_proj\.weight .* 4 of 96 that are NaN or infinite/,
    );
  });

  it("takes a tied model with a copy of its embeddings, and no other", async () => {
    const tied = tinyConfig({ ...config, tiedEmbeddings: true });
    await saveCheckpoint(folder, { config: tied, parameters: initialParameters(tied, randomKey(3)), tokenizer });
    const copy = (tensors: Map<string, NamedTensor>): NamedTensor => ({
      ...tensors.get("model.embed_tokens.weight")!,
      name: "lm_head.weight",
    });
    await rewriteWeights((tensors) => tensors.set("lm_head.weight", copy(tensors)));
    expect((await loadCheckpoint(folder)).config.tiedEmbeddings).toBe(true);
    await rewriteWeights((tensors) => tensors.set("lm_head.weight", { ...copy(tensors), data: new Float32Array(40) }));
    await expect(loadCheckpoint(folder)).rejects.toThrow(/lm_head\.weight .* tied/);
  });

  it("refuses damaged JSON, and a tokenizer with more ids than the model", async () => {
    await rewriteJson("tokenizer.json", createWordTokenizer(["1", "2", "3", "4", "5"], ["<eos>"]));
    await expect(loadCheckpoint(folder)).rejects.toThrow(TokenizerError);
    await writeFile(join(folder, "config.json"), "{");
    await expect(loadCheckpoint(folder)).rejects.toThrow(/config\.json to hold JSON/);
  });
});
