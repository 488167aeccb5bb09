import { describe, expect, test } from "vitest";
import { meanCentredAdvantages } from "../advantages/index.ts";
import { clippedPolicyLoss } from "../losses/index.ts";
import type { Judge } from "../judging/judge.ts";
import type { Policy, SampledGroup } from "../policy/policy.ts";
import type { SamplingRequest } from "../policy/sampling/sampling-request.ts";
import type { Problem } from "../records/problem.ts";
import type { TrainingSequence } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import { accuracyReward, type RewardPart } from "../rewards/index.ts";
import type { Task } from "../tasks/index.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Algorithm } from "./algorithm.ts";
import type { GrpoOptions } from "./grpo-options.ts";
import { openGrpo } from "./grpo.ts";
import { ownRewards } from "./step-rewards.ts";
import { trainPolicy, type PolicySetting, type PolicyStep } from "./train-policy.ts";

const OPTIONS = {
  seed: 1,
  steps: 3,
  problemsPerStep: 2,
  groupSize: 2,
  resampleRounds: 0,
  temperature: 0.5,
  topK: 0,
  topP: 1,
  maxCompletionTokens: 4,
  advantages: "mean-centred",
  aggregation: "token-mean",
  clipEpsilonLow: 0.2,
  clipEpsilonHigh: 0.2,
  klCoefficient: 0,
  referenceEvery: 0,
  minibatches: 1,
  innerEpochs: 1,
  learningRate: 0.3,
  learningRateFloor: 0,
  warmup: 0,
  clipNorm: 1,
  generalPerStep: 0,
  preferenceSteps: 0,
  verifierSeconds: 1,
} as unknown as GrpoOptions;

const problems = Array.from({ length: 4 }, (_, i): Problem => ({
  id: `p${i}`,
  split: "train",
  question: String(i),
  compactQuestion: String(i),
  difficulty: 0.5,
  data: i,
}));
const task: Task = {
  name: "numbers",
  problems: (split) => (split === "train" ? problems : []),
  verify: () => ({ kind: "right" }),
};

/** A text is its tokens by comma: the problem's number, then the sample's. */
const tokenizer = {
  encode: (text: string) => [Number(text)],
  decode: (ids: readonly number[]) => ids.join(","),
} as unknown as Tokenizer;

const END = 9;

interface Update {
  readonly sequences: readonly TrainingSequence[];
  readonly learningRate: number;
}

/** Writes `[problem, sample, END]` for each sample, gives groups in the wrong order, and notes what it is asked. */
function fakePolicy() {
  const log: string[] = [];
  const updates: Update[] = [];
  const policy = {
    version: 0,
    async *sample(requests: readonly SamplingRequest[], options: { readonly temperature: number }) {
      log.push(`sample ${requests.map(({ prompt }) => prompt[0]).join(" ")} at ${options.temperature}`);
      for (const index of requests.map((_, i) => i).toReversed())
        yield await Promise.resolve<SampledGroup>({
          index,
          completions: requests[index]!.keys.map((_, sample) => ({
            tokens: [requests[index]!.prompt[0]!, sample, END],
            logprobs: [-1, -1, -1],
            stop: "end",
          })),
        });
    },
    update: (sequences: readonly TrainingSequence[], _loss: unknown, step: { readonly learningRate: number }) => {
      log.push("update");
      updates.push({ sequences, learningRate: step.learningRate });
      policy.version++;
      const logprobs = sequences.map(({ tokens }) => Float32Array.from(tokens, () => -1));
      return Promise.resolve({ loss: 1, gradNorm: 1, entropy: 0, kl: 0, clipped: 0, logprobs });
    },
    score: (_model: string, sequences: readonly TrainingSequence[]) =>
      Promise.resolve(sequences.map(({ tokens }) => Float32Array.from(tokens, () => -1))),
    keepReference: () => Promise.resolve(void log.push("reference")),
  };
  return { policy: policy as unknown as Policy, log, updates };
}

