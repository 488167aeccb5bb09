import { expect, test } from "vitest";
import { completionToScore, rewardContract } from "../../test/contracts/reward-contract.ts";
import { formatReward } from "./format.ts";

rewardContract(() => formatReward(), null);

test("1 if well formed, 0 if not, whatever the verdict", () => {
  const verdict = { kind: "wrong", reason: "13" } as const;
  expect(formatReward().score(completionToScore(null, { wellFormed: true, verdict }))).toBe(1);
  expect(formatReward().score(completionToScore(null, { wellFormed: false }))).toBe(0);
});

test("weighs as much as accuracy unless told otherwise", () => {
  expect(formatReward().weight).toBe(1);
  expect(formatReward({ weight: 0.1 }).weight).toBe(0.1);
});
