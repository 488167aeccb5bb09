"""Golden numbers of the policy losses, by PyTorch's autograd in double precision.

    python test/golden/make_losses.py          writes test/golden/losses.json

Needs torch alone (made with 2.15, on the CPU). Everything is written here from the formulas of docs/numerics.md, and
nothing is read from the TypeScript code, so that the two can disagree. Inputs are literals and arithmetic on them:
the script gives the same file every time.

Schema of losses.json: {"torch": version, "cases": [case, ...]} with a case

    name              what it is
    config            advantage          "group-relative" | "mean-centred" | "leave-one-out"
                      aggregation        "sequence-mean" | "token-mean" | "constant"
                      clipEpsilonLow, clipEpsilonHigh, klCoefficient, maxCompletionTokens
    groups            [group, ...] with a group = {"rewards": [number | null], "sequences": [sequence, ...]}
        sequence      {"newLogprobs": [n], "oldLogprobs": [n], "refLogprobs": [n]}, the end token included
    expected          advantages         [group][sequence], null where the sequence carries no signal
                      weights            [group][sequence], the weight of each of its tokens; 0 without signal
                      loss               one number
                      gradient           [group][sequence][token], d loss / d newLogprob; zeros without signal
                      kl                 mean over the tokens with signal of exp(u) - u - 1, also where klCoefficient is 0
                      clipFraction       share of the tokens with signal where the clipped side is the smaller one

Sequences without signal (unscored, or in a group whose scored rewards are all equal) take no part at all: they count
neither in N nor in the sum of lengths.
"""

import json
import math
from pathlib import Path

import torch

EPSILON = 1e-6
LOG_RATIO_LIMIT = 20.0


def group_relative(rewards):
    values = torch.tensor(rewards, dtype=torch.float64)
    return ((values - values.mean()) / (values.std(unbiased=True) + EPSILON)).tolist()


def mean_centred(rewards):
    values = torch.tensor(rewards, dtype=torch.float64)
    return (values - values.mean()).tolist()


def leave_one_out(rewards):
    return [reward - sum(rewards[:i] + rewards[i + 1 :]) / (len(rewards) - 1) for i, reward in enumerate(rewards)]


ADVANTAGES = {"group-relative": group_relative, "mean-centred": mean_centred, "leave-one-out": leave_one_out}


def advantages_of(rewards, name):
    scored = [reward for reward in rewards if reward is not None]
    if len(scored) < 2 or len(set(scored)) == 1:
        return [None] * len(rewards)
    values = iter(ADVANTAGES[name](scored))
    return [None if reward is None else next(values) for reward in rewards]


def weight_of(length, lengths, config):
    if config["aggregation"] == "sequence-mean":
        return 1 / (len(lengths) * length)
    if config["aggregation"] == "token-mean":
        return 1 / sum(lengths)
    return 1 / (len(lengths) * config["maxCompletionTokens"])


def token_terms(new, old, ref, advantage, config):
    """The surrogate, the KL and whether the clip decides, by token."""
    ratio = torch.exp(torch.clamp(new - old, -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT))
    clipped = torch.clamp(ratio, 1 - config["clipEpsilonLow"], 1 + config["clipEpsilonHigh"])
    u = torch.clamp(ref - new, -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT)
    surrogate = torch.minimum(ratio * advantage, clipped * advantage)
    return surrogate, torch.exp(u) - u - 1, clipped * advantage < ratio * advantage


def evaluate(config, groups):
    advantages = [advantages_of(group["rewards"], config["advantage"]) for group in groups]
    lengths = [
        len(sequence["newLogprobs"])
        for group, values in zip(groups, advantages)
        for sequence, advantage in zip(group["sequences"], values)
        if advantage is not None
    ]
    loss = torch.zeros((), dtype=torch.float64)
    leaves, weights, kls, clips = [], [], [], []
    for group, values in zip(groups, advantages):
        leaves.append([])
        weights.append([])
        for sequence, advantage in zip(group["sequences"], values):
            new = torch.tensor(sequence["newLogprobs"], dtype=torch.float64, requires_grad=True)
            leaves[-1].append(new)
            if advantage is None:
                weights[-1].append(0.0)
                continue
            old = torch.tensor(sequence["oldLogprobs"], dtype=torch.float64)
            ref = torch.tensor(sequence["refLogprobs"], dtype=torch.float64)
            surrogate, kl, clip = token_terms(new, old, ref, advantage, config)
            weight = weight_of(len(new), lengths, config)
            weights[-1].append(weight)
            loss = loss + weight * (-surrogate + config["klCoefficient"] * kl).sum()
            kls += kl.tolist()
            clips += clip.tolist()
    if loss.requires_grad:
        loss.backward()
    gradient = [[(leaf.grad if leaf.grad is not None else torch.zeros_like(leaf)).tolist() for leaf in row] for row in leaves]
    return {
        "advantages": advantages,
        "weights": weights,
        "loss": loss.item(),
        "gradient": gradient,
        "kl": sum(kls) / len(kls) if kls else 0.0,
        "clipFraction": sum(clips) / len(clips) if clips else 0.0,
    }


