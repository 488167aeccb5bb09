"""
Writes what transformers makes of config.json files as they are found in the wild, so that ours means the same.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0 transformers==5.23.0
    venv/bin/python test/parity/configs/make_configs.py

configs.json: for each variant its config.json; `shapes`, the names and shapes of the model that transformers makes of it; and
`means`, what decides its numbers. Where a model has other parts, or attention to a window, `means` says so and ours must refuse.
Models with more than two billion parameters have fewer layers. The same for the same versions.
"""

import json
import pathlib
import tempfile

import torch
from transformers import AutoConfig, AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent
R1_QWEN = dict(
    architectures=["Qwen2ForCausalLM"], attention_dropout=0.0, bos_token_id=151643, eos_token_id=151643, hidden_act="silu", hidden_size=1536, initializer_range=0.02,
    intermediate_size=8960, max_position_embeddings=131072, max_window_layers=21, model_type="qwen2", num_attention_heads=12, num_hidden_layers=28, num_key_value_heads=2,
    rms_norm_eps=1e-06, rope_theta=10000, sliding_window=4096, tie_word_embeddings=False, torch_dtype="bfloat16", transformers_version="4.44.0", use_cache=True, use_mrope=False,
    use_sliding_window=False, vocab_size=151936,
)
LLAMA3_ROPE = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192, rope_type="llama3")
R1_LLAMA = dict(
    architectures=["LlamaForCausalLM"], attention_bias=False, attention_dropout=0.0, bos_token_id=128000, eos_token_id=128001, hidden_act="silu", hidden_size=4096, initializer_range=0.02,
    intermediate_size=14336, max_position_embeddings=131072, mlp_bias=False, model_type="llama", num_attention_heads=32, num_hidden_layers=2, num_key_value_heads=8, pretraining_tp=1,
    rms_norm_eps=1e-05, rope_scaling=LLAMA3_ROPE, rope_theta=500000.0, tie_word_embeddings=False, torch_dtype="bfloat16", transformers_version="4.43.0.dev0", use_cache=True, vocab_size=128256,
)
LLAMA32 = {**R1_LLAMA, **dict(hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, head_dim=64, tie_word_embeddings=True, eos_token_id=[128001, 128008, 128009], rope_scaling={**LLAMA3_ROPE, "factor": 32.0})}
QWEN25 = {**R1_QWEN, **dict(hidden_size=896, intermediate_size=4864, num_attention_heads=14, num_hidden_layers=24, max_position_embeddings=32768, rope_theta=1000000.0, sliding_window=32768, tie_word_embeddings=True, eos_token_id=151645)}
QWEN3 = dict(
    architectures=["Qwen3ForCausalLM"], attention_bias=False, attention_dropout=0.0, bos_token_id=151643, eos_token_id=151645, head_dim=128, hidden_act="silu", hidden_size=1024, initializer_range=0.02,
    intermediate_size=3072, max_position_embeddings=40960, max_window_layers=28, model_type="qwen3", num_attention_heads=16, num_hidden_layers=28, num_key_value_heads=8, rms_norm_eps=1e-06,
    rope_scaling=None, rope_theta=1000000, sliding_window=None, tie_word_embeddings=True, torch_dtype="bfloat16", transformers_version="4.51.0", use_cache=True, use_sliding_window=False, vocab_size=151936,
)
SMOLLM2 = {
    "architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 576,
    "initializer_range": 0.041666666666666664, "intermediate_size": 1536, "is_llama_config": True, "max_position_embeddings": 8192, "mlp_bias": False, "model_type": "llama", "num_attention_heads": 9,
    "num_hidden_layers": 30, "num_key_value_heads": 3, "pad_token_id": 2, "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_interleaved": False, "rope_scaling": None, "rope_theta": 100000,
    "tie_word_embeddings": True, "torch_dtype": "bfloat16", "transformers.js_config": {"kv_cache_dtype": {"q4f16": "float16", "fp16": "float16"}}, "transformers_version": "4.42.3", "use_cache": True, "vocab_size": 49152,
}
TINYLLAMA = dict(
    architectures=["LlamaForCausalLM"], attention_bias=False, bos_token_id=1, eos_token_id=2, hidden_act="silu", hidden_size=2048, initializer_range=0.02, intermediate_size=5632, max_position_embeddings=2048,
    model_type="llama", num_attention_heads=32, num_hidden_layers=22, num_key_value_heads=4, pretraining_tp=1, rms_norm_eps=1e-05, rope_scaling=None, rope_theta=10000.0, tie_word_embeddings=False,
    torch_dtype="bfloat16", transformers_version="4.35.0", use_cache=True, vocab_size=32000,
)


