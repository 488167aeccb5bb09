"""Starts SkyRL's Tinker server on JAX without what its JAX backend doesn't use.

    python3.12 -m venv /tmp/skyrl && /tmp/skyrl/bin/pip install --no-deps -r scripts/python/skyrl.txt
    /tmp/skyrl/bin/python scripts/python/skyrl-server.py --base-model models/countdown-base \
        --backend jax --host 127.0.0.1 --port 8000 --database-url sqlite:////tmp/skyrl/tinker.db \
        --checkpoints-base /tmp/skyrl/checkpoints --backend-config '{"max_lora_adapters": 8, "max_lora_rank": 32}'

SkyRL starts its engine by `uv run`, and imports torch, peft and datasets that its JAX backend uses for a class name, a
config file and a type: here the engine is a second process of this file, and the three are stubs, which saves some
gigabytes. Nothing else of SkyRL is changed.
"""

import json
import sys
import types
from pathlib import Path


class LoraConfig:
    """As much of peft's as SkyRL writes: the config of a sampler's adapter."""

    def __init__(self, base_model_name_or_path, r, lora_alpha):
        self.fields = {
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "base_model_name_or_path": base_model_name_or_path,
            "r": r,
            "lora_alpha": lora_alpha,
            "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            "lora_dropout": 0.0,
            "bias": "none",
        }

    def save_pretrained(self, folder):
        (Path(folder) / "adapter_config.json").write_text(json.dumps(self.fields, indent=2))


def stub(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


def main():
    # It looks once whether torch is there, and must not find the stub.
    import transformers.utils  # noqa: F401

    stub("torch", Tensor=type("Tensor", (), {}))
    stub("peft", LoraConfig=LoraConfig)
    stub("datasets", Dataset=type("Dataset", (), {}))
    if sys.argv[1:2] == ["engine"]:
        del sys.argv[1]
        from skyrl.tinker.engine import main as run_engine

        run_engine()
        return
    import argparse

    import uvicorn
    from skyrl.tinker import api
    from skyrl.tinker.config import EngineConfig, add_model, config_to_argv
    from skyrl.utils.log import get_uvicorn_log_config

    api._build_uv_run_cmd_engine = lambda _parent, config: [sys.executable, __file__, "engine", *config_to_argv(config)]
    parser = argparse.ArgumentParser(description="SkyRL's Tinker server on JAX")
    add_model(parser, EngineConfig)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    args = vars(parser.parse_args())
    fields = {name: value for name, value in args.items() if name in EngineConfig.model_fields}
    api.app.state.engine_config = EngineConfig.model_validate(fields)
    uvicorn.run(api.app, host=args["host"], port=args["port"], log_config=get_uvicorn_log_config())


if __name__ == "__main__":
    main()
