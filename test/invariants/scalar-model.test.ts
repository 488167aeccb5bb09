import { corpusOf } from "../../src/pretraining/corpora.ts";
import { describe, expect, test } from "vitest";
import { crossEntropyLoss, tokenMean } from "../../src/losses/index.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { withScalarHead } from "../../src/model/scalar-head.ts";
import { compactPrompt } from "../../src/prompts/index.ts";
import { randomKey, RandomStream } from "../../src/random.ts";
import { findTask } from "../../src/tasks/index.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import { ScalarModel } from "../../src/policy/local/scalar-model.ts";

const base = await loadCheckpoint(new URL("../../models/countdown-base", import.meta.url).pathname);
const head = withScalarHead(base.config, base.parameters);
const OPTIONS = { workers: 2, tokenBudget: 512 };

function documents(count: number): { promptTokens: number[]; tokens: number[] }[] {
  const random = new RandomStream(randomKey(3));
  return Array.from({ length: count }, () => {
    const { problem, completion } = corpusOf(findTask("countdown"))!.document("default", random);
    return {
      promptTokens: base.tokenizer.encode(compactPrompt(problem)),
      tokens: [...base.tokenizer.encode(completion), base.config.eosTokenIds[0]!],
    };
  });
}

describe("a scalar model", () => {
  test("says 0 before it is trained, then what it is taught", async () => {
    const model = await ScalarModel.start(head.config, head.parameters, OPTIONS);
    const sequences = documents(24);
    expect(
      (await model.values(sequences)).every(
        (values, i) => values.length === sequences[i]!.tokens.length && values.every((value) => value === 0),
      ),
    ).toBe(true);
    const weights = tokenMean(sequences.map(({ tokens }) => tokens.length));
    const target = (i: number): number => (i % 2 === 0 ? 1 : -1);
    const lesson = sequences.map((sequence, i) => ({
      ...sequence,
      weight: weights[i]!,
      returns: sequence.tokens.map(() => target(i)),
    }));
    const first = (await model.updateValues(lesson, { learningRate: 3e-3, clipNorm: 1 })).loss;
    // The mean of (0 - 1)^2 / 2.
    expect(first).toBeCloseTo(0.5, 5);
    let last = first;
    for (let step = 0; step < 40; step++)
      last = (await model.updateValues(lesson, { learningRate: 3e-3, clipNorm: 1 })).loss;
    expect(last).toBeLessThan(0.25);
    await model.stop();
  });

  test("learns which side of a pair is preferred, from a loss of log 2", async () => {
    const model = await ScalarModel.start(head.config, head.parameters, OPTIONS);
    const all = documents(32).map(({ promptTokens, tokens }) => [...promptTokens, ...tokens]);
    const pairs = all.slice(0, 16).map((chosen, i) => ({ chosen, rejected: all[16 + i]!, weight: 1 / 16 }));
    const { loss, scores } = await model.updatePairs(pairs, { learningRate: 3e-3, clipNorm: 1 });
    expect(loss).toBeCloseTo(Math.log(2), 5);
    expect(scores).toEqual(pairs.map(() => ({ chosen: 0, rejected: 0 })));
    for (let step = 0; step < 20; step++) await model.updatePairs(pairs, { learningRate: 3e-3, clipNorm: 1 });
    const [chosen, rejected] = [
      await model.scores(pairs.map((pair) => pair.chosen)),
      await model.scores(pairs.map((pair) => pair.rejected)),
    ];
    expect(chosen.filter((score, i) => score > rejected[i]!).length).toBeGreaterThanOrEqual(15);
    await model.stop();
  });

  test("learns nothing from tokens of weight 0, whatever should have been said there", async () => {
    const sequences = documents(8);
    const mask = sequences.map(({ tokens }) => tokens.map((_token, t) => t % 3 !== 1));
    const learnt: Float32Array[] = [];
    const losses: number[] = [];
    for (const elsewhere of [1, -50]) {
      const model = await ScalarModel.start(head.config, head.parameters, OPTIONS);
      const lesson = sequences.map((sequence, i) => ({
        ...sequence,
        weight: mask[i]!.map((own) => (own ? 0.01 : 0)),
        returns: mask[i]!.map((own) => (own ? 1 : elsewhere)),
      }));
      losses.push((await model.updateValues(lesson, { learningRate: 1e-3, clipNorm: 1 })).loss);
      learnt.push(model.parameters());
      await model.stop();
    }
    // (0 - 1)^2 / 2 at each of the model's own tokens.
    const own = mask.flat().filter(Boolean).length;
    expect(losses[0]).toBeCloseTo(0.005 * own, 5);
    expect(losses[1]).toBe(losses[0]);
    expect(learnt[1]).toEqual(learnt[0]);
    expect(learnt[0]).not.toEqual(head.parameters);
  });

  test("is the same after restore", async () => {
    const [one, other] = [
      await ScalarModel.start(head.config, head.parameters, OPTIONS),
      await ScalarModel.start(head.config, head.parameters, OPTIONS),
    ];
    const sequences = documents(8);
    const lesson = sequences.map((sequence) => ({ ...sequence, weight: 0.01, returns: sequence.tokens.map(() => 1) }));
    const step = { learningRate: 1e-3, clipNorm: 1 };
    await one.updateValues(lesson, step);
    await other.restore(one.parameters(), one.moments());
    await one.updateValues(lesson, step);
    await other.updateValues(lesson, step);
    expect(other.parameters()).toEqual(one.parameters());
    await Promise.all([one.stop(), other.stop()]);
  });
});

test("packed rows give the gradients of separate ones", async () => {
  const sequences = documents(24);
  const weights = tokenMean(sequences.map(({ tokens }) => tokens.length));
  const losses: number[] = [];
  for (const packing of [false, true]) {
    const policy = await startLocalPolicy(base, { ...OPTIONS, packing });
    const { loss, gradNorm, logprobs } = await policy.update(
      sequences.map((sequence, i) => ({ ...sequence, weight: weights[i]!, advantage: 0 })),
      crossEntropyLoss,
      { learningRate: 1e-3, clipNorm: 1, temperature: 1 },
    );
    expect(logprobs.map(({ length }) => length)).toEqual(sequences.map(({ tokens }) => tokens.length));
    losses.push(loss, gradNorm);
    await policy.stop();
  }
  expect(losses[2]).toBeCloseTo(losses[0]!, 5);
  expect(losses[3]! / losses[1]!).toBeCloseTo(1, 4);
});
