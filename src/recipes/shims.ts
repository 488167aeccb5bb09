/** What the generated Python says of the model: all that a shim must know beside the server's address. */
export interface ShimFacts {
  /** Tokens that end a completion. */
  readonly ends: readonly number[];
  readonly maxCompletionTokens: number;
}

const HEAD = `import collections, json, os, time, urllib.error, urllib.request

URL = os.environ.get("AHA_REWARD_URL", "http://127.0.0.1:8900")
TOKEN = os.environ.get("AHA_REWARD_TOKEN", "")
recent = collections.deque(maxlen=1000)  # 1 for a completion that could not be verified


def score(items, tries=5):
    """Aha's judgement of completions: a list of {reward, verdict, ...}; a reward of None teaches nothing."""
    head = {"content-type": "application/json", **({"authorization": f"Bearer {TOKEN}"} if TOKEN else {})}
    for again in range(tries):
        try:
            asked = urllib.request.Request(f"{URL}/score", json.dumps({"items": items}).encode(), head)
            with urllib.request.urlopen(asked, timeout=180) as answer:
                scores = json.load(answer)["scores"]
            break
        except urllib.error.HTTPError as error:
            if error.code not in (429, 502, 503, 504) or again == tries - 1:
                raise RuntimeError(f"Aha's reward server refused: {error.code} {error.read(500).decode(errors='replace')}")
        except OSError as error:
            if again == tries - 1:
                raise RuntimeError(f"Aha's reward server does not answer at {URL} ({error}); start it as README.md says.")
        time.sleep(2**again)
    recent.extend(one["reward"] is None for one in scores)
    if sum(recent) > 0.02 * max(len(recent), 100):
        why = collections.Counter(one.get("reason") for one in scores if one["reward"] is None).most_common(1)
        raise RuntimeError(f"Stopped: {sum(recent)} of the last {len(recent)} completions could not be verified: {why}")
    return scores
`;

/** The reward function that TRL calls, with the standard library of Python alone. */
export function trlShim({ ends, maxCompletionTokens }: ShimFacts): string {
  return `"""Rewards for TRL from \`aha serve rewards\`. Written by \`aha export --to trl\`; don't edit it."""
${HEAD}

def aha(prompts, completions, completion_ids, problem, log_extra=None, log_metric=None, **_):
    cut = [len(ids) >= ${maxCompletionTokens} and ids[-1] not in ${JSON.stringify(ends)} for ids in completion_ids]
    rows = zip(problem, completions, prompts, cut, completion_ids)
    items = [{"problem": p, "completion": c, "prompt": q, "truncated": t, "tokens": len(i)} for p, c, q, t, i in rows]
    scores = [one for at in range(0, len(items), 256) for one in score(items[at : at + 256])]
    if log_extra is not None:
        log_extra("problem", list(problem))
        log_extra("verdict", [one["verdict"] for one in scores])
        log_extra("reason", [one.get("reason") or "" for one in scores])
        log_extra("part", [(one.get("parts") or {}).get("accuracy") for one in scores])
        log_extra("truncated", cut)
        log_extra("tokens", [[int(token) for token in ids] for ids in completion_ids])
    if log_metric is not None:
        log_metric("right", sum(one["verdict"] == "right" for one in scores) / len(scores))
    return [one["reward"] for one in scores]
`;
}

/** The reward function that verl calls for each completion. */
export function verlShim(): string {
  return `"""Rewards for verl from \`aha serve rewards\`. Written by \`aha export --to verl\`; don't edit it."""
import asyncio
${HEAD}

async def compute_score(data_source, solution_str, ground_truth, extra_info=None, **_):
    more = dict((extra_info or {}).get("aha") or {})  # from aha_manager.py
    ids = more.pop("ids", [])
    item = {"problem": ground_truth, "completion": solution_str, **more}
    (one,) = await asyncio.get_running_loop().run_in_executor(None, score, [item])
    return {  # verl knows numbers alone: what can't be verified is a 0 here, and is counted beside it
        "score": float(one["reward"] or 0),
        "unverifiable": int(one["reward"] is None),
        "verdict": one["verdict"],
        "reason": one.get("reason") or "",
        "part": float((one.get("parts") or {}).get("accuracy") or 0),
        "problem": ground_truth,
        "token_ids": " ".join(map(str, ids)),
        "truncated": int(more.get("truncated", False)),
    }
`;
}

/** verl's reward manager, which tells the shim what verl doesn't: a completion's tokens, and whether it was cut. */
export function verlManager({ ends, maxCompletionTokens }: ShimFacts): string {
  return `"""Written by \`aha export --to verl\`; don't edit it."""
import numpy as np
from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager


class AhaRewardManager(NaiveRewardManager):
    async def run_single(self, data):
        data = data[-1:]
        one = data[0]
        responses = one.batch["responses"]
        ids = responses[: int(one.batch["attention_mask"][-responses.shape[-1] :].sum())].tolist()
        cut = len(ids) >= ${maxCompletionTokens} and ids[-1] not in ${JSON.stringify(ends)}
        told = {"ids": ids, "tokens": len(ids), "truncated": cut}
        # A dict of its own: the completions of a problem share theirs, and are judged side by side.
        extra = {**(one.non_tensor_batch.get("extra_info") or {}), "aha": told}
        data.non_tensor_batch["extra_info"] = np.array([extra], dtype=object)
        return await super().run_single(data)
`;
}

/** What the user starts for verl; words that follow are options of its config. */
export function verlProgram(): string {
  return `"""Trains with verl as grpo.yaml says. Written by \`aha export --to verl\`; don't edit it."""
import os, sys

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.argv[1:] = ["--config-path", os.getcwd(), "--config-name", "grpo", *sys.argv[1:]]
from verl.trainer.main_ppo import main

main()
`;
}

/** What the user starts for TRL. */
export function trlProgram(): string {
  return `"""Trains with TRL as grpo.json says. Written by \`aha export --to trl\`; don't edit it."""
import json, os

os.chdir(os.path.dirname(os.path.abspath(__file__)))
import torch
from datasets import load_dataset
from torch.optim.lr_scheduler import LambdaLR
from trl import GRPOConfig, GRPOTrainer

from aha_rewards import aha

recipe = json.load(open("grpo.json"))
plan, lora = recipe["schedule"], recipe["lora"]


def rate(update):  # rises over the warm-up, then falls in a line
    if update < plan["warmup"]:
        return (update + 1) / plan["warmup"]
    progress = min(1, (update - plan["warmup"]) / max(1, plan["total"] - plan["warmup"]))
    return 1 - (1 - plan["floor"]) * progress


class Trainer(GRPOTrainer):
    def create_scheduler(self, num_training_steps, optimizer=None):
        self.lr_scheduler = LambdaLR(optimizer or self.optimizer, rate)
        return self.lr_scheduler


if lora is not None:
    from peft import LoraConfig

    lora = LoraConfig(task_type="CAUSAL_LM", **lora)
trainer = Trainer(
    model="model",
    reward_funcs=aha,
    args=GRPOConfig(use_cpu=not torch.cuda.is_available(), **recipe["config"]),
    train_dataset=load_dataset("json", data_files="train.jsonl")["train"],
    peft_config=lora,
)
try:
    trainer.train()
    trainer.save_model("run/final")
finally:
    json.dump(trainer.state.log_history, open("run/log.json", "w"))
`;
}
