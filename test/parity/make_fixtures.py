"""
Writes the models that our decoder is compared with: tiny, random, computed by transformers on PyTorch.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0 transformers==5.23.0
    venv/bin/python test/parity/make_fixtures.py

Each folder under test/parity/fixtures is a Hugging Face model, with the tokenizer of test/parity/tokenizer.json, and
  expected.json          ids [2, 9]; attentionMask [2, 9] (the second sequence is padded on the right);
                         lossMask [2, 9] (1 where the token of this position is scored, given those before it);
                         logits [2, 9, 61] in float32, rows of padded positions included;
                         loss, the sum over lossMask of the cross-entropy in nats
  gradients.safetensors  d loss / d parameter by Hugging Face name and in its layout
The result is the same for the same versions. Position ids count from 0 in both sequences.
"""

import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM

HERE = pathlib.Path(__file__).parent
LENGTHS = [9, 6]
SHARED = dict(
    vocab_size=61, hidden_size=32, num_hidden_layers=2, intermediate_size=48, num_attention_heads=4,
    max_position_embeddings=64, attn_implementation="eager", bos_token_id=None, eos_token_id=1, pad_token_id=0,
)
MODELS = {
    "llama": (LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=2, tie_word_embeddings=False)),
    "llama-mqa-tied-relu": (LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=1, tie_word_embeddings=True, hidden_act="relu", rms_norm_eps=1e-5)),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config, dict(num_key_value_heads=2, tie_word_embeddings=True, rope_theta=1_000_000.0)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config, dict(num_key_value_heads=2, head_dim=16, tie_word_embeddings=False, rope_theta=500_000.0)),
    "llama-llama3-rope": (LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=4, tie_word_embeddings=True, rope_parameters=dict(
        rope_type="llama3", rope_theta=10_000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32))),
    "llama-linear-rope": (LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=2, tie_word_embeddings=False, rope_parameters=dict(
        rope_type="linear", rope_theta=10_000.0, factor=4.0))),
    # As R1's distilled students have it: biases without tying; Llama 3's scaling with a frequency between its two bounds, and heads of a width of their own.
    "qwen2-untied": (Qwen2ForCausalLM, Qwen2Config, dict(num_key_value_heads=1, tie_word_embeddings=False, rope_theta=10_000.0, rms_norm_eps=1e-6)),
    "llama-llama3-rope-untied": (LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=2, head_dim=16, tie_word_embeddings=False, rms_norm_eps=1e-5, rope_parameters=dict(
        rope_type="llama3", rope_theta=10_000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32))),
    "qwen3-tied": (Qwen3ForCausalLM, Qwen3Config, dict(num_key_value_heads=1, head_dim=16, tie_word_embeddings=True, rope_theta=1_000_000.0)),
    "qwen2-yarn-rope": (Qwen2ForCausalLM, Qwen2Config, dict(num_key_value_heads=2, tie_word_embeddings=True, rope_parameters=dict(
        rope_type="yarn", rope_theta=100.0, factor=4.0, original_max_position_embeddings=512))),
    "llama-yarn-rope": (LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=2, head_dim=16, tie_word_embeddings=False, rope_parameters=dict(
        rope_type="yarn", rope_theta=10.0, factor=8.0, original_max_position_embeddings=64, beta_fast=4, beta_slow=2, truncate=False, mscale=0.7, mscale_all_dim=1.3))),
    "llama-dynamic-rope": (LlamaForCausalLM, LlamaConfig, dict(num_key_value_heads=2, tie_word_embeddings=False, rope_parameters=dict(
        rope_type="dynamic", rope_theta=10_000.0, factor=2.0))),
}


def randomise(model: torch.nn.Module, generator: torch.Generator) -> None:
    """Larger than a usual start, and no parameter left at 0 or 1: a forgotten bias or norm weight must show."""
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        with torch.no_grad():
            parameter.copy_(1 + 0.2 * noise if name.endswith("norm.weight") else 0.3 * noise)


def write(folder: pathlib.Path, model_class: type, config, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    model = model_class(config).float().eval()
    randomise(model, generator)
    lengths = torch.tensor(LENGTHS)[:, None]
    positions = torch.arange(9)[None, :]
    attention_mask = (positions < lengths).long()
    ids = torch.randint(2, 61, (2, 9), generator=generator) * attention_mask
    loss_mask = ((positions >= 3) & (positions < lengths)).long()

    logits = model(input_ids=ids, attention_mask=attention_mask, position_ids=positions.expand(2, 9)).logits
    logprobs = torch.log_softmax(logits[:, :-1], dim=-1)
    chosen = logprobs.gather(-1, ids[:, 1:, None]).squeeze(-1)
    loss = -(chosen * loss_mask[:, 1:]).sum()
    loss.backward()

    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    shutil.copy(HERE / "tokenizer.json", folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<eos>", "pad_token": "<pad>"}) + "\n")
    gradients = {name: parameter.grad.contiguous() for name, parameter in model.named_parameters()}
    save_file(gradients, folder / "gradients.safetensors", metadata={"format": "pt"})
    expected = dict(
        ids=ids.tolist(), attentionMask=attention_mask.tolist(), lossMask=loss_mask.tolist(),
        loss=loss.item(), logits=logits.detach().tolist(),
    )
    # Nine digits hold a float32 exactly.
    text = json.dumps(expected, default=float)
    rounded = json.loads(text, parse_float=lambda digits: float(f"{float(digits):.9g}"))
    (folder / "expected.json").write_text(json.dumps(rounded, separators=(",", ":")) + "\n")
    print(f"{folder.name}: loss {loss.item():.6f}, {sum(p.numel() for p in model.parameters())} parameters")


def main() -> None:
    torch.set_num_threads(1)
    for seed, (name, (model_class, config_class, changes)) in enumerate(MODELS.items()):
        write(HERE / "fixtures" / name, model_class, config_class(**SHARED, **changes), seed)


if __name__ == "__main__":
    main()
