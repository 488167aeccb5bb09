import { describe, expect, test } from "vitest";
import { gradientContract } from "../../test/contracts/gradient-contract.ts";
import { runGraph } from "../../test/contracts/run-graph.ts";
import type { DenseTensor } from "../engine/index.ts";
import { backward } from "../graph/index.ts";
import type { RandomStream } from "../random.ts";
import {
  clippedPolicyLoss,
  clippedSurrogate,
  constantLength,
  crossEntropy,
  crossEntropyLoss,
  klPenalty,
  pairwiseLoss,
  policyLoss,
  sequenceMean,
  tokenMean,
  valueLoss,
} from "./index.ts";

const CLIP = { clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28 };

function expectClose(found: readonly number[], wanted: readonly number[], digits: number = 5): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, i) => expect(value, `element ${i}`).toBeCloseTo(wanted[i]!, digits));
}

/** [ratio, advantage]: each region of the surrogate under each sign, away from the corners 0.8 and 1.28. */
const CORNERS = [0.5, 0.7, 0.9, 1, 1.15, 1.4, 2].flatMap((ratio) => [[ratio, 1.5] as const, [ratio, -0.75] as const]);
const nearby = (random: RandomStream): number => 0.02 * random.next();
const vector = (values: readonly number[]): DenseTensor => ({ data: Float32Array.from(values), dims: [values.length] });

describe("the clipped surrogate", () => {
  // Ratios 1, 1.5, 0.5, 1.5, 0.5 with advantages 2, 2, 2, -2, -2.
  const inputs = {
    logprobs: [-1, -1 + Math.log(1.5), -1 + Math.log(0.5), -1 + Math.log(1.5), -1 + Math.log(0.5)],
    oldLogprobs: [-1, -1, -1, -1, -1],
    advantages: [2, 2, 2, -2, -2],
  };

  test("both sides worked by hand", async () => {
    const { surrogate, ratio, clipped } = await runGraph(inputs, ({ logprobs, oldLogprobs, advantages }) => ({
      ...clippedSurrogate(logprobs!, oldLogprobs!, advantages!, CLIP),
    }));
    expectClose(ratio!, [1, 1.5, 0.5, 1.5, 0.5]);
    // min(r A, clip(r, 0.8, 1.28) A): 1 * 2; 1.28 * 2 is less than 1.5 * 2; 0.5 * 2 is less than 0.8 * 2;
    // 1.5 * -2 is less than 1.28 * -2; 0.8 * -2 is less than 0.5 * -2.
    expectClose(surrogate!, [2, 2.56, 1, -3, -1.6]);
    // Cut on the side that the advantage pushes towards, free on the other.
    expect(clipped).toEqual([0, 1, 0, 0, 1]);
  });

  test("no gradient flows on the side that the advantage pushes towards once it is cut, and all of it on the other", async () => {
    const { gradient } = await runGraph(
      { ...inputs, weights: [1, 1, 1, 1, 1] },
      ({ logprobs, oldLogprobs, advantages, weights }) => {
        const options = { ...CLIP, klCoefficient: 0 };
        const { loss } = policyLoss(
          {
            logprobs: logprobs!,
            oldLogprobs: oldLogprobs!,
            advantages: advantages!,
            weights: weights!,
          },
          options,
        );
        return { gradient: backward(loss, [logprobs!])[0]! };
      },
    );
    // d(-r A)/d logprob = -r A where it isn't cut.
    expectClose(gradient!, [-2, 0, -1, 3, 0]);
  });

  test("a log-ratio beyond 20 is cut and stays finite", async () => {
    const { ratio } = await runGraph(
      { logprobs: [0, -60], oldLogprobs: [-60, 0], advantages: [1, 1] },
      ({ logprobs, oldLogprobs, advantages }) => ({
        ratio: clippedSurrogate(logprobs!, oldLogprobs!, advantages!, CLIP).ratio,
      }),
    );
    expect(ratio![0]! / Math.exp(20)).toBeCloseTo(1, 4);
    expect(ratio![1]! / Math.exp(-20)).toBeCloseTo(1, 4);
  });

  gradientContract("the clipped surrogate", {
    inputs: { logprobs: [6], oldLogprobs: [6], advantages: [6] },
    // Ratios between 0.84 and 1.2: away from the corners.
    draw: (random) => 0.05 + 0.1 * random.next(),
    build: ({ logprobs, oldLogprobs, advantages }) =>
      clippedSurrogate(logprobs!, oldLogprobs!, advantages!, CLIP).surrogate,
  });

  gradientContract("the clipped surrogate below, within and above its range, under either sign", {
    inputs: { logprobs: [CORNERS.length] },
    draw: nearby,
    fixed: {
      oldLogprobs: vector(CORNERS.map(([ratio]) => -Math.log(ratio))),
      advantages: vector(CORNERS.map(([, advantage]) => advantage)),
    },
    build: ({ logprobs, oldLogprobs, advantages }) =>
      clippedSurrogate(logprobs!, oldLogprobs!, advantages!, CLIP).surrogate,
  });

  // Beyond the limit of a log-ratio nothing moves, under either sign. Alone: exp(20) leaves others no digits.
  for (const [logRatio, advantage] of [
    [30, 1],
    [30, -1],
    [-30, 1],
    [-30, -1],
  ] as const)
    gradientContract(`the clipped surrogate at a log-ratio of ${logRatio} and an advantage of ${advantage}`, {
      inputs: { logprobs: [1] },
      draw: nearby,
      fixed: { oldLogprobs: vector([-logRatio]), advantages: vector([advantage]) },
      build: ({ logprobs, oldLogprobs, advantages }) =>
        clippedSurrogate(logprobs!, oldLogprobs!, advantages!, CLIP).surrogate,
    });
});

