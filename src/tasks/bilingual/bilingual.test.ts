import { describe, expect, test } from "vitest";
import { taskContract } from "../../../test/contracts/task-contract.ts";
import { RandomStream, randomKey } from "../../random.ts";
import { createBilingualCountdown } from "./bilingual.ts";
import { mixLanguages, translate } from "./words.ts";

const task = createBilingualCountdown();

describe("countdown-bilingual", () => taskContract(() => createBilingualCountdown()));

test("half of the problems are asked in Chinese, with the question in that language", () => {
  const held = task.problems("heldOut");
  const chinese = held.filter(({ language }) => language === "zh");
  expect(chinese.length / held.length).toBeGreaterThan(0.4);
  expect(chinese.length / held.length).toBeLessThan(0.6);
  expect(
    chinese.every(({ question, compactQuestion }) => question.startsWith("用数字") && compactQuestion.includes("得")),
  ).toBe(true);
  expect(held.every(({ language }) => language === "zh" || language === "en")).toBe(true);
});

test("tries are counted in either language", () => {
  expect(task.attempts!("1 + 2 = 3 错 等等 2 + 2 = 4 no 3 + 3 = 6 对").map(({ outcome }) => outcome)).toEqual([
    "rejected",
    "rejected",
    "accepted",
  ]);
});

test("translation leaves numbers, signs and tags", () => {
  expect(translate("<think> 1 + 2 = 3 no wait 对 </think>", "zh")).toBe("<think> 1 + 2 = 3 错 等等 对 </think>");
  expect(translate("3 错 等等", "en")).toBe("3 no wait");
});

test("mixing changes words and nothing else", () => {
  const text = "<think> 1 + 2 = 3 no wait 2 * 2 = 4 yes </think>";
  const random = new RandomStream(randomKey(1));
  const mixed = Array.from({ length: 50 }, () => mixLanguages(text, "en", random));
  expect(new Set(mixed).size).toBeGreaterThan(3);
  expect(mixed.every((one) => translate(one, "en") === text)).toBe(true);
});

describe("general prompts", () => {
  const [problem] = task.general.problems("heldOut");

  test("a demonstration is liked best, nothing worst", () => {
    for (const one of task.general.problems("heldOut"))
      expect(task.general.preference(one, task.general.demonstration(one))).toBeCloseTo(1, 12);
    expect(task.general.preference(problem!, "")).toBe(0);
    expect(task.general.preference(problem!, "<answer> 99 </answer>")).toBe(0);
  });

  test("disjoint splits, all used", () => {
    const counts = (["corpus", "train", "validation", "heldOut"] as const).map(
      (split) => task.general.problems(split).length,
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1200);
    expect(Math.min(...counts)).toBeGreaterThan(80);
  });
});
