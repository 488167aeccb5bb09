"""
Writes blocks of every GGUF format that is read here, with the numbers that gguf's own Python code makes of them.

    python3 -m venv venv && venv/bin/pip install gguf==0.19.0 numpy
    venv/bin/python test/parity/gguf/make_blocks.py

blocks.json: for each format its number in a file, random bytes in base64 (scales are made small and finite), and the
numbers as float32, little-endian, in base64. The same for the same versions.
"""

import base64
import json
import pathlib

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as Q
from gguf.quants import dequantize

# Where a block has 16-bit scales, by format.
SCALES = {Q.F16: [0], Q.BF16: [], Q.F32: [], Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q8_0: [0], Q.Q4_K: [0, 2], Q.Q5_K: [0, 2], Q.Q6_K: [208]}
BLOCKS = 7


def main() -> None:
    random = np.random.default_rng(1)
    formats = []
    for kind, scales in SCALES.items():
        _, size = GGML_QUANT_SIZES[kind]
        data = random.integers(0, 256, (BLOCKS, size), dtype=np.uint8)
        if kind == Q.F32:
            data = random.standard_normal(BLOCKS).astype("<f4").view(np.uint8).reshape(BLOCKS, 4)
        if kind == Q.BF16:
            data = (random.standard_normal(BLOCKS).astype("<f4").view("<u4") >> 16).astype("<u2").view(np.uint8).reshape(BLOCKS, 2)
        for at in scales:
            data[:, at : at + 2] = (random.standard_normal(BLOCKS) * 0.02).astype("<f2").view(np.uint8).reshape(BLOCKS, 2)
        # A subnormal scale, a zero and a negative one must come out right too.
        for block, scale in enumerate([1e-7, 0.0, -0.5][: len(scales) and 3]):
            data[block, scales[0] : scales[0] + 2] = np.array([scale]).astype("<f2").view(np.uint8)
        numbers = dequantize(np.ascontiguousarray(data), kind).astype("<f4")
        formats.append(dict(name=kind.name, type=int(kind), bytes=base64.b64encode(data.tobytes()).decode(), numbers=base64.b64encode(numbers.tobytes()).decode()))
    path = pathlib.Path(__file__).parent / "blocks.json"
    path.write_text(json.dumps(formats, indent=1) + "\n")
    print(f"{len(formats)} formats, {path.stat().st_size} bytes")


main()
