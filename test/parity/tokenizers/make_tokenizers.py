"""
Trains small tokenizers of each kind that is supported, and writes what the Rust library makes of 6,000 lines in many scripts.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3
    venv/bin/python test/parity/tokenizers/make_tokenizers.py

lines.json.gz: the lines. NAME.json: the tokenizer. NAME.crc.json: for each line the CRC-32 of its ids joined by spaces,
and of the text that the ids decode to.
The same for the same versions.
"""

import gzip
import json
import pathlib
import random
import unicodedata
import zlib

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
LINES = 6000
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]
SCRIPTS = {
    "latin": (0x61, 0x7A), "capitals": (0x41, 0x5A), "accents": (0xC0, 0x17F), "greek": (0x3B1, 0x3C9), "cyrillic": (0x430, 0x44F), "han": (0x4E00, 0x4F00), "hiragana": (0x3042, 0x3093),
    "hangul": (0xAC00, 0xAD00), "arabic": (0x627, 0x64A), "hebrew": (0x5D0, 0x5EA), "devanagari": (0x905, 0x939), "thai": (0xE01, 0xE2E), "digits": (0x30, 0x39), "arabic digits": (0x660, 0x669),
    "punctuation": (0x21, 0x2F), "mathematics": (0x2200, 0x2230), "emoji": (0x1F600, 0x1F640), "marks": (0x300, 0x310), "fullwidth": (0xFF01, 0xFF40), "old italic": (0x10300, 0x1031F),
}
GAPS = [" ", " ", " ", " ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "", ", ", ". ", "'s ", "'LL ", "-", "\u200d", " \n\n"]
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def word(source: random.Random) -> str:
    first, last = SCRIPTS[source.choice(list(SCRIPTS))]
    return "".join(chr(min(last, first + int(source.expovariate(6) * (last - first + 1)))) for _ in range(source.randint(1, 7)))


def line(source: random.Random) -> str:
    parts = []
    for _ in range(source.randint(1, 14)):
        parts.append(source.choice(SPECIAL) if source.random() < 0.04 else word(source))
        parts.append(source.choice(GAPS))
    text = "".join(parts)
    # Decomposed, so that a tokenizer that composes must show that it does.
    return unicodedata.normalize("NFD", text) if source.random() < 0.2 else text


def cut(pattern: str):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def byte_level(pre_tokenizer, normalizer=None, ignore_merges=False) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    return tokenizer


def sentence_piece() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tokenizer


def main() -> None:
    source = random.Random(1)
    lines = [line(source) for _ in range(LINES)]
    (HERE / "lines.json.gz").write_bytes(gzip.compress(json.dumps(lines).encode(), mtime=0))
    smollm = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    kinds = {
        "gpt2": byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False)),
        "smollm": byte_level(smollm),
        "llama3": byte_level(cut(LLAMA3), ignore_merges=True),
        "qwen2": byte_level(cut(QWEN2), normalizer=normalizers.NFC()),
        "llama2": sentence_piece(),
    }
    for name, tokenizer in kinds.items():
        bytes_of_fallback = [f"<0x{byte:02X}>" for byte in range(256)]
        special = ["<unk>", "<s>", "</s>", *bytes_of_fallback] if name == "llama2" else []
        trainer = trainers.BpeTrainer(vocab_size=1200, special_tokens=special, initial_alphabet=[] if name == "llama2" else pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
        tokenizer.train_from_iterator(lines[: LINES // 2], trainer)
        if name == "llama2":
            # Bytes are tokens of the vocabulary, but not special: text must not be searched for their names.
            data = json.loads(tokenizer.to_str())
            data["added_tokens"] = [token for token in data["added_tokens"] if not token["content"].startswith("<0x")]
            tokenizer = Tokenizer.from_str(json.dumps(data))
        tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL])
        tokenizer.save(str(HERE / f"{name}.json"), pretty=False)
        encoded = [tokenizer.encode(text, add_special_tokens=False).ids for text in lines]
        checks = dict(
            ids=[zlib.crc32(" ".join(map(str, ids)).encode()) for ids in encoded],
            texts=[zlib.crc32(tokenizer.decode(ids, skip_special_tokens=False).encode()) for ids in encoded],
        )
        (HERE / f"{name}.crc.json").write_text(json.dumps(checks, separators=(",", ":")) + "\n")
        print(f"{name}: {tokenizer.get_vocab_size()} tokens")


main()