def sequence(new, shifts, drifts):
    """Old and reference log-probabilities by their distance from the new ones: new - old, and ref - new."""
    return {
        "newLogprobs": new,
        "oldLogprobs": [round(a - b, 6) for a, b in zip(new, shifts)],
        "refLogprobs": [round(a + b, 6) for a, b in zip(new, drifts)],
    }


# Ragged groups whose ratios reach beyond both clips of 0.2 and 0.28 under both signs of the advantage.
OFF_POLICY = [
    {
        "rewards": [1.0, 0.0, 0.0, 1.0],
        "sequences": [
            sequence([-0.7, -1.2, -0.05, -2.3, -0.4], [0.5, -0.5, 0.1, 0.26, 0.0], [0.1, -0.2, 0.0, 0.4, -0.05]),
            sequence([-1.1, -0.3], [0.5, -0.5], [0.3, -0.3]),
            sequence([-0.9, -0.6, -1.7], [-0.1, 0.22, -0.24], [-0.6, 0.05, 0.2]),
            sequence([-0.2], [-0.3], [0.0]),
        ],
    },
    # One is solved; rewards of more than two levels.
    {
        "rewards": [0.0, 2.0, 0.5],
        "sequences": [
            sequence([-0.8, -0.1, -3.0, -0.5], [0.3, -0.3, 0.05, 0.0], [0.0, 0.1, -0.4, 0.2]),
            sequence([-1.5, -0.25, -0.6], [2.5, -0.05, 0.24], [0.7, 0.0, -0.1]),
            sequence([-0.45, -0.95], [0.1, -0.21], [0.02, -0.02]),
        ],
    },
    # All alike: no signal, though its ratios would count.
    {
        "rewards": [1.0, 1.0],
        "sequences": [sequence([-0.3, -0.4], [0.9, -0.9], [0.5, 0.5]), sequence([-0.2, -0.6, -0.1], [0.4, 0.0, -0.4], [-0.5, 0.5, 0.0])],
    },
    # One unscored: left out, the others compared without it.
    {
        "rewards": [None, 1.0, 0.0],
        "sequences": [
            sequence([-0.5, -0.5], [0.6, -0.6], [0.2, 0.2]),
            sequence([-0.35, -1.4], [0.0, 0.31], [-0.15, 0.25]),
            sequence([-2.0, -0.15, -0.75], [-0.31, 0.0, 0.19], [0.1, -0.1, 0.3]),
        ],
    },
]

# Old and new are the same, so that every ratio is 1 and the gradient is -w A, plus the penalty's.
ON_POLICY = [
    {"rewards": group["rewards"], "sequences": [{**s, "oldLogprobs": s["newLogprobs"]} for s in group["sequences"]]}
    for group in OFF_POLICY
]

# Log-ratios beyond +-20 of both kinds, and ratios beyond the paper's clip of 11.
EXTREME = [
    {
        "rewards": [1.0, 0.0],
        "sequences": [
            sequence([-0.1, -30.0, -0.2, -4.0], [25.0, -25.0, 2.3, 2.5], [-25.0, 3.0, 0.0, 0.5]),
            sequence([-0.3, -26.0, -5.0], [2.5, -22.0, -3.0], [-2.0, 2.0, 0.1]),
        ],
    },
]


def case(name, groups, advantage, aggregation, low, high, kl, max_tokens=8):
    config = {
        "advantage": advantage,
        "aggregation": aggregation,
        "clipEpsilonLow": low,
        "clipEpsilonHigh": high,
        "klCoefficient": kl,
        "maxCompletionTokens": max_tokens,
    }
    return {"name": name, "config": config, "groups": groups, "expected": evaluate(config, groups)}


def main():
    cases = [
        case("GRPO, the paper's preset", OFF_POLICY, "group-relative", "sequence-mean", 10, 10, 0.001),
        case("GRPO, DeepSeekMath's penalty and a clip of 0.2", OFF_POLICY, "group-relative", "sequence-mean", 0.2, 0.2, 0.04),
        case("Dr. GRPO", OFF_POLICY, "mean-centred", "constant", 0.2, 0.2, 0),
        case("DAPO: token mean, higher clip", OFF_POLICY, "group-relative", "token-mean", 0.2, 0.28, 0),
        case("RLOO, on policy, with a penalty", ON_POLICY, "leave-one-out", "sequence-mean", 0.2, 0.2, 0.05),
        case("GRPO, the paper's preset, beyond every limit", EXTREME, "group-relative", "sequence-mean", 10, 10, 0.001),
    ]
    for item in cases:
        assert math.isfinite(item["expected"]["loss"]), item["name"]
    path = Path(__file__).with_name("losses.json")
    path.write_text(json.dumps({"torch": torch.__version__.split("+")[0], "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
