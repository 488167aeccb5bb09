import { expect, test } from "vitest";
import { optionRewards } from "./step-rewards.ts";
import { resolveGroup } from "../options/index.ts";
import { REWARDS } from "../rewards/reward-options.ts";
import { weightedReward } from "../rewards/index.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import type { Problem } from "../records/problem.ts";

const problem: Problem = {
  id: "a",
  split: "train",
  question: "1 + 1",
  compactQuestion: "1 + 1",
  difficulty: 0,
  data: null,
};
const cut = { problem, stop: "length", verdict: { kind: "right" }, parsed: { wellFormed: true } } as JudgedRollout;

test.each([
  ["zero", 0],
  ["unscored", null],
] as const)("what was cut at the length limit is %s", async (truncated, expected) => {
  const options = { ...resolveGroup(REWARDS, { truncated }), maxCompletionTokens: 8, steps: 1 };
  const parts = await optionRewards(options)([], 1);
  const [reward] = await weightedReward(parts(problem))([cut]);
  expect(reward!.total).toBe(expected);
});