describe("the KL penalty", () => {
  test("worked by hand: exp(u) - u - 1 with u = refLogprob - logprob", async () => {
    const { kl } = await runGraph(
      { logprobs: [-1, -2, -1], refLogprobs: [-1, -1, -2] },
      ({ logprobs, refLogprobs }) => ({
        kl: klPenalty(logprobs!, refLogprobs!),
      }),
    );
    // u = 0, 1, -1: 0, e - 2, 1 / e.
    expectClose(kl!, [0, 0.718282, 0.367879]);
  });

  gradientContract("the KL penalty", {
    inputs: { logprobs: [5], refLogprobs: [5] },
    build: ({ logprobs, refLogprobs }) => klPenalty(logprobs!, refLogprobs!),
  });

  gradientContract("the KL penalty beyond the limit of a log-ratio", {
    inputs: { logprobs: [1] },
    draw: nearby,
    fixed: { refLogprobs: vector([-40]) },
    build: ({ logprobs, refLogprobs }) => klPenalty(logprobs!, refLogprobs!),
  });
});

describe("the policy loss", () => {
  test("worked by hand, with a penalty and weights", async () => {
    const { loss, kl } = await runGraph(
      {
        logprobs: [-1, -2],
        oldLogprobs: [-1, -2],
        refLogprobs: [-1, -1],
        advantages: [1, -2],
        weights: [0.25, 0.5],
      },
      (tensors) => {
        const { loss, kl } = policyLoss(tensors as unknown as Parameters<typeof policyLoss>[0], {
          ...CLIP,
          klCoefficient: 0.1,
        });
        return { loss, kl: kl! };
      },
    );
    expectClose(kl!, [0, 0.718282]);
    // 0.25 * (-1 + 0) + 0.5 * (2 + 0.1 * 0.718282) = -0.25 + 1.0359141.
    expectClose(loss!, [0.785914]);
  });

  gradientContract("the policy loss", {
    inputs: { logprobs: [5], oldLogprobs: [5], refLogprobs: [5], advantages: [5], weights: [5] },
    draw: (random) => 0.05 + 0.1 * random.next(),
    build: (tensors) =>
      policyLoss(tensors as unknown as Parameters<typeof policyLoss>[0], { ...CLIP, klCoefficient: 0.2 }).loss,
  });

  const corners = {
    oldLogprobs: vector(CORNERS.map(([ratio]) => -Math.log(ratio))),
    refLogprobs: vector(CORNERS.map((_, i) => (i % 3) * 0.3 - 0.2)),
    advantages: vector(CORNERS.map(([, advantage]) => advantage)),
    // One token that is not learnt from.
    weights: vector(CORNERS.map((_, i) => (i === 3 ? 0 : 0.5 + 0.25 * (i % 2)))),
  };
  for (const klCoefficient of [0, 0.2])
    gradientContract(`the loss that a policy is updated by, cut or not, with a KL coefficient of ${klCoefficient}`, {
      inputs: { logprobs: [CORNERS.length] },
      draw: nearby,
      fixed: corners,
      build: ({ logprobs, ...inputs }) => clippedPolicyLoss({ ...CLIP, klCoefficient }).build(logprobs!, inputs).loss,
    });

  test("what it measures: the share that is cut, and the penalty", async () => {
    const measured = await runGraph(
      { logprobs: [0, 0], oldLogprobs: [Math.log(2), 0], refLogprobs: [0, 1], advantages: [-1, -1], weights: [1, 1] },
      ({ logprobs, ...inputs }) => ({
        ...clippedPolicyLoss({ ...CLIP, klCoefficient: 0.1 }).build(logprobs!, inputs).byToken,
      }),
    );
    // Ratios 0.5 and 1 under a negative advantage.
    expect(measured["clipped"]).toEqual([1, 0]);
    expectClose(measured["kl"]!, [0, 0.718282]);
  });
});

