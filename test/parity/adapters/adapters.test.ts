import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../../../src/graph/index.ts";
import { adapterFiles, readAdapter } from "../../../src/formats/adapter-files.ts";
import { loadCheckpoint } from "../../../src/formats/checkpoint.ts";
import { causalAttention, causalMask, createDecoder, decode, outputLogits } from "../../../src/model/decoder.ts";
import { adapterLayout, mergeAdapterInto, type LoraConfig } from "../../../src/model/lora.ts";
import { endTokenIds, type ModelConfig } from "../../../src/model/model-config.ts";
import { parameterLayout, parameterViews, type ParameterInfo } from "../../../src/model/parameters.ts";
import { readSafetensors, writeSafetensors } from "../../../src/formats/safetensors.ts";
import { writeFolderAtomically } from "../../../src/host/write-folder.ts";
import { engineFor, readFloats, type EngineTensor } from "../../../src/engine/index.ts";
import { batchInputs } from "../../../src/policy/gradients/training-batch.ts";
import { gradientName } from "../../../src/policy/local/trainable-weights.ts";
import { crossEntropyLoss } from "../../../src/losses/index.ts";
import { trainingGraph } from "../../../src/policy/gradients/training-graph.ts";
import { temporaryFolder } from "../../contracts/temporary-folder.ts";
import { largestDifference, relativeDistance, scoredSequences, type Expected } from "../expected.ts";

const engine = await engineFor("cpu");

const ADAPTERS = [
  ["llama-all", "llama"],
  ["qwen2-attention-rslora", "qwen2"],
] as const;

async function load(name: string, base: string) {
  const folder = new URL(`./${name}`, import.meta.url).pathname;
  const baseFolder = new URL(`../fixtures/${base}`, import.meta.url).pathname;
  const model = await loadCheckpoint(baseFolder);
  const adapter = await readAdapter(folder, model.config);
  const asked = JSON.parse(readFileSync(join(baseFolder, "expected.json"), "utf8")) as Expected;
  const expected = {
    ...asked,
    ...(JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Pick<Expected, "loss" | "logits">),
  };
  return { folder, model, adapter, expected };
}

function asInputs(flat: Float32Array, layout: readonly ParameterInfo[]): Record<string, EngineTensor> {
  const views = parameterViews(flat, layout);
  return Object.fromEntries(layout.map((info) => [info.name, engine.tensor(views.get(info.name)!, info.shape)]));
}

async function logitsOf(
  config: ModelConfig,
  weights: Record<string, EngineTensor>,
  ids: Expected["ids"],
  lora?: LoraConfig,
): Promise<Float32Array> {
  const decoder = createDecoder(config, { lora });
  const tokens = decoder.graph.input("tokens", ["B", "T"], "int64");
  const mask = decoder.graph.input("mask", ["T*G", "T"]);
  const { hidden } = decode(decoder, tokens, decoder.graph.constant([0], [1], "int64"), causalAttention(config, mask));
  const program = await engine.compile(compile(decoder.graph, { logits: outputLogits(decoder, hidden) }));
  const [time, group] = [ids[0]!.length, config.heads / config.kvHeads];
  const outputs = await program.run({
    ...weights,
    tokens: { data: BigInt64Array.from(ids.flat().map(BigInt)), dims: [ids.length, time] },
    mask: { data: causalMask(time, group), dims: [time * group, time] },
  });
  return readFloats(outputs, "logits");
}

