import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Glossary } from "./glossary.ts";
import { termsIn, withTerms } from "./with-terms.ts";

const [english, chinese] = ["en", "zh"].map(
  (language) => JSON.parse(readFileSync(new URL(`${language}.json`, import.meta.url), "utf8")) as Glossary,
) as [Glossary, Glossary];

test("marks the first place of a term alone, and loses nothing of the text", () => {
  const text = "Rewards of a group: the reward of each, the group's mean.";
  const pieces = withTerms(text, english);
  expect(pieces).toEqual([
    { text: "Rewards", term: "reward" },
    { text: " of a ", term: null },
    { text: "group", term: "group" },
    { text: ": the reward of each, the group's mean.", term: null },
  ]);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
});

test("the longest alias counts", () => {
  expect(termsIn("the reward model", english)).toEqual(["rewardModel"]);
  expect(termsIn("R1-Zero and R1", english)).toEqual(["r1Zero", "r1"]);
  expect(termsIn("the KL penalty", english)).toEqual(["klPenalty"]);
  expect(termsIn("组相对优势", chinese)).toEqual(["groupRelative"]);
  expect(termsIn("奖励模型给出奖励", chinese)).toEqual(["rewardModel", "reward"]);
});

test("Latin letters are whole words, Chinese is found anywhere", () => {
  expect(termsIn("regroup, tokenizer, clipboard, pass@12, ratios-of, grouped", english)).toEqual([]);
  expect(termsIn('(token), "policy"; KL\'s', english)).toEqual(["token", "policy", "klPenalty"]);
  expect(termsIn("用GRPO训练策略，看优势", chinese)).toEqual(["grpo", "policy", "advantage"]);
  expect(termsIn("数组与组合", chinese)).toEqual([]);
});

test("no more than asked for, and not what is marked elsewhere", () => {
  const text = "the policy, its reward, its advantage";
  expect(termsIn(text, english, { most: 1 })).toEqual(["policy"]);
  expect(termsIn(text, english, { most: 1, without: ["policy"] })).toEqual(["reward"]);
  expect(withTerms(text, english, { most: 0 })).toEqual([{ text, term: null }]);
  expect(withTerms("", english)).toEqual([]);
});
