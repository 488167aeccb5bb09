"""
Writes the adapters that ours are compared with: random LoRA adapters of PEFT around the models of make_fixtures.py.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0 transformers==5.23.0 peft==0.21.2
    venv/bin/python test/parity/adapters/make_adapters.py

Each folder beside this file is an adapter as PEFT saves it, and
  expected.json          logits [2, 9, 61] of the base's ids (fixtures/BASE/expected.json) under the adapter, and the loss
  gradients.safetensors  d loss / d parameter for each tensor of the adapter
"""

import json
import pathlib
import shutil

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent / "fixtures"
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
ADAPTERS = {
    "llama-all": ("llama", dict(r=4, lora_alpha=8, target_modules=ALL)),
    "qwen2-attention-rslora": ("qwen2", dict(r=3, lora_alpha=5, target_modules=["q_proj", "v_proj"], use_rslora=True)),
}


def write(folder: pathlib.Path, base: str, settings: dict, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(FIXTURES / base, attn_implementation="eager", dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, **settings)).eval()
    trained = {name: parameter for name, parameter in sorted(model.named_parameters()) if parameter.requires_grad}
    with torch.no_grad():
        for parameter in trained.values():
            parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
    given = json.loads((FIXTURES / base / "expected.json").read_text())
    ids, attention, scored = (torch.tensor(given[name]) for name in ("ids", "attentionMask", "lossMask"))
    positions = torch.arange(ids.shape[1]).expand(ids.shape)
    logits = model(input_ids=ids, attention_mask=attention, position_ids=positions).logits
    chosen = torch.log_softmax(logits[:, :-1], dim=-1).gather(-1, ids[:, 1:, None]).squeeze(-1)
    loss = -(chosen * scored[:, 1:]).sum()
    loss.backward()

    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    config = json.loads((folder / "adapter_config.json").read_text())
    # The base's place is this repository's, wherever that lies.
    config["base_model_name_or_path"] = f"test/parity/fixtures/{base}"
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    saved = load_file(folder / "adapter_model.safetensors")
    gradients = {name.replace(".default", ""): parameter.grad.contiguous() for name, parameter in trained.items()}
    assert gradients.keys() == saved.keys(), (sorted(gradients), sorted(saved))
    save_file(gradients, folder / "gradients.safetensors", metadata={"format": "pt"})
    text = json.dumps(dict(loss=loss.item(), logits=logits.detach().tolist()), default=float)
    rounded = json.loads(text, parse_float=lambda digits: float(f"{float(digits):.9g}"))
    (folder / "expected.json").write_text(json.dumps(rounded, separators=(",", ":")) + "\n")
    print(f"{folder.name}: loss {loss.item():.6f}, {sum(p.numel() for p in trained.values())} parameters")


def main() -> None:
    torch.set_num_threads(1)
    for seed, (name, (base, settings)) in enumerate(ADAPTERS.items()):
        write(HERE / name, base, settings, seed)


if __name__ == "__main__":
    main()
