import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CheckpointError } from "../../../src/errors.ts";
import { modelConfigFromJson, modelConfigToJson } from "../../../src/model/model-config.ts";
import { parameterLayout } from "../../../src/model/parameters.ts";

/** See make_configs.py. */
interface Variant {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly means: {
    readonly heads: number;
    readonly kvHeads: number;
    readonly headDim: number;
    readonly activation: string;
    readonly epsilon: number;
    readonly positions: number;
    readonly tied: boolean;
    readonly rope: Readonly<Record<string, unknown>>;
    readonly rotated: number;
    readonly eos: number | readonly number[] | null;
    readonly bos: number | null;
    readonly pad: number | null;
    readonly fullAttention: boolean;
  };
}

const VARIANTS = JSON.parse(readFileSync(new URL("configs.json", import.meta.url), "utf8")) as Variant[];
/** Parts that the decoder doesn't have: biases but for Qwen2's, rotations of other kinds, attention to a window. */
const REFUSED = [
  "attention_bias (llama)",
  "attention_bias (qwen3)",
  "mlp_bias",
  "use_sliding_window",
  "layer_types with a window",
];

const ropeScaling = ({ rope_type: kind, ...rope }: Readonly<Record<string, unknown>>): unknown => {
  if (kind === "default") return undefined;
  if (kind === "linear" || kind === "dynamic") return { kind, factor: rope["factor"] };
  if (kind === "yarn")
    return {
      kind,
      factor: rope["factor"],
      fastTurns: 32,
      slowTurns: 1,
      truncated: true,
      attentionFactor: 0.1 * Math.log(Number(rope["factor"])) + 1,
      originalPositions: rope["original_max_position_embeddings"],
    };
  return {
    kind,
    factor: rope["factor"],
    lowFrequencyFactor: rope["low_freq_factor"],
    highFrequencyFactor: rope["high_freq_factor"],
    originalPositions: rope["original_max_position_embeddings"],
  };
};

test.each(VARIANTS.filter(({ name }) => !REFUSED.includes(name)))(
  "$name means what transformers makes of it",
  ({ config: json, shapes, means }) => {
    const config = modelConfigFromJson(json, "config.json");
    expect(means.fullAttention).toBe(true);
    expect(config).toMatchObject({
      heads: means.heads,
      kvHeads: means.kvHeads,
      headDim: means.headDim,
      activation: means.activation,
      rmsNormEpsilon: means.epsilon,
      maxPositions: means.positions,
      tiedEmbeddings: means.tied,
      ropeTheta: means.rope["rope_theta"],
      bosTokenId: means.bos,
      padTokenId: means.pad,
    });
    expect(config.ropeScaling).toEqual(ropeScaling(means.rope));
    expect(config.headDim).toBe(means.rotated);
    expect(config.eosTokenIds).toEqual(means.eos === null ? [] : [means.eos].flat());
    const ours = parameterLayout(config).filter(({ name }) => !/\.layers\.(?!0\.)/.test(name));
    expect(
      Object.fromEntries(ours.map(({ name, shape, transposed }) => [name, transposed ? shape.toReversed() : shape])),
    ).toEqual(shapes);
    expect(modelConfigFromJson(modelConfigToJson(config), "config.json")).toEqual(config);
  },
);

test.each(VARIANTS.filter(({ name }) => REFUSED.includes(name)))("$name is refused", ({ config }) => {
  expect(() => modelConfigFromJson(config, "config.json")).toThrow(CheckpointError);
});

test("all that is refused is there", () => {
  expect(VARIANTS.filter(({ name }) => REFUSED.includes(name))).toHaveLength(REFUSED.length);
});
