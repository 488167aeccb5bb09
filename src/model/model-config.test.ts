import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CheckpointError } from "../errors.ts";
import { checkModelConfig, modelConfigFromJson, modelConfigToJson } from "./model-config.ts";
import { tinyConfig } from "./tiny-config.ts";

const LLAMA = { ...modelConfigToJson(tinyConfig()) };
const read = (changes: object): unknown => modelConfigFromJson({ ...LLAMA, ...changes }, "config.json");

describe("modelConfigFromJson", () => {
  it.each([
    tinyConfig(),
    tinyConfig({ attentionBias: true, tiedEmbeddings: true, eosTokenIds: [3, 4], padTokenId: 0 }),
    tinyConfig({ qkNorm: true, headDim: 16, bosTokenId: 1, eosTokenIds: [2], activation: "relu2" }),
  ])("reads what modelConfigToJson writes: %#", (config) => {
    expect(modelConfigFromJson(JSON.parse(JSON.stringify(modelConfigToJson(config))), "config.json")).toEqual(config);
  });

  it("fills in what the architectures leave out", () => {
    const { head_dim: _, rope_theta: __, num_key_value_heads: ___, ...rest } = LLAMA;
    expect(modelConfigFromJson(rest, "config.json")).toMatchObject({ headDim: 2, ropeTheta: 10_000, kvHeads: 4 });
    expect(read({ rope_parameters: { rope_type: "default", rope_theta: 5e5 } })).toMatchObject({ ropeTheta: 5e5 });
    expect(read({ pad_token_id: -1, rope_scaling: null })).toMatchObject({ padTokenId: null });
  });

  it.each([
    [
      { architectures: ["GPT2LMHeadModel"] },
      /`architectures` .* one of \[LlamaForCausalLM\], \[Qwen2ForCausalLM\], \[Qwen3ForCausalLM\], .*got \["GPT2LMHeadModel"\]/,
    ],
    [{ hidden_size: 0 }, /`hidden_size` in config\.json to be an integer from 1 to 65536, got 0/],
    [{ vocab_size: 1e12 }, /`vocab_size`/],
    [{ num_hidden_layers: "2" }, /`num_hidden_layers` .* got "2"/],
    [{ num_key_value_heads: 3 }, /multiple of the key-value heads, got 4 and 3/],
    [{ head_dim: 3 }, /even head dimension in config\.json, got 3/],
    [{ hidden_act: "gelu" }, /`hidden_act` .* one of silu, relu, relu2, got "gelu"/],
    [{ rms_norm_eps: -1 }, /`rms_norm_eps`/],
    [
      { rope_scaling: { rope_type: "longrope", factor: 4 } },
      /`rope_type` in `rope_scaling` of config.json to be one of default, linear, llama3/,
    ],
    [{ rope_parameters: { rope_type: "llama3" } }, /`factor` in `rope_parameters` of/],
    [
      {
        rope_scaling: {
          rope_type: "llama3",
          factor: 8,
          low_freq_factor: 4,
          high_freq_factor: 1,
          original_max_position_embeddings: 8192,
        },
      },
      /`high_freq_factor` .* over `low_freq_factor`, 4/,
    ],
    [{ rope_scaling: { type: "linear", factor: 0 } }, /`factor` .* a number from 1/],
    [{ rope_scaling: "linear" }, /`rope_scaling` .* an object/],
    [{ rope_parameters: { rope_theta: 0 } }, /`rope_theta` in `rope_parameters` of config.json to be a number from 1/],
    [{ attention_bias: true }, /`attention_bias`/],
    [{ mlp_bias: true }, /`mlp_bias`/],
    [{ use_sliding_window: true, max_window_layers: 0 }, /`use_sliding_window`/],
    [
      { quantization_config: { quant_method: "gptq" } },
      /`quantization_config` .* absent, got an object; use the model as it was before/,
    ],
    [{ layer_types: ["sliding_attention", "full_attention"] }, /`layer_types`/],
    [{ eos_token_id: 11 }, /`eos_token_id` .* token ids from 0 to 10, got 11/],
    [{ tie_word_embeddings: 1 }, /`tie_word_embeddings` .* true or false, got 1/],
    [{ hidden_size: 65_536, num_hidden_layers: 1024, intermediate_size: 2 ** 20 }, /at most 2147483648 parameters/],
  ])("refuses %j", (changes, message) => {
    expect(() => read(changes)).toThrow(CheckpointError);
    expect(() => read(changes)).toThrow(message);
  });

  it("reads no inherited fields", () => {
    const json: unknown = JSON.parse(`{"__proto__": ${JSON.stringify(LLAMA)}}`);
    expect(() => modelConfigFromJson(json, "config.json")).toThrow(/`architectures`/);
  });

  it("gives a config that passes its own check, or a CheckpointError, for any value of a field", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(LLAMA)), fc.jsonValue(), (field, value) => {
        try {
          const config = modelConfigFromJson({ ...LLAMA, [field]: value }, "config.json");
          expect(checkModelConfig(config, "config.json")).toBe(config);
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
      }),
      { numRuns: 2000 },
    );
    expect(() => modelConfigFromJson([], "config.json")).toThrow(CheckpointError);
  });
});
