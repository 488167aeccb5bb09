"""
One section of the check on PyTorch's side: prints a JSON line for each measurement.

    python torch_bench.py train NAME SHAPE_JSON 8x128,32x256 f32,bf16,tf32
    python torch_bench.py write NAME SHAPE_JSON 32,256 f32,bf16

Eager, with scaled-dot-product attention; transformers where it is there, else the same model written out below.
bf16 trains float32 weights under autocast, and LoRA on a base in bf16. A step is gradients, clipping and AdamW.
"""

import json
import os
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional

try:
    from transformers import LlamaConfig, LlamaForCausalLM
except ImportError:
    LlamaForCausalLM = None

QUICK = os.environ.get("QUICK") == "1"
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
RANK = 16


class PlainDecoder(nn.Module):
    """A Llama of the same shape, with a cache, for machines without transformers."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape["vocabSize"], shape["hiddenSize"])
        self.layers = nn.ModuleList(PlainLayer(shape) for _ in range(shape["layers"]))
        self.norm = nn.RMSNorm(shape["hiddenSize"], eps=shape["rmsNormEpsilon"])
        for weight in self.parameters():
            if weight.dim() > 1:
                nn.init.normal_(weight, std=0.02)

    def forward(self, ids, caches=None):
        past = 0 if caches is None or caches[0] is None else caches[0][0].shape[2]
        hidden = self.embed(ids)
        angles = rotary(self.shape, past, ids.shape[1], hidden)
        for index, layer in enumerate(self.layers):
            hidden, kept = layer(hidden, angles, None if caches is None else caches[index])
            if caches is not None:
                caches[index] = kept
        if caches is not None:
            hidden = hidden[:, -1:]
        return functional.linear(self.norm(hidden), self.embed.weight)


class PlainLayer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width, head, bias = shape["hiddenSize"], shape["headDim"], shape["attentionBias"]
        self.head = head
        self.before, self.after = (nn.RMSNorm(width, eps=shape["rmsNormEpsilon"]) for _ in range(2))
        self.q_proj = nn.Linear(width, shape["heads"] * head, bias=bias)
        self.k_proj, self.v_proj = (nn.Linear(width, shape["kvHeads"] * head, bias=bias) for _ in range(2))
        self.o_proj = nn.Linear(shape["heads"] * head, width, bias=False)
        self.gate_proj, self.up_proj = (nn.Linear(width, shape["ffSize"], bias=False) for _ in range(2))
        self.down_proj = nn.Linear(shape["ffSize"], width, bias=False)

    def forward(self, hidden, angles, cache):
        x = self.before(hidden)
        q, k, v = (self.heads_of(each(x)) for each in (self.q_proj, self.k_proj, self.v_proj))
        q, k = rotated(q, angles), rotated(k, angles)
        if cache is not None:
            k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=q.shape[2] > 1, enable_gqa=True)
        hidden = hidden + self.o_proj(mixed.transpose(1, 2).flatten(2))
        x = self.after(hidden)
        return hidden + self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x)), (k, v)

    def heads_of(self, x):
        return x.view(*x.shape[:2], -1, self.head).transpose(1, 2)


def rotary(shape, past, length, like):
    half = shape["headDim"] // 2
    rates = shape["ropeTheta"] ** (-torch.arange(half, device=like.device) / half)
    angles = torch.arange(past, past + length, device=like.device)[:, None] * rates
    return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def rotated(x, angles):
    (cosine, sine), (a, b) = angles, x.chunk(2, -1)
    return torch.cat((a * cosine - b * sine, b * cosine + a * sine), -1).to(x.dtype)


class Adapted(nn.Module):
    """x W + 2 x A B, with W as it is."""

    def __init__(self, base):
        super().__init__()
        self.base = base.requires_grad_(False)
        at = {"device": base.weight.device, "dtype": torch.float32}
        self.a = nn.Parameter(torch.randn(base.in_features, RANK, **at) / base.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(RANK, base.out_features, **at))

    def forward(self, x):
        return self.base(x) + 2 * (x @ self.a @ self.b)


def make_model(shape):
    if LlamaForCausalLM is None:
        return PlainDecoder(shape).to(DEVICE)
    config = LlamaConfig(
        vocab_size=shape["vocabSize"],
        hidden_size=shape["hiddenSize"],
        intermediate_size=shape["ffSize"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["kvHeads"],
        head_dim=shape["headDim"],
        rms_norm_eps=shape["rmsNormEpsilon"],
        max_position_embeddings=shape["maxPositions"],
        attention_bias=shape["attentionBias"],
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=None,
        pad_token_id=0,
        attn_implementation="sdpa",
    )
    return LlamaForCausalLM(config).to(DEVICE)


def adapt(model):
    model.requires_grad_(False)
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear) and name.endswith("_proj"):
                setattr(module, name, Adapted(child))


def loss_of(model, ids):
    if LlamaForCausalLM is not None:
        return model(input_ids=ids, labels=ids, use_cache=False).loss
    logits = model(ids)[:, :-1].float()
    return functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())


def timed(run, runs=10, seconds=3.0):
    """The median of some runs, in milliseconds, after two that aren't counted."""

    def once():
        synchronize()
        began = time.perf_counter()
        run()
        synchronize()
        return (time.perf_counter() - began) * 1000

    first = once()
    once()
    times, began = [], time.perf_counter()
    while len(times) < (1 if QUICK else runs) and (len(times) < 3 or time.perf_counter() - began < seconds):
        times.append(once())
    return {"ms": statistics.median(times), "firstMs": first, "runs": len(times)}


