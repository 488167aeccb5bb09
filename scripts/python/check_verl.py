"""Runs verl's own readers on a folder that `aha export --to verl` wrote, against `aha serve rewards`.

python check_verl.py FOLDER [ACTORS]

Config (hydra over verl's defaults), RLHFDataset and the chat template, get_custom_reward_fn and the reward manager in
this process, then RewardLoopWorkers as Ray actors. The trainer is not run: it needs GPUs.
"""

import asyncio, json, os, sys, time

folder, actors = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2
os.chdir(folder)

import numpy as np
import torch
from hydra import compose, initialize_config_dir
from tensordict import TensorDict
from transformers import AutoTokenizer
from verl import DataProto
from verl.experimental.reward_loop.reward_loop import RewardLoopWorker
from verl.trainer.ppo.reward import get_custom_reward_fn
from verl.utils.dataset.rl_dataset import RLHFDataset
from verl.utils.tokenizer import normalize_token_ids

with initialize_config_dir(folder, version_base=None):
    config = compose("grpo")
found = {"group": config.actor_rollout_ref.rollout.n, "loss": config.actor_rollout_ref.actor.loss_agg_mode}

tokenizer = AutoTokenizer.from_pretrained("model")
data = RLHFDataset("train.jsonl", tokenizer, config.data)
rows = [json.loads(line) for line in open("train.jsonl")]
assert len(data) == len(rows), (len(data), len(rows))
for i in range(0, len(rows), max(1, len(rows) // 50)):
    text = rows[i]["prompt"][0]["content"]
    asked = tokenizer.apply_chat_template(data[i]["raw_prompt"], add_generation_prompt=True, tokenize=False)
    assert asked == text, (asked, text)
    ids = tokenizer.apply_chat_template(data[i]["raw_prompt"], add_generation_prompt=True, tokenize=True)
    assert list(normalize_token_ids(ids)) == tokenizer(text, add_special_tokens=False)["input_ids"]
found["prompts"] = len(rows)

end = tokenizer.eos_token_id
right = os.environ.get("AHA_RIGHT")  # a right completion of the first problem
texts = ["<think> </think> <answer> 0 </answer>", "<answer> 0", *([right] if right else [])]


def proto(items):
    longest = config.data.max_response_length
    responses = torch.full((len(items), longest), tokenizer.pad_token_id)
    mask = torch.zeros((len(items), longest), dtype=torch.long)
    for row, (ids, _) in enumerate(items):
        responses[row, : len(ids)] = torch.tensor(ids)
        mask[row, : len(ids)] = 1
    return DataProto(
        batch=TensorDict({"responses": responses, "attention_mask": mask}, batch_size=[len(items)]),
        non_tensor_batch={
            name: np.array([problem[name] for _, problem in items], dtype=object)
            for name in ("data_source", "reward_model", "extra_info")
        },
    )


def item(text, problem, ends=True):
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    return [*ids, *([end] if ends else [])], problem


row = lambda i: {**rows[i], "extra_info": dict(rows[i]["extra_info"])}
first = {**rows[0], "extra_info": dict(rows[0]["extra_info"])}
unknown = {**first, "reward_model": {"style": "rule", "ground_truth": "no such problem"}}
cut = [item(texts[0], first)[0][0]] * config.data.max_response_length
cases = [*(item(text, first) for text in texts), item(texts[0], unknown), (cut, first)]
assert get_custom_reward_fn(config) is not None
worker = RewardLoopWorker(config)
began = time.time()
outputs = asyncio.get_event_loop().run_until_complete(worker.compute_score_batch(proto(cases)))
# The five share one extra_info, as the completions of a problem do.
assert [o["reward_extra_info"]["truncated"] for o in outputs] == [*(0 for _ in texts), 0, 1], outputs
assert [o["reward_extra_info"]["unverifiable"] for o in outputs] == [*(0 for _ in texts), 1, 0], outputs
assert not right or outputs[2]["reward_score"] == 1, outputs
found["in process"] = [{k: v for k, v in {"score": o["reward_score"], **o["reward_extra_info"]}.items()
                        if k in ("score", "verdict", "unverifiable", "truncated", "reason")} for o in outputs]

many = [item(texts[0], row(i % len(rows))) for i in range(256)]
began = time.time()
asyncio.get_event_loop().run_until_complete(worker.compute_score_batch(proto(many)))
found["256 in process, seconds"] = round(time.time() - began, 2)

if actors > 0:
    import ray

    ray.init(num_cpus=max(2, actors), include_dashboard=False, logging_level="ERROR")
    Remote = ray.remote(RewardLoopWorker)
    workers = [Remote.remote(config) for _ in range(actors)]
    half = len(many) // actors
    parts = [proto(many[i * half : (i + 1) * half]) for i in range(actors)]
    answers = ray.get([w.compute_score_batch.remote(part) for w, part in zip(workers, parts)])
    began = time.time()
    answers = ray.get([w.compute_score_batch.remote(part) for w, part in zip(workers, parts)])
    found[f"{len(many)} in {actors} Ray actors, seconds"] = round(time.time() - began, 2)
    assert all(one["reward_score"] == 0 for answer in answers for one in answer)
    ray.shutdown()

# What its trainer would dump of these, by its own writer: `aha import` reads it.
from verl.trainer.ppo.ray_trainer import RayPPOTrainer

dumped = [item(text, row(i)) for i in range(2) for text in (*texts[:2], *texts[2:][: 1 - i])]
batch = proto(dumped)
outputs = asyncio.get_event_loop().run_until_complete(worker.compute_score_batch(batch))
keys = outputs[0]["reward_extra_info"]
RayPPOTrainer._write_generations(
    inputs=[problem["prompt"][0]["content"] for _, problem in dumped],
    outputs=tokenizer.batch_decode(batch.batch["responses"], skip_special_tokens=True),
    gts=[problem["reward_model"]["ground_truth"] for _, problem in dumped],
    scores=[one["reward_score"] for one in outputs],
    reward_extra_infos_dict={key: np.array([o["reward_extra_info"][key] for o in outputs]).tolist() for key in keys},
    dump_path="run/rollouts",
    global_steps=1,
)
print(json.dumps(found, indent=1))
