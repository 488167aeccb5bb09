import { describe, expect, it } from "vitest";
import { ShapeError } from "../errors.ts";
import { randomKey } from "../random.ts";
import { initialParameters, parameterCount, parameterLayout, parameterViews } from "./parameters.ts";
import { tinyConfig } from "./tiny-config.ts";

describe("parameterLayout", () => {
  it("lists every parameter in its fixed order, without gaps", () => {
    const layout = parameterLayout(tinyConfig({ layers: 1, attentionBias: true }));
    const at = "model.layers.0";
    expect(layout.map(({ name, shape, transposed, decay }) => [name, shape, transposed, decay])).toEqual([
      ["model.embed_tokens.weight", [11, 8], false, true],
      [`${at}.input_layernorm.weight`, [8], false, false],
      [`${at}.self_attn.q_proj.weight`, [8, 8], true, true],
      [`${at}.self_attn.q_proj.bias`, [8], false, false],
      [`${at}.self_attn.k_proj.weight`, [8, 4], true, true],
      [`${at}.self_attn.k_proj.bias`, [4], false, false],
      [`${at}.self_attn.v_proj.weight`, [8, 4], true, true],
      [`${at}.self_attn.v_proj.bias`, [4], false, false],
      [`${at}.self_attn.o_proj.weight`, [8, 8], true, true],
      [`${at}.post_attention_layernorm.weight`, [8], false, false],
      [`${at}.mlp.gate_proj.weight`, [8, 12], true, true],
      [`${at}.mlp.up_proj.weight`, [8, 12], true, true],
      [`${at}.mlp.down_proj.weight`, [12, 8], true, true],
      ["model.norm.weight", [8], false, false],
      ["lm_head.weight", [8, 11], true, true],
    ]);
    let next = 0;
    for (const { offset, size } of layout) {
      expect(offset).toBe(next);
      next += size;
    }
  });

  it("counts: 88 + 2 (8 + 64 + 32 + 32 + 64 + 8 + 3 * 96) + 8 + 88", () => {
    expect(parameterCount(tinyConfig())).toBe(1176);
    expect(parameterCount(tinyConfig({ tiedEmbeddings: true }))).toBe(1088);
    // q_norm and k_norm of width 2 in each of two layers.
    expect(parameterCount(tinyConfig({ qkNorm: true }))).toBe(1184);
  });
});

describe("parameterViews", () => {
  it("gives windows on the flat array", () => {
    const layout = parameterLayout(tinyConfig());
    const flat = new Float32Array(1176);
    parameterViews(flat, layout).get("lm_head.weight")![0] = 5;
    expect(flat[1176 - 88]).toBe(5);
    expect(() => parameterViews(flat.subarray(1), layout)).toThrow(ShapeError);
  });
});

describe("initialParameters", () => {
  const config = tinyConfig({ vocabSize: 200, hiddenSize: 64, headDim: 16, ffSize: 96, attentionBias: true });
  const views = parameterViews(initialParameters(config, randomKey(1)), parameterLayout(config));

  it("has the stated deviations, ones and zeros", () => {
    const deviation = (name: string): number => {
      const view = views.get(name)!;
      return Math.sqrt(view.reduce((sum, value) => sum + value * value, 0) / view.length);
    };
    const at = "model.layers.1";
    const within = (name: string, expected: number): void =>
      expect(Math.abs(deviation(name) / expected - 1)).toBeLessThan(0.05);
    within("model.embed_tokens.weight", 0.02);
    within(`${at}.self_attn.q_proj.weight`, 1 / 8);
    within("lm_head.weight", 1 / 8);
    // 2 layers: divided by sqrt(4).
    within(`${at}.self_attn.o_proj.weight`, 1 / 16);
    within(`${at}.mlp.down_proj.weight`, 1 / Math.sqrt(96) / 2);
    expect(new Set(views.get(`${at}.input_layernorm.weight`))).toEqual(new Set([1]));
    expect(new Set(views.get(`${at}.self_attn.q_proj.bias`))).toEqual(new Set([0]));
  });

  it("depends on the key only, and on each parameter's own name", () => {
    expect(initialParameters(config, randomKey(1))).toEqual(initialParameters(config, randomKey(1)));
    expect(initialParameters(config, randomKey(2))).not.toEqual(initialParameters(config, randomKey(1)));
    const deeper = tinyConfig({ ...config, layers: 3 });
    const deeperViews = parameterViews(initialParameters(deeper, randomKey(1)), parameterLayout(deeper));
    expect(deeperViews.get("lm_head.weight")).toEqual(views.get("lm_head.weight"));
  });
});