def synchronize():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def precision(mode):
    torch.set_float32_matmul_precision("high" if mode == "tf32" else "highest")


def say(**measurement):
    kind = "transformers" if LlamaForCausalLM is not None else "plain torch"
    print(json.dumps({**measurement, "device": DEVICE, "by": kind}, separators=(",", ":")), flush=True)


def memory():
    return torch.cuda.max_memory_allocated() / 2**20 if DEVICE == "cuda" else None


def train(name, shape, sizes, modes):
    for mode in modes:
        for kind in ("full", "lora"):
            precision(mode)
            torch.manual_seed(0)
            model = make_model(shape).train()
            if kind == "lora":
                if mode == "bf16":
                    model.to(torch.bfloat16)
                adapt(model)
            trained = [weight for weight in model.parameters() if weight.requires_grad]
            optimizer = torch.optim.AdamW(trained, lr=1e-6, fused=DEVICE == "cuda")
            for size in sizes:
                rows, length = (2, 8) if QUICK else (int(n) for n in size.split("x"))
                ids = torch.randint(3, shape["vocabSize"], (rows, length), device=DEVICE)

                def step():
                    with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=mode == "bf16"):
                        loss = loss_of(model, ids)
                    loss.backward()
                    nn.utils.clip_grad_norm_(trained, 1.0)
                    optimizer.step()
                    optimizer.zero_grad(set_to_none=True)

                found = timed(step)
                rate = rows * length / found["ms"] * 1000
                name_of = f"torch-{mode} {name} train-{kind} {size}"
                say(name=name_of, **found, tokensPerSecond=rate, memoryMebibytes=memory())
            del model, optimizer, trained
            if DEVICE == "cuda":
                torch.cuda.empty_cache()


def write(name, shape, counts, modes):
    prompt, added = (8, 4) if QUICK else (224, 64)
    for mode in modes:
        precision(mode)
        torch.manual_seed(0)
        model = make_model(shape).to(torch.bfloat16 if mode == "bf16" else torch.float32).eval()
        for count in counts:
            ids = torch.randint(3, shape["vocabSize"], (int(count), prompt), device=DEVICE)
            found = timed(lambda: generated(model, ids, added), runs=5, seconds=4.0)
            rate = int(count) * added / found["ms"] * 1000
            say(name=f"torch-{mode} {name} write {count}", **found, tokensPerSecond=rate, memoryMebibytes=memory())
        del model
        if DEVICE == "cuda":
            torch.cuda.empty_cache()


@torch.inference_mode()
def generated(model, ids, added):
    if LlamaForCausalLM is not None:
        settings = dict(do_sample=True, temperature=1.0, top_k=0, top_p=1.0, pad_token_id=0)
        lengths = dict(max_new_tokens=added, min_new_tokens=added)
        written = model.generate(ids, attention_mask=torch.ones_like(ids), **lengths, **settings)
        assert written.shape == (ids.shape[0], ids.shape[1] + added), written.shape
        return
    caches = [None] * len(model.layers)
    token = ids
    for _ in range(added):
        logits = model(token, caches)[:, -1].float()
        token = torch.multinomial(logits.softmax(-1), 1)


work, name, shape, sizes, modes = sys.argv[1:]
{"train": train, "write": write}[work](name, json.loads(shape), sizes.split(","), modes.split(","))