describe("losses of other models", () => {
  test("cross-entropy, pairwise and value loss worked by hand", async () => {
    const found = await runGraph({ a: [-0.5, -2], b: [0.25, 0.75], weights: [0.5, 0.25] }, ({ a, b, weights }) => ({
      crossEntropy: crossEntropy(a!, weights!),
      pairwise: pairwiseLoss(b!, a!, weights!),
      value: valueLoss(a!, b!, weights!),
    }));
    // 0.5 * 0.5 + 0.25 * 2.
    expectClose(found["crossEntropy"]!, [0.75]);
    // -log sigmoid(0.75) = 0.386871, -log sigmoid(2.75) = 0.061969: 0.193436 + 0.015492.
    expectClose(found["pairwise"]!, [0.208928]);
    // (0.5 * 0.75^2 + 0.25 * 2.75^2) / 2 = (0.28125 + 1.890625) / 2.
    expectClose(found["value"]!, [1.0859375]);
  });

  gradientContract("cross-entropy", {
    inputs: { logprobs: [5], weights: [5] },
    build: ({ logprobs, weights }) => crossEntropy(logprobs!, weights!),
  });
  gradientContract("cross-entropy as what a policy is updated by, with a token that isn't learnt from", {
    inputs: { logprobs: [3] },
    fixed: { weights: vector([0.5, 0, 0.25]) },
    build: ({ logprobs, weights }) => crossEntropyLoss.build(logprobs!, { weights: weights! }).loss,
  });
  gradientContract("the pairwise loss", {
    inputs: { chosen: [4], rejected: [4], weights: [4] },
    build: ({ chosen, rejected, weights }) => pairwiseLoss(chosen!, rejected!, weights!),
  });
  gradientContract("the value loss", {
    inputs: { values: [4], returns: [4], weights: [4] },
    build: ({ values, returns, weights }) => valueLoss(values!, returns!, weights!),
  });
});

describe("token weights", () => {
  test("completions of 2, 6 and 0 tokens", () => {
    // 1 / (3 * 2), 1 / (3 * 6); an empty completion has no token to weigh.
    expectClose(sequenceMean([2, 6, 0]), [1 / 6, 1 / 18, 1 / 3], 12);
    expectClose(tokenMean([2, 6, 0]), [1 / 8, 1 / 8, 1 / 8], 12);
    // 1 / (3 * 10), whatever the lengths.
    expectClose(constantLength(10)([2, 6, 0]), [1 / 30, 1 / 30, 1 / 30], 12);
  });

  test("nothing gives nothing, and no division by 0", () => {
    for (const weights of [sequenceMean, tokenMean, constantLength(8)]) expect(weights([])).toEqual([]);
    expect(tokenMean([0])).toEqual([1]);
  });
});