def without(config: dict, *names: str) -> dict:
    return {name: value for name, value in config.items() if name not in names}


def tiny(config: dict, **changes: object) -> dict:
    return {**config, **dict(vocab_size=61, hidden_size=128, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, bos_token_id=None, eos_token_id=1, pad_token_id=None), **changes}


LLAMA, QWEN2 = tiny(without(TINYLLAMA, "rope_scaling")), tiny(R1_QWEN)
THREE = tiny(QWEN3)
VARIANTS = {
    "DeepSeek-R1-Distill-Qwen-1.5B": R1_QWEN,
    "DeepSeek-R1-Distill-Llama-8B, two layers": R1_LLAMA,
    "Llama-3.2-1B-Instruct": LLAMA32,
    "Llama-3.2-1B untied": {**LLAMA32, "tie_word_embeddings": False},
    "Qwen2.5-0.5B-Instruct": QWEN25,
    "Qwen3-0.6B": QWEN3,
    "SmolLM2-135M-Instruct": SMOLLM2,
    "TinyLlama-1.1B": TINYLLAMA,
    "no rope_scaling": LLAMA,
    "rope_scaling null": {**LLAMA, "rope_scaling": None},
    "rope_scaling default": {**LLAMA, "rope_scaling": {"rope_type": "default"}},
    "rope_scaling linear, the older name": {**LLAMA, "rope_scaling": {"type": "linear", "factor": 4.0}},
    "rope_scaling linear": {**LLAMA, "rope_scaling": {"rope_type": "linear", "factor": 2.0}},
    "rope_scaling linear, both names": {**LLAMA, "rope_scaling": {"type": "linear", "rope_type": "linear", "factor": 2.0}},
    "rope_scaling llama3": {**LLAMA, "rope_scaling": LLAMA3_ROPE},
    "rope_parameters": {**without(LLAMA, "rope_theta"), "rope_parameters": {"rope_type": "default", "rope_theta": 5000.0}},
    "rope_parameters with theta above": {**LLAMA, "rope_theta": 7000.0, "rope_parameters": {"rope_type": "linear", "factor": 2.0}},
    "rope_parameters without a kind": {**without(LLAMA, "rope_theta"), "rope_parameters": {"rope_theta": 5000.0}},
    "rope_parameters null": {**LLAMA, "rope_parameters": None, "rope_theta": 7000.0},
    "rope_parameters llama3": {**without(LLAMA, "rope_theta"), "rope_parameters": {**LLAMA3_ROPE, "rope_theta": 500000.0}},
    "no theta at all (llama)": without(LLAMA, "rope_theta"),
    "no theta at all (qwen2)": without(QWEN2, "rope_theta"),
    "no theta at all (qwen3)": without(THREE, "rope_theta"),
    "rope_scaling empty": {**LLAMA, "rope_scaling": {}},
    "rope_scaling beside rope_parameters": {**LLAMA, "rope_scaling": {"rope_type": "linear", "factor": 2.0}, "rope_parameters": {"rope_type": "default", "rope_theta": 5000.0}},
    "yarn": {**LLAMA, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024}},
    "dynamic": {**LLAMA, "rope_scaling": {"type": "dynamic", "factor": 2.0}},
    "partial_rotary_factor": {**LLAMA, "partial_rotary_factor": 0.5},
    "dtype": {**without(LLAMA, "torch_dtype"), "dtype": "float16"},
    "head_dim null": {**LLAMA, "head_dim": None},
    "head_dim": {**LLAMA, "head_dim": 16},
    "no key-value heads (llama)": without(LLAMA, "num_key_value_heads"),
    "key-value heads null (llama)": {**LLAMA, "num_key_value_heads": None},
    "no key-value heads (qwen2)": without(tiny(R1_QWEN, num_attention_heads=32), "num_key_value_heads"),
    "key-value heads null (qwen2)": {**QWEN2, "num_key_value_heads": None},
    "key-value heads null (qwen3)": {**THREE, "num_key_value_heads": None},
    "head_dim (qwen2)": {**QWEN2, "head_dim": 16},
    "no head_dim (qwen3)": without(THREE, "head_dim"),
    "no tie_word_embeddings (llama)": without(LLAMA, "tie_word_embeddings"),
    "no tie_word_embeddings (qwen2)": without(QWEN2, "tie_word_embeddings"),
    "no tie_word_embeddings (qwen3)": without(THREE, "tie_word_embeddings"),
    "no epsilon, positions or activation (llama)": without(LLAMA, "rms_norm_eps", "max_position_embeddings", "hidden_act"),
    "no epsilon, positions or activation (qwen2)": without(QWEN2, "rms_norm_eps", "max_position_embeddings", "hidden_act"),
    "no epsilon, positions or activation (qwen3)": without(THREE, "rms_norm_eps", "max_position_embeddings", "hidden_act"),
    "eos_token_id list": {**LLAMA, "eos_token_id": [1, 5, 7]},
    "attention_bias (llama)": {**LLAMA, "attention_bias": True},
    "attention_bias (qwen2)": {**QWEN2, "attention_bias": False},
    "attention_bias (qwen3)": {**THREE, "attention_bias": True},
    "mlp_bias": {**LLAMA, "mlp_bias": True},
    "mlp_bias null": {**LLAMA, "mlp_bias": False, "attention_bias": False},
    "sliding_window null": {**QWEN2, "sliding_window": None},
    "no use_sliding_window": without(QWEN2, "use_sliding_window"),
    "use_sliding_window": {**QWEN2, "use_sliding_window": True, "max_window_layers": 1},
    "use_sliding_window above all layers": {**QWEN2, "use_sliding_window": True, "max_window_layers": 28},
    "use_sliding_window without a window": {**QWEN2, "use_sliding_window": True, "sliding_window": None, "max_window_layers": 0},
    "layer_types": {**QWEN2, "layer_types": ["full_attention", "full_attention"]},
    "layer_types with a window": {**QWEN2, "use_sliding_window": True, "layer_types": ["full_attention", "sliding_attention"]},
    "pretraining_tp": {**LLAMA, "pretraining_tp": 2},
}


