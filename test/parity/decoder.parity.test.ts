import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/graph/index.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { causalAttention, causalMask, createDecoder, decode, outputLogits } from "../../src/model/decoder.ts";
import { parameterLayout, parameterViews } from "../../src/model/parameters.ts";
import { readSafetensors } from "../../src/formats/safetensors.ts";
import { engineFor, readFloats } from "../../src/engine/index.ts";
import { batchInputs } from "../../src/policy/gradients/training-batch.ts";
import { gradientName } from "../../src/policy/local/trainable-weights.ts";
import { crossEntropyLoss } from "../../src/losses/index.ts";
import { trainingGraph } from "../../src/policy/gradients/training-graph.ts";
import { largestDifference, relativeDistance, scoredSequences, type Expected } from "./expected.ts";

const engine = await engineFor("cpu");

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
  "qwen2-yarn-rope",
  "llama-yarn-rope",
  "llama-dynamic-rope",
];

async function load(name: string) {
  const folder = new URL(`./fixtures/${name}/`, import.meta.url);
  const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Expected;
  const { config, parameters } = await loadCheckpoint(folder.pathname);
  const layout = parameterLayout(config);
  const views = parameterViews(parameters, layout);
  const weights = Object.fromEntries(
    layout.map((info) => [info.name, engine.tensor(views.get(info.name)!, info.shape)]),
  );
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
    const program = await engine.compile(compile(decoder.graph, { logits: outputLogits(decoder, hidden) }));
    const time = expected.ids[0]!.length;
    const group = config.heads / config.kvHeads;
    const ids = BigInt64Array.from(expected.ids.flat().map(BigInt));
    const outputs = await program.run({
      ...weights,
      tokens: { data: ids, dims: [2, time] },
      mask: { data: causalMask(time, group), dims: [time * group, time] },
    });
    const logits = await readFloats(outputs, "logits");
    expect(largestDifference(logits, expected.logits, expected.attentionMask)).toBeLessThan(1e-4);
  });

  test("the loss and every gradient agree to 1e-3 relative", async () => {
    const { folder, expected, config, layout, weights } = await load(name);
    const sequences = scoredSequences(expected);
    const program = await engine.compile(trainingGraph({ config }, crossEntropyLoss));
    const outputs = await program.run({ ...weights, ...batchInputs(sequences, config, 1) });
    expect((await readFloats(outputs, "loss"))[0]).toBeCloseTo(expected.loss, 3);
    const gradients = readSafetensors(
      readFileSync(new URL("gradients.safetensors", folder)),
      "gradients.safetensors",
    ).tensors;
    for (const info of layout) {
      const reference = gradients.get(info.name)!.data;
      const ours = await readFloats(outputs, gradientName(info.name));
      expect(ours.length, info.name).toBe(reference.length);
      expect(relativeDistance(ours, reference, info), info.name).toBeLessThan(1e-3);
    }
  });
});
