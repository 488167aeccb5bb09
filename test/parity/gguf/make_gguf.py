"""
Writes the models of test/parity/fixtures as GGUF files, as llama.cpp's converter does, and checks each by transformers' own reader.

    python3 -m venv venv && venv/bin/pip install gguf==0.19.0 torch==2.15.0 transformers==5.23.0 accelerate numpy
    venv/bin/python test/parity/gguf/make_gguf.py

NAME.gguf has the weights of fixtures/NAME in float32, but for those named below, and a small byte-level tokenizer of 61 tokens.
llama-q8.gguf has matrices in Q8_0; llama31.gguf has Llama 3.1's table of rotary factors, other-rope.gguf those of another scaling.
The same for the same versions.
"""

import pathlib

import gguf
import numpy as np
import torch
from gguf.quants import quantize
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent / "fixtures"
MODELS = {"llama": "llama", "llama-linear-rope": "llama", "qwen2": "qwen2", "qwen3": "qwen3"}
LLAMA31_ROPE = dict(rope_type="llama3", rope_theta=500_000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192)
PARTS = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
OTHERS = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}


def gguf_name(name: str) -> str:
    if name in OTHERS:
        return OTHERS[name]
    _, _, layer, rest = name.split(".", 3)
    part, kind = rest.rsplit(".", 1)
    return f"blk.{layer}.{PARTS[part]}.{kind}"


def weave(rows: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp turns neighbouring rows of a head, transformers its two halves."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def write(name: str, architecture: str, path: pathlib.Path, kind: gguf.GGMLQuantizationType | None = None, rope: dict | None = None) -> None:
    model = AutoModelForCausalLM.from_pretrained(FIXTURES / name, dtype=torch.float32)
    config = model.config
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    rope = rope or config.rope_parameters
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_rope_dimension_count(head_dim)
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if rope["rope_type"] == "llama3":
        plain = 1 / rope["rope_theta"] ** (np.arange(0, head_dim, 2) / head_dim)
        waves = rope["original_max_position_embeddings"] / (2 * np.pi / plain)
        share = np.clip((waves - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"]), 0, 1)
        writer.add_tensor("rope_freqs.weight", (1 / ((1 - share) / rope["factor"] + share)).astype(np.float32))
    letters = "".join(chr(c) for c in range(ord("a"), ord("z") + 1)) + "\u0120\u010a.,0123456789"
    merges = ["t h", "th e", "a n", "i n", "\u0120 a", "\u0120 the"]
    tokens = ["<|pad|>", "<|end|>", *letters, *[merge.replace(" ", "") for merge in merges]]
    tokens += [f"<|extra{i}|>" for i in range(config.vocab_size - len(tokens))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2" if architecture != "llama" else "smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token.startswith("<|") else gguf.TokenType.NORMAL for token in tokens])
    writer.add_token_merges(merges)
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(False)
    for full_name, parameter in model.state_dict().items():
        if full_name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = parameter.numpy()
        if architecture == "llama" and ".q_proj." in full_name:
            values = weave(values, config.num_attention_heads)
        if architecture == "llama" and ".k_proj." in full_name:
            values = weave(values, config.num_key_value_heads)
        if kind is not None and values.ndim == 2 and values.shape[1] % 32 == 0:
            writer.add_tensor(gguf_name(full_name), quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(gguf_name(full_name), np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{path.name}: {path.stat().st_size} bytes")


def main() -> None:
    for name, architecture in MODELS.items():
        write(name, architecture, HERE / f"{name}.gguf")
    write("llama", "llama", HERE / "llama-q8.gguf", gguf.GGMLQuantizationType.Q8_0)
    write("llama", "llama", HERE / "llama31.gguf", rope=LLAMA31_ROPE)
    write("llama-llama3-rope", "llama", HERE / "other-rope.gguf")
    # The order of rows is what only another reader can confirm.
    found = AutoModelForCausalLM.from_pretrained(HERE, gguf_file="llama.gguf", dtype=torch.float32).state_dict()
    for name, expected in AutoModelForCausalLM.from_pretrained(FIXTURES / "llama", dtype=torch.float32).state_dict().items():
        assert torch.equal(found[name], expected), name


main()