describe.each(ADAPTERS)("%s against PEFT (make_adapters.py)", (name, base) => {
  test("logits agree to 1e-4, beside the base and merged into it", async () => {
    const { model, adapter, expected } = await load(name, base);
    const { config, parameters } = model;
    const beside = await logitsOf(
      config,
      {
        ...asInputs(parameters, parameterLayout(config)),
        ...asInputs(adapter.parameters, adapterLayout(config, adapter.lora)),
      },
      expected.ids,
      adapter.lora,
    );
    expect(largestDifference(beside, expected.logits, expected.attentionMask)).toBeLessThan(1e-4);
    const changed = parameters.slice();
    mergeAdapterInto(config, changed, adapter);
    const merged = await logitsOf(config, asInputs(changed, parameterLayout(config)), expected.ids);
    expect(largestDifference(merged, expected.logits, expected.attentionMask)).toBeLessThan(1e-4);
  });

  test("the loss and every gradient agree to 1e-3 relative, and the base has none", async () => {
    const { folder, model, adapter, expected } = await load(name, base);
    const { config, parameters } = model;
    const layout = adapterLayout(config, adapter.lora);
    const program = await engine.compile(trainingGraph({ config, lora: adapter.lora }, crossEntropyLoss));
    const outputs = await program.run({
      ...asInputs(parameters, parameterLayout(config)),
      ...asInputs(adapter.parameters, layout),
      ...batchInputs(scoredSequences(expected), config, 1),
    });
    expect((await readFloats(outputs, "loss"))[0]).toBeCloseTo(expected.loss, 3);
    const { tensors } = readSafetensors(readFileSync(join(folder, "gradients.safetensors")), "gradients.safetensors");
    expect(tensors.size).toBe(layout.length);
    for (const info of layout)
      expect(
        relativeDistance(
          await readFloats(outputs, gradientName(info.name)),
          tensors.get(`base_model.model.${info.name}`)!.data,
          info,
        ),
        info.name,
      ).toBeLessThan(1e-3);
    expect(Object.keys(outputs).filter((output) => output.startsWith("d:"))).toHaveLength(layout.length);
  });

  test("what is written is read back bit for bit, with PEFT's names and shapes", async () => {
    const { folder, model, adapter } = await load(name, base);
    const written = join(temporaryFolder(), "adapter");
    await writeFolderAtomically(written, adapterFiles(model.config, adapter));
    expect(await readAdapter(written, model.config)).toEqual({ ...adapter, base: resolve(adapter.base) });
    const shapes = (path: string) =>
      [...readSafetensors(readFileSync(join(path, "adapter_model.safetensors")), path).tensors.values()]
        .map((tensor) => [tensor.name, tensor.shape, [...tensor.data]] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1));
    expect(shapes(written)).toEqual(shapes(folder));
  });
});

test("a base of the hub is named as PEFT does, with its commit beside it", async () => {
  const { model, adapter } = await load("llama-all", "llama");
  const written = join(temporaryFolder(), "adapter");
  const pinned = { ...adapter, base: "hf:HuggingFaceTB/SmolLM2-135M@0123abcd" };
  await writeFolderAtomically(written, adapterFiles(model.config, pinned));
  expect(JSON.parse(readFileSync(join(written, "adapter_config.json"), "utf8"))).toMatchObject({
    base_model_name_or_path: "HuggingFaceTB/SmolLM2-135M",
    revision: "0123abcd",
  });
  expect(await readAdapter(written, model.config)).toEqual(pinned);
});

test("an adapter's folder is loaded as its base with the adapter written into it", async () => {
  const { folder, model, adapter } = await load("llama-all", "llama");
  const moved = join(temporaryFolder(), "adapter");
  const config = JSON.parse(readFileSync(join(folder, "adapter_config.json"), "utf8")) as Record<string, unknown>;
  mkdirSync(moved);
  writeFileSync(
    join(moved, "adapter_config.json"),
    JSON.stringify({ ...config, base_model_name_or_path: model.folder }),
  );
  writeFileSync(join(moved, "adapter_model.safetensors"), readFileSync(join(folder, "adapter_model.safetensors")));
  const loaded = await loadCheckpoint(moved);
  const changed = model.parameters.slice();
  mergeAdapterInto(model.config, changed, adapter);
  expect(loaded.parameters).toEqual(changed);
});

test("an adapter of another base is refused in one line that names the layer", async () => {
  const { folder } = await load("llama-all", "llama");
  const { model: other } = await load("qwen2-attention-rslora", "qwen2");
  await expect(readAdapter(folder, { ...other.config, hiddenSize: 16 })).rejects.toThrow(
    /to be an adapter of this base, got model\.layers\.0\.self_attn\.q_proj\.lora_A\.weight of shape \[4, 32\] instead of \[4, 16\]; use the base/,
  );
  await expect(readAdapter(folder, { ...other.config, layers: 1 })).rejects.toThrow(
    /to be an adapter of this base, got "base_model\.model\.model\.layers\.1\..*which the base has no layer for/,
  );
});

test.each([
  [{ peft_type: "IA3" }, /`peft_type` .* to be "LORA", got "IA3"/],
  [{ use_dora: true }, /`use_dora` .* to be false, got true; merge the adapter/],
  [{ rank_pattern: { q_proj: 8 } }, /`rank_pattern` .* to be absent/],
  [{ modules_to_save: ["lm_head"] }, /`modules_to_save` .* to be absent/],
  [{ target_modules: ["lm_head"] }, /`target_modules` .* to be a list of q_proj/],
  [{ target_modules: [] }, /`target_modules` .* to be a list of q_proj/],
  [{ target_modules: "" }, /`target_modules` .* to be a list of q_proj/],
  [{ r: 0 }, /`r` .* to be an integer from 1 to 4096, got 0/],
])("refuses %j", async (changes, message) => {
  const { folder, model } = await load("llama-all", "llama");
  const broken = temporaryFolder();
  const config = JSON.parse(readFileSync(join(folder, "adapter_config.json"), "utf8")) as Record<string, unknown>;
  writeFileSync(join(broken, "adapter_config.json"), JSON.stringify({ ...config, ...changes }));
  await expect(readAdapter(broken, model.config)).rejects.toThrow(message);
});