/** Decides by the text of a completion, `problem,sample`. */
function fakeJudge(decide: (text: string) => Verdict): Judge {
  return {
    task,
    judge: (rollouts) =>
      Promise.resolve(
        rollouts.map((rollout) => ({
          ...rollout,
          parsed: { thinking: null, answer: rollout.text, wellFormed: true, reason: null },
          verdict: decide(rollout.text),
          attempts: undefined,
        })),
      ),
    ready: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}

/** The first sample is right, the second wrong. */
const firstIsRight = (text: string): Verdict =>
  text.endsWith(",0") ? { kind: "right" } : { kind: "wrong", reason: "second" };

function setting(more: Partial<PolicySetting> & { readonly policy: Policy }): PolicySetting {
  const options = more.options ?? OPTIONS;
  return {
    tokenizer,
    judge: fakeJudge(firstIsRight),
    template: ({ question }) => question,
    rewards: ownRewards([accuracyReward()]),
    algorithm: openGrpo(options),
    options,
    ...more,
  };
}

async function stepsOf(given: PolicySetting, from = 1): Promise<PolicyStep[]> {
  const steps: PolicyStep[] = [];
  for await (const step of trainPolicy(given, from)) steps.push(step);
  return steps;
}

describe("a step", () => {
  test("draws, samples, judges, compares and updates, with groups in the order of the draw", async () => {
    const { policy, log, updates } = fakePolicy();
    const steps = await stepsOf(setting({ policy }));
    expect(log.filter((line) => line !== "update")).toHaveLength(3);
    expect(log[0]).toBe(`sample ${steps[0]!.groups.map(({ problem }) => problem.question).join(" ")} at 0.5`);
    expect(log[1]).toBe("update");
    for (const { groups } of steps)
      for (const { problem, rollouts, signal } of groups) {
        expect(signal).toBe(true);
        expect(rollouts.map(({ tokens }) => tokens)).toEqual([
          [problem.data, 0, END],
          [problem.data, 1, END],
        ]);
        expect(rollouts.map(({ advantage }) => advantage)).toEqual([0.5, -0.5]);
      }
    expect(updates.map(({ sequences }) => sequences.map(({ advantage }) => advantage))).toEqual(
      Array.from({ length: 3 }, () => [0.5, -0.5, 0.5, -0.5]),
    );
    expect(updates[0]!.sequences[0]!.weight).toBe(1 / 12);
    expect(steps.map(({ metrics }) => metrics.accuracy)).toEqual([0.5, 0.5, 0.5]);
  });

  test("is the same from a later start", async () => {
    const all = await stepsOf(setting({ policy: fakePolicy().policy }));
    const last = await stepsOf(setting({ policy: fakePolicy().policy }), 3);
    const drawn = ({ groups }: PolicyStep): string[] => groups.map(({ problem }) => problem.id);
    expect(last.map(drawn)).toEqual([drawn(all[2]!)]);
  });

  test("every problem comes once an epoch", async () => {
    const steps = await stepsOf(setting({ policy: fakePolicy().policy }));
    const firstEpoch = steps.slice(0, 2).flatMap(({ groups }) => groups.map(({ problem }) => problem.id));
    expect(firstEpoch.toSorted()).toEqual(["p0", "p1", "p2", "p3"]);
  });
});

describe("what teaches nothing", () => {
  test("groups of which all are right update nothing, and say so", async () => {
    const { policy, updates } = fakePolicy();
    const steps = await stepsOf(setting({ policy, judge: fakeJudge(() => ({ kind: "right" })) }));
    expect(updates).toEqual([]);
    expect(steps[0]!.metrics).toMatchObject({ signalShare: 0, updates: 0, accuracy: 1 });
  });

  test("what could not be judged is counted, has no advantage and is not averaged", async () => {
    const { policy, updates } = fakePolicy();
    const judge = fakeJudge((text) =>
      text.endsWith(",0") ? { kind: "unverifiable", reason: "down" } : firstIsRight(text),
    );
    const [first] = await stepsOf(setting({ policy, judge }));
    expect(first!.metrics).toMatchObject({
      accuracy: 0,
      unverifiable: { count: 2, reasons: [{ reason: "down", count: 2 }] },
    });
    expect(first!.groups.flatMap(({ rollouts }) => rollouts.map(({ reward }) => reward.total))).toEqual([
      null,
      0,
      null,
      0,
    ]);
    expect(updates).toEqual([]);
  });

  test("too few groups with signal draw further problems, as often as the options allow", async () => {
    const { policy, log } = fakePolicy();
    const judge = fakeJudge((text) => (text.startsWith("0") ? firstIsRight(text) : { kind: "right" }));
    const options = { ...OPTIONS, steps: 1, resampleRounds: 2 };
    const [step] = await stepsOf(setting({ policy, judge, options }));
    expect(log.filter((line) => line.startsWith("sample")).length).toBeGreaterThan(1);
    expect(log.filter((line) => line.startsWith("sample")).length).toBeLessThanOrEqual(3);
    expect(step!.groups.length).toBeGreaterThan(2);
  });
});

test("the reference is renewed every so many steps, before anything is sampled", async () => {
  const { policy, log } = fakePolicy();
  const options = { ...OPTIONS, klCoefficient: 0.1, referenceEvery: 2 };
  await stepsOf(setting({ policy, options }));
  const kinds = log.map((line) => line.split(" ")[0]);
  expect(kinds).toEqual(["sample", "update", "sample", "update", "reference", "sample", "update"]);
});

test("the learning rate falls over the steps of the run, also from a later start", async () => {
  const { policy, updates } = fakePolicy();
  await stepsOf(setting({ policy }));
  const rates = updates.map(({ learningRate }) => learningRate);
  expect(rates[0]).toBe(0.3);
  expect(rates).toEqual(rates.toSorted((a, b) => b - a));
  expect(new Set(rates).size).toBe(3);
});

describe("values", () => {
  test("an algorithm gives what is learnt from, and learns after the policy", async () => {
    const { policy, log, updates } = fakePolicy();
    const algorithm: Algorithm = {
      name: "own",
      loss: clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.2, klCoefficient: 0 }),
      withinGroup: meanCentredAdvantages,
      advantages: (groups) =>
        groups.map(({ rollouts: [first] }) => ({ ...first!, advantage: first!.tokens.map((_, t) => t + 1) })),
      learn: () => Promise.resolve(void log.push("learn")),
    };
    await stepsOf(setting({ policy, algorithm, options: { ...OPTIONS, steps: 1 } }));
    expect(log.slice(1)).toEqual(["update", "learn"]);
    expect(updates[0]!.sequences.map(({ advantage }) => advantage)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test("rewards are asked once a step for all that was sampled, and may differ by problem", async () => {
    const asked: number[] = [];
    const rewards: PolicySetting["rewards"] = (sampled, step) => {
      asked.push(step, sampled.length);
      return Promise.resolve(({ data }) => [
        { name: "place", weight: 1, score: ({ sample }) => sample * (data as number) } satisfies RewardPart,
      ]);
    };
    const steps = await stepsOf(setting({ policy: fakePolicy().policy, rewards }));
    expect(asked).toEqual([1, 4, 2, 4, 3, 4]);
    for (const { groups } of steps)
      for (const { problem, rollouts } of groups)
        expect(rollouts.map(({ reward }) => reward.total)).toEqual([0, problem.data]);
  });
});
