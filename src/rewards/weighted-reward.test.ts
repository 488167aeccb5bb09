import { describe, expect, test } from "vitest";
import { completionToScore } from "../../test/contracts/reward-contract.ts";
import { accuracyReward } from "./accuracy.ts";
import { formatReward } from "./format.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import type { Reward } from "../records/reward.ts";
import type { CompletionReward, RewardPart } from "./reward-part.ts";
import { weightedReward, type WeightedRewardOptions } from "./weighted-reward.ts";

type Score = CompletionReward<null>["score"];
const part = (name: string, weight: number, score: unknown): CompletionReward<null> => ({
  name,
  weight,
  score: (typeof score === "function" ? score : () => score) as Score,
});
const right = completionToScore(null);
const wrong = completionToScore(null, { verdict: { kind: "wrong", reason: "13" } });

/** The reward of one completion. */
function rewardOf(parts: readonly RewardPart<null>[], options: WeightedRewardOptions = {}) {
  const score = weightedReward(parts, options);
  return async (completion: JudgedRollout<null>): Promise<Reward> => (await score([completion]))[0]!;
}

test("is the weighted sum, with the parts before their weights", async () => {
  const score = rewardOf([
    accuracyReward(),
    formatReward({ weight: 0.5 }),
    part("brevity", -2, () => Promise.resolve(0.25)),
  ]);
  expect(await score(right)).toEqual({
    total: 1,
    breakdown: { accuracy: 1, format: 1, brevity: 0.25 },
    verdict: { kind: "right" },
  });
  const verdict = { kind: "wrong", reason: "13" } as const;
  expect(await score(completionToScore(null, { verdict, wellFormed: false }))).toEqual({
    total: -0.5,
    breakdown: { accuracy: 0, format: 0, brevity: 0.25 },
    verdict,
  });
});

describe("a part that fails leaves the completion unscored, and is named", () => {
  const thrower = (error: unknown) => () => {
    throw error;
  };
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["throws", thrower(new Error("no judge")), 'threw "no judge"'],
    ["throws no error", thrower(7), "threw 7"],
    ["rejects", () => Promise.reject(new Error("offline")), 'threw "offline"'],
    ["gives NaN", NaN, "gave NaN instead of a finite number or null"],
    ["gives Infinity", Infinity, "gave Infinity instead"],
    ["gives a string", "1", 'gave "1" instead'],
    ["gives true", true, "gave true instead"],
    ["gives nothing", undefined, "gave undefined instead"],
    ["resolves to an object", () => Promise.resolve({ score: 1 }), 'gave {"score":1} instead'],
    ["never ends", () => new Promise(() => undefined), "did not end within 0.02 s"],
    ["is a thenable that throws", { then: thrower(new Error("odd")) }, 'threw "odd"'],
  ];
  test.each(cases)("%s", async (_name, score, reason) => {
    const reward = await rewardOf([accuracyReward(), part("judge", 1, score)], { deadlineSeconds: 0.02 })(right);
    expect(reward).toEqual({
      total: null,
      breakdown: { accuracy: 1 },
      verdict: {
        kind: "unverifiable",
        reason: expect.stringContaining(`the reward part "judge" ${reason}`) as unknown,
      },
    });
  });

  test("the first of several is named", async () => {
    const reward = await rewardOf([part("a", 1, NaN), part("b", 1, thrower(new Error("late")))])(right);
    expect(reward.verdict).toEqual({
      kind: "unverifiable",
      reason: 'the reward part "a" gave NaN instead of a finite number or null',
    });
  });

  test("a part that rejects after its deadline disturbs nobody", async () => {
    const late = part(
      "late",
      1,
      () => new Promise((_resolve, reject) => setTimeout(() => reject(new Error("late")), 30)),
    );
    expect((await rewardOf([late], { deadlineSeconds: 0.01 })(right)).total).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 60));
  });
});

test("a part without a score leaves the completion unscored, with its verdict", async () => {
  const unverifiable = { kind: "unverifiable", reason: "timed out" } as const;
  const score = rewardOf([accuracyReward({ truncated: "unscored" }), formatReward()]);
  expect(await score(completionToScore(null, { verdict: unverifiable }))).toEqual({
    total: null,
    breakdown: { format: 1 },
    verdict: unverifiable,
  });
  expect(await score(completionToScore(null, { stop: "length" }))).toEqual({
    total: null,
    breakdown: { format: 1 },
    verdict: { kind: "right" },
  });
});

test("a sum beyond all numbers leaves it unscored", async () => {
  const reward = await rewardOf([part("huge", 1e308, 1e308)])(right);
  expect(reward).toMatchObject({
    total: null,
    verdict: { kind: "unverifiable", reason: "the weighted sum of the reward parts is Infinity" },
  });
});

test("a part may have any name", async () => {
  expect(Object.entries((await rewardOf([part("__proto__", 1, 1)])(right)).breakdown)).toEqual([["__proto__", 1]]);
});

test.each<readonly [string, readonly RewardPart<null>[], string]>([
  ["no parts", [], "Expected `rewards` to have at least one part"],
  ["two of one name", [part("a", 1, 1), part("a", 1, 1)], 'different names, got "a" twice'],
  ["no name", [part("", 1, 1)], 'to have a name, got ""'],
  [
    "a weight that is no number",
    [part("a", NaN, 1)],
    'the weight of the reward part "a" to be a finite number, got NaN',
  ],
  [
    "no function",
    [{ name: "a", weight: 1, score: 1 as never }],
    "to have a function `score` or a function `scoreGroup`, got 1",
  ],
])("%s is an error", (_name, parts, message) => {
  expect(() => weightedReward(parts)).toThrow(message);
});

describe("a part that scores a group", () => {
  const shortest = (scoreGroup: unknown): RewardPart<null> =>
    ({ name: "shortest", weight: 0.5, scoreGroup }) as RewardPart<null>;
  const group = [right, wrong, right];
  const unscored = (reason: string) => ({ total: null, verdict: { kind: "unverifiable", reason } });

  test("sees all its completions and gives one score each", async () => {
    const seen: number[] = [];
    const part = shortest((completions: readonly unknown[]) => {
      seen.push(completions.length);
      return [1, 0, null];
    });
    const rewards = await weightedReward([accuracyReward(), part])(group);
    expect(rewards.map(({ total }) => total)).toEqual([1.5, 0, null]);
    expect(rewards[0]!.breakdown).toEqual({ accuracy: 1, shortest: 1 });
    expect(seen).toEqual([3]);
  });

  test.each<readonly [string, unknown, string]>([
    ["too few scores", () => [1], "gave [1] instead of 3 numbers, one a completion"],
    ["no list", () => 1, "gave 1 instead of 3 numbers"],
    ["an error", () => Promise.reject(new Error("offline")), 'threw "offline"'],
  ])("%s leaves the whole group unscored", async (_name, scoreGroup, reason) => {
    const rewards = await weightedReward([accuracyReward(), shortest(scoreGroup)])(group);
    for (const reward of rewards)
      expect(reward).toMatchObject(unscored(expect.stringContaining(reason) as unknown as string));
  });

  test("one score that is no number leaves its completion unscored alone", async () => {
    const rewards = await weightedReward([shortest(() => [1, "2", 0])])(group);
    expect(rewards.map(({ total }) => total)).toEqual([0.5, null, 0]);
  });

  test("a part is either of the two", () => {
    const both = { ...shortest(() => []), score: () => 1 } as RewardPart<null>;
    expect(() => weightedReward([both])).toThrow("a function `score` or a function `scoreGroup`, got both");
  });
});
