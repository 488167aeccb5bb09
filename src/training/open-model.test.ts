import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyChatModel } from "../../test/tiny-chat-model.ts";
import { shippedModel } from "../formats/shipped-model.ts";
import { randomKey } from "../random.ts";
import { findTask } from "../tasks/index.ts";
import { openModel, type TrainableModel } from "./open-model.ts";

const BASE = shippedModel("countdown-small-base");
const task = findTask("countdown");
const problems = task.problems("train").slice(0, 3);
const SHORT = { groupSize: 2, maxCompletionTokens: 12 } as const;

describe("a model for a loop of one's own", () => {
  let model: TrainableModel;
  beforeAll(async () => {
    model = await openModel(BASE, { task, workers: 1, seed: 3 });
  });
  afterAll(() => model.stop());

  test("samples groups in the order of the problems, and the same for the same key", async () => {
    const key = randomKey(5);
    const groups = await model.sample(problems, { ...SHORT, key });
    expect(groups.map((group) => group.map(({ problem, sample }) => [problem.id, sample]))).toEqual(
      problems.map(({ id }) => [
        [id, 0],
        [id, 1],
      ]),
    );
    const again = await model.sample(problems, { ...SHORT, key });
    expect(again.map((group) => group.map(({ tokens }) => tokens))).toEqual(
      groups.map((group) => group.map(({ tokens }) => tokens)),
    );
  });

  test("draws anew at each call that gives no key", async () => {
    const texts = async (): Promise<string[]> =>
      (await model.sample(problems, SHORT)).flatMap((group) => group.map(({ text }) => text));
    expect(await texts()).not.toEqual(await texts());
  });

  test("takes questions as texts, and leaves room in the model's context where no limit is given", async () => {
    const [group] = await model.sample([problems[0]!.compactQuestion], { groupSize: 1 });
    expect(group![0]!.prompt).toContain(problems[0]!.compactQuestion);
    expect(group![0]!.promptTokens.length + group![0]!.tokens.length).toBeLessThanOrEqual(model.config.maxPositions);
  });

  test("scores as it sampled, learns, and no longer scores so", async () => {
    const rollouts = (await model.sample(problems, SHORT)).flat();
    const before = await model.score(rollouts);
    const gap = (scores: readonly Float32Array[]): number =>
      Math.max(
        ...scores.flatMap((row, i) => [...row].map((logprob, t) => Math.abs(logprob - rollouts[i]!.logprobs[t]!))),
      );
    expect(gap(before)).toBeLessThan(1e-4);
    const { version } = model;
    const learnt = rollouts.map((rollout, i) => ({ ...rollout, advantage: i % 2 === 0 ? 1 : -1 }));
    const metrics = await model.update(learnt, { learningRate: 0.01 });
    expect(metrics).toMatchObject({ updates: 1, learningRate: 0.01 });
    expect(model.version).toBe(version + 1);
    const after = await model.score(rollouts);
    expect(gap(after)).toBeGreaterThan(1e-2);
    // What was rewarded became likelier.
    const likelihood = (scores: readonly Float32Array[], i: number): number =>
      scores[i]!.reduce((sum, x) => sum + x, 0);
    expect(likelihood(after, 0) - likelihood(after, 1)).toBeGreaterThan(likelihood(before, 0) - likelihood(before, 1));
  });

  test("saves what it has become, to be opened again", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "aha-open-")), "model");
    const rollouts = (await model.sample(problems, SHORT)).flat();
    await model.save(folder);
    const opened = await openModel(folder, { task, workers: 1 });
    try {
      const [mine, theirs] = [await model.score(rollouts), await opened.score(rollouts)];
      expect(theirs.map((row) => [...row])).toEqual(mine.map((row) => [...row]));
    } finally {
      await opened.stop();
    }
  });

  test("refuses completions of another policy", async () => {
    const rollouts = (await model.sample(problems, SHORT)).flat();
    const foreign = rollouts.map((one) => ({ ...one, advantage: 1, logprobs: one.logprobs.map((x) => x - 1) }));
    await expect(model.update(foreign, { learningRate: 0.01 })).rejects.toThrow("the sampler's log-probabilities");
    await expect(model.update(foreign, { learningRate: 0 })).rejects.toThrow("`learningRate` above 0");
  });
});

test("an adapter is trained in the place of the weights", async () => {
  const model = await openModel(BASE, { task, workers: 1, lora: 2 });
  try {
    const rollouts = (await model.sample(problems, SHORT)).flat();
    await model.update(
      rollouts.map((one) => ({ ...one, advantage: 1 })),
      { learningRate: 0.01 },
    );
    const reference = await openModel(BASE, { task, workers: 1 });
    const [changed, base] = [await model.score(rollouts), await reference.score(rollouts)];
    await reference.stop();
    expect([...changed[0]!]).not.toEqual([...base[0]!]);
  } finally {
    await model.stop();
  }
});

test("an unknown option is refused with the nearest", async () => {
  await expect(openModel(BASE, { worker: 2 } as never)).rejects.toThrow("Did you mean `workers`?");
});

test("a model is asked a file's questions in the form that its answers are looked for in", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "aha-test-")), "qa.jsonl");
  writeFileSync(path, '{"question":"What is 1 + 1?","gold":"2"}\n');
  const model = await openModel(await tinyChatModel(), { data: path, extract: "boxed", workers: 1 });
  try {
    const [group] = await model.sample(["What is 1 + 1?"], SHORT);
    expect(group![0]!.prompt).toContain("in \\boxed{}");
  } finally {
    await model.stop();
  }
});
