"""
Tokens by second of transformers.generate, in float32: bench-large.ts calls it.

    python bench_generate.py MODEL_FOLDER PROMPTS_JSON NEW_TOKENS THREADS

Prompts are token ids of one length. One short call warms up and isn't counted.
"""

import json
import pathlib
import sys
import time

import torch
from transformers import AutoModelForCausalLM

folder, prompts, new_tokens, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
torch.manual_seed(0)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
ids = torch.tensor(json.loads(pathlib.Path(prompts).read_text()))
settings = dict(attention_mask=torch.ones_like(ids), do_sample=True, temperature=1.0, top_k=0, top_p=1.0, pad_token_id=0)
with torch.inference_mode():
    model.generate(ids, max_new_tokens=8, min_new_tokens=8, **settings)
    started = time.perf_counter()
    written = model.generate(ids, max_new_tokens=new_tokens, min_new_tokens=new_tokens, **settings)
    seconds = time.perf_counter() - started
assert written.shape == (ids.shape[0], ids.shape[1] + new_tokens), written.shape
print(ids.shape[0] * new_tokens / seconds)
