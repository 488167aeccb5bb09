"""
Checks that what `aha export` writes is the same model to transformers: same weights, same logits, same token ids.

    npx aha export MODEL.gguf --to hf --out /tmp/exported
    npx aha export MODEL.gguf --to gguf --out /tmp/exported.gguf
    venv/bin/python test/parity/check_exported.py MODEL.gguf /tmp/exported /tmp/exported.gguf

The first is a folder or a GGUF file that transformers loads (with the package gguf), the others are compared with it. Exact equality
is asserted, since the same weights through the same operators give the same bits on one machine; a folder or file in 16 bits (--type) is held
to logits within the tolerance of --within.
"""

import argparse
import pathlib

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "<|im_start|>user\nWhat is 17 plus 25?<|im_end|>\n<|im_start|>assistant\n",
    "  def f(x):\n\treturn x ** 2  # 1234567890\n\n\n",
    "Ünïcode, 漢字かな, русский, العربية, 🙂👍🏽, e\u0301",
]


def load(path: str) -> tuple:
    place = pathlib.Path(path)
    where, options = (place.parent, dict(gguf_file=place.name)) if place.suffix == ".gguf" else (place, {})
    model = AutoModelForCausalLM.from_pretrained(where, dtype=torch.float32, attn_implementation="eager", **options).eval()
    return model, AutoTokenizer.from_pretrained(where, **options)


def logits_of(model, ids: list) -> torch.Tensor:
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("original")
    parser.add_argument("exported", nargs="+")
    parser.add_argument("--within", type=float, default=0.0, help="largest difference of logits; 0 for equal bits")
    options = parser.parse_args()
    torch.set_num_threads(1)
    original, tokenizer = load(options.original)
    ids = [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS]
    expected = [logits_of(original, row) for row in ids]
    for path in options.exported:
        model, other = load(path)
        for text, row in zip(TEXTS, ids):
            found = other.encode(text, add_special_tokens=False)
            assert found == row, f"{path}: {text!r} is {found}, was {row}"
            assert other.decode(found) == tokenizer.decode(row), f"{path}: {text!r} comes back as {other.decode(found)!r}"
        worst = max((logits_of(model, row) - logits).abs().max().item() for row, logits in zip(ids, expected))
        assert worst <= options.within, f"{path}: logits differ by {worst}"
        print(f"{path}: {sum(map(len, ids))} token ids are the same, logits differ by at most {worst}")


if __name__ == "__main__":
    main()
