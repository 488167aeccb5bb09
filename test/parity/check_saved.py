"""
Checks that what our code saves is what transformers loads: same config, same weights, same logits, same token ids.

    npx tsx test/parity/resave.ts /tmp/resaved
    venv/bin/python test/parity/check_saved.py /tmp/resaved

Exact equality is asserted: the same weights through the same operators give the same bits on one machine.
"""

import json
import pathlib
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
FREE_TO_DIFFER = {"_name_or_path", "transformers_version", "dtype", "torch_dtype"}


def logits_of(folder: pathlib.Path, ids: list, mask: list) -> torch.Tensor:
    model, info = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32, output_loading_info=True)
    for kind, names in info.items():
        assert not names, f"{folder}: {kind} {names}"
    positions = torch.arange(len(ids[0])).expand(len(ids), -1)
    with torch.no_grad():
        return model(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask), position_ids=positions).logits


def check_config(saved: pathlib.Path, original: pathlib.Path) -> None:
    ours, theirs = (AutoConfig.from_pretrained(folder).to_dict() for folder in (saved, original))
    # Qwen2's configs may leave the head dimension to be worked out.
    theirs["head_dim"] = theirs.get("head_dim") or theirs["hidden_size"] // theirs["num_attention_heads"]
    for field in sorted((ours.keys() | theirs.keys()) - FREE_TO_DIFFER):
        assert ours.get(field) == theirs.get(field), f"{saved}: {field} is {ours.get(field)}, was {theirs.get(field)}"


def check_tokenizer(folder: pathlib.Path, texts: list) -> None:
    # For qwen2, AutoTokenizer of transformers 5 takes Qwen's own byte-level class whatever tokenizer_config.json says.
    tokenizer_class = PreTrainedTokenizerFast if folder.name == "qwen2" else AutoTokenizer
    tokenizer = tokenizer_class.from_pretrained(folder)
    for text in texts:
        ids = tokenizer.encode(text["text"], add_special_tokens=False)
        assert ids == text["ids"], f"{folder}: {text}, transformers has {ids}"
        assert tokenizer.decode(ids) == text["decoded"], f"{folder}: {text}, transformers has {tokenizer.decode(ids)!r}"
        assert tokenizer.decode(ids, skip_special_tokens=True) == text["plain"], f"{folder}: {text}"
    try:
        ids = tokenizer.encode("1 + sixty", add_special_tokens=False)
    except Exception as error:
        print(f"{folder.name}: an unknown word raises: {error}")
    else:
        raise AssertionError(f"{folder}: an unknown word became {ids}")


def main(folder: pathlib.Path) -> None:
    torch.set_num_threads(1)
    for original in sorted(FIXTURES.iterdir()):
        saved = folder / original.name
        expected = json.loads((original / "expected.json").read_text())
        check_config(saved, original)
        logits, before = (logits_of(folder, expected["ids"], expected["attentionMask"]) for folder in (saved, original))
        assert torch.equal(logits, before), f"{saved}: other logits"
        check_tokenizer(saved, json.loads((folder / f"{original.name}.texts.json").read_text()))
        print(f"{original.name}: config, weights, logits and token ids are the same")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