def meaning(config, model) -> dict:
    rope = dict(config.rope_parameters)
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return dict(
        heads=config.num_attention_heads, kvHeads=config.num_key_value_heads, headDim=head_dim, activation=config.hidden_act, epsilon=config.rms_norm_eps, positions=config.max_position_embeddings,
        tied=config.tie_word_embeddings, rope=rope, rotated=2 * model.model.rotary_emb.inv_freq.shape[0], eos=config.eos_token_id, bos=config.bos_token_id, pad=config.pad_token_id,
        fullAttention=all(kind == "full_attention" for kind in getattr(config, "layer_types", None) or []),
    )


def main() -> None:
    variants = []
    for name, json_config in VARIANTS.items():
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "config.json").write_text(json.dumps(json_config))
            config = AutoConfig.from_pretrained(folder)
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config)
        # Layers beyond the first repeat it.
        shapes = {parameter: list(value.shape) for parameter, value in model.named_parameters() if ".layers." not in parameter or ".layers.0." in parameter}
        variants.append(dict(name=name, config=json_config, shapes=shapes, means=meaning(config, model)))
    path = HERE / "configs.json"
    path.write_text("[\n" + ",\n".join(json.dumps(variant) for variant in variants) + "\n]\n")
    print(f"{len(variants)} variants, {path.stat().st_size} bytes")


main()
