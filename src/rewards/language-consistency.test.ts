import { expect, test } from "vitest";
import { rewardContract } from "../../test/contracts/reward-contract.ts";
import { languageConsistency, languageConsistencyReward } from "./language-consistency.ts";

rewardContract(() => languageConsistencyReward<{ readonly language?: string }>(), { language: "zh" });

test("the share of words in the language", () => {
  expect(languageConsistency("错 等等 yes", "zh")).toBeCloseTo(2 / 3, 12);
  expect(languageConsistency("3 + 4 = 7", "zh")).toBeNull();
});

test.each([
  ["错 yes", "zh", 0.5],
  ["错 错", "zh", 1],
  ["1 + 1 = 2", "zh", 0],
  [null, "zh", 0],
  ["错", undefined, 1],
] as const)("thinking %j of a question in %j earns %f", (thinking, language, score) => {
  const parsed = { thinking, answer: "1", wellFormed: true, reason: null };
  const problem = language === undefined ? {} : { language };
  expect(
    languageConsistencyReward<{ readonly language?: string }>().score({
      parsed,
      problem,
      rollout: {} as never,
      verdict: { kind: "right" },
    }),
  ).toBe(score);
});
