import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/graph/index.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { causalAttention, causalMask, createDecoder, decode, outputLogits } from "../../src/model/decoder.ts";
import { parameterLayout, parameterViews } from "../../src/model/parameters.ts";
import { readSafetensors } from "../../src/formats/safetensors.ts";
import { createSession, inputTensor } from "../../src/engine/index.ts";
import { batchInputs } from "../../src/policy/gradients/training-batch.ts";
import { gradientName } from "../../src/policy/local/trainable-weights.ts";
import { crossEntropyGraph } from "../../src/policy/gradients/training-graph.ts";
import { largestDifference, relativeDistance, scoredSequences, type Expected } from "./expected.ts";

const MODELS = [
  "llama",
  "llama-mqa-tied-relu",
  "llama-llama3-rope",
  "llama-llama3-rope-untied",
  "llama-linear-rope",
  "qwen2",
  "qwen2-untied",
  "qwen3",
  "qwen3-tied",
];

async function load(name: string) {
  const folder = new URL(`./fixtures/${name}/`, import.meta.url);
  const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Expected;
  const { config, parameters } = await loadCheckpoint(folder.pathname);
  const layout = parameterLayout(config);
  const views = parameterViews(parameters, layout);
  const weights = Object.fromEntries(layout.map((info) => [info.name, inputTensor(views.get(info.name)!, info.shape)]));
  return { folder, expected, config, layout, weights };
}

describe.each(MODELS)("%s against transformers on PyTorch (make_fixtures.py)", (name) => {
  test("logits agree to 1e-4", async () => {
    const { expected, config, weights } = await load(name);
    const decoder = createDecoder(config);
    const tokens = decoder.graph.input("tokens", ["B", "T"], "int64");
    const mask = decoder.graph.input("mask", ["T*G", "T"]);
    const { hidden } = decode(
      decoder,
      tokens,
      decoder.graph.constant([0], [1], "int64"),
      causalAttention(config, mask),
    );
    const session = await createSession(compile(decoder.graph, { logits: outputLogits(decoder, hidden) }));
    const time = expected.ids[0]!.length;
    const group = config.heads / config.kvHeads;
    const ids = BigInt64Array.from(expected.ids.flat().map(BigInt));
    const outputs = await session.run({
      ...weights,
      tokens: inputTensor(ids, [2, time]),
      mask: inputTensor(causalMask(time, group), [time * group, time]),
    });
    const logits = outputs["logits"]!.data as Float32Array;
    expect(largestDifference(logits, expected.logits, expected.attentionMask)).toBeLessThan(1e-4);
  });

  test("the loss and every gradient agree to 1e-3 relative", async () => {
    const { folder, expected, config, layout, weights } = await load(name);
    const sequences = scoredSequences(expected);
    const session = await createSession(crossEntropyGraph({ config }));
    const { advantages: _a, oldLogprobs: _o, refLogprobs: _r, ...inputs } = batchInputs(sequences, config, 1);
    const outputs = await session.run({ ...weights, ...inputs });
    expect((outputs["loss"]!.data as Float32Array)[0]).toBeCloseTo(expected.loss, 3);
    const gradients = readSafetensors(
      readFileSync(new URL("gradients.safetensors", folder)),
      "gradients.safetensors",
    ).tensors;
    for (const info of layout) {
      const reference = gradients.get(info.name)!.data;
      const ours = outputs[gradientName(info.name)]!.data as Float32Array;
      expect(ours.length, info.name).toBe(reference.length);
      expect(relativeDistance(ours, reference, info), info.name).toBeLessThan(1e-3);
    }
  });
});