/** The adapter of all layers in a new folder, its configuration changed. */
async function changedAdapter(changes: object) {
  const { folder, model, adapter } = await load("llama-all", "llama");
  const moved = temporaryFolder();
  const config = JSON.parse(readFileSync(join(folder, "adapter_config.json"), "utf8")) as Record<string, unknown>;
  const json = { ...config, base_model_name_or_path: model.folder, ...changes };
  writeFileSync(join(moved, "adapter_config.json"), JSON.stringify(json));
  writeFileSync(join(moved, "adapter_model.safetensors"), readFileSync(join(folder, "adapter_model.safetensors")));
  return { moved, model, adapter };
}

describe("as its trainer saved it", () => {
  test.each([
    [".*\\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"],
    ["(a+)+$"],
    [["self_attn.q_proj", "self_attn.k_proj", "mlp.up_proj", "mlp.gate_proj", "v_proj", "o_proj", "down_proj"]],
  ])("targets %j: the tensors say which layers", async (targets) => {
    const { moved, model, adapter } = await changedAdapter({ target_modules: targets });
    expect((await readAdapter(moved, model.config)).parameters).toEqual(adapter.parameters);
  });

  test("layers without stay as they are where a pattern chose the others", async () => {
    const { moved, model } = await changedAdapter({ target_modules: ".*q_proj", layers_to_transform: [1] });
    const path = join(moved, "adapter_model.safetensors");
    const all = [...readSafetensors(readFileSync(path), path).tensors.values()];
    writeFileSync(path, writeSafetensors(all.filter(({ name }) => /layers\.1\..*q_proj/.test(name))));
    const { config } = model;
    const { parameters: loadedParameters } = await loadCheckpoint(moved);
    const changed = model.parameters.map((value, i) => value - (loadedParameters[i] ?? Number.NaN));
    const touched = parameterLayout(config).filter(({ offset, size }) =>
      changed.subarray(offset, offset + size).some((value) => value !== 0),
    );
    expect(touched.map(({ name }) => name)).toEqual(["model.layers.1.self_attn.q_proj.weight"]);
  });

  test("names of another day, and a config beside it without weights", async () => {
    const { moved, model, adapter } = await changedAdapter({});
    const path = join(moved, "adapter_model.safetensors");
    const all = [...readSafetensors(readFileSync(path), path).tensors.values()];
    const named = all.map((tensor) => ({
      ...tensor,
      name: tensor.name
        .replace("base_model.model.", "base_model.model._orig_mod.")
        .replace(".weight", ".default.weight"),
    }));
    writeFileSync(path, writeSafetensors(named));
    writeFileSync(join(moved, "config.json"), readFileSync(join(model.folder, "config.json")));
    const changed = model.parameters.slice();
    mergeAdapterInto(model.config, changed, adapter);
    expect((await loadCheckpoint(moved)).parameters).toEqual(changed);
  });

  test("the tokenizer and the template beside it count", async () => {
    const { moved, model } = await changedAdapter({});
    const json = model.tokenizer.json as { readonly added_tokens: readonly { readonly content: string }[] };
    writeFileSync(join(moved, "chat_template.jinja"), "{{ messages[0].content }}");
    writeFileSync(join(moved, "special_tokens_map.json"), JSON.stringify({ eos_token: json.added_tokens[0]!.content }));
    const { config, tokenizer } = await loadCheckpoint(moved);
    expect(tokenizer.config["chat_template"]).toBe("{{ messages[0].content }}");
    expect(endTokenIds(config)).toContain(tokenizer.tokenToId(json.added_tokens[0]!.content));
  });

  test.each([
    [
      "/content/drive/MyDrive/base",
      /Expected the base of the adapter .*"\/content\/drive\/MyDrive\/base", got no such file or folder; .*name the base behind the adapter/,
    ],
    ["no-such-base", /base of the adapter/],
  ])("a base that isn't here: %s", async (base, message) => {
    const { moved } = await changedAdapter({ base_model_name_or_path: base });
    await expect(loadCheckpoint(moved)).rejects.toThrow(message);
  });

  test("a file of PyTorch is named for what it is", async () => {
    const { moved } = await changedAdapter({});
    renameSync(join(moved, "adapter_model.safetensors"), join(moved, "adapter_model.bin"));
    await expect(loadCheckpoint(moved)).rejects.toThrow(/got .*adapter_model\.bin alone, a file of PyTorch/);
  });
});
