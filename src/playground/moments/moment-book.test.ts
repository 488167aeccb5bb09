import { expect, test } from "vitest";
import type { SeenStep } from "../client/tab-client.ts";
import type { SeenRollout } from "../messages.ts";
import type { Verdict } from "../../records/verdict.ts";
import {
  ANY_MOMENT,
  completionAt,
  fittingMoments,
  MomentBook,
  spansOf,
  wordsOfMoments,
  wrongCompletion,
} from "./moment-book.ts";

const PROBLEM = "countdown:1,2,2=4";
const WRONG = "<think> 1 + 2 = 3 , 3 + 2 = 5 no </think> <answer> 1 + 2 + 2 </answer>";
const TURNED = "<think> 1 + 2 = 3 , 3 + 2 = 5 no wait 2 * 1 = 2 , 2 * 2 = 4 yes </think> <answer> 2 * 2 * 1 </answer>";
const AT_ONCE = "<think> 2 * 1 = 2 , 2 * 2 = 4 yes </think> <answer> 2 * 2 * 1 </answer>";

const REJECTED = "1 + 2 = 3 , 3 + 2 = 5";

function seen(step: number, sample: number, text: string): SeenRollout {
  const verdict: Verdict = text === WRONG ? { kind: "wrong", reason: "5" } : { kind: "right" };
  return {
    step,
    problemIndex: 2,
    problemId: PROBLEM,
    prompt: "<bos> 1 2 2 make 4 :",
    difficulty: 0.5,
    rollout: {
      text,
      sample,
      stop: "end",
      version: step - 1,
      promptTokens: [1],
      tokens: text.split(" ").map((_, i) => i),
      logprobs: [],
    },
    reward: { total: 1, breakdown: {}, verdict },
    advantage: 0.5,
    pieces: [],
    corrects: text === TURNED,
    rejected: text === AT_ONCE ? null : REJECTED,
    answer: "2 * 2 * 1",
  };
}

function stepOf(step: number, ...texts: readonly string[]): SeenStep {
  const rollouts = texts.map((text, sample) => seen(step, sample, text));
  const group = {
    problemIndex: 2,
    problemId: PROBLEM,
    prompt: "<bos> 1 2 2 make 4 :",
    promptPieces: [],
    signal: true,
    rollouts,
  };
  return { metrics: { step } as SeenStep["metrics"], groups: [group], digest: "" };
}

const STEPS = [stepOf(1, WRONG, AT_ONCE), stepOf(2, AT_ONCE, TURNED), stepOf(3, TURNED, WRONG)];

test("what turned wrong into right, the first time on its problem marked; steps are read once", () => {
  const book = new MomentBook();
  expect(book.take(STEPS.slice(0, 1))).toEqual([]);
  const found = book.take(STEPS);
  expect(found.map(({ step, group, sample, wrongAt }) => [step, group, sample, wrongAt])).toEqual([
    [2, 2, 1, 1],
    [3, 2, 0, null],
  ]);
  expect(found[0]).toMatchObject({
    rejected: "1 + 2 = 3 , 3 + 2 = 5",
    answer: "2 * 2 * 1",
    length: TURNED.split(" ").length,
  });
  expect(found[0]!.words).toContain("wait");
  expect(book.take(STEPS)).toHaveLength(2);
});

test("looking for a step, a length, a word, a text, first times", () => {
  const moments = new MomentBook().take(STEPS);
  const steps = (filter: Partial<typeof ANY_MOMENT>): number[] =>
    fittingMoments(moments, { ...ANY_MOMENT, ...filter }).map(({ step }) => step);
  expect(steps({})).toEqual([2, 3]);
  expect(steps({ step: 3 })).toEqual([3]);
  const { length } = moments[0]!;
  expect(steps({ least: length, most: length })).toEqual([2, 3]);
  expect(steps({ least: length + 1 })).toEqual([]);
  expect(steps({ most: length - 1 })).toEqual([]);
  expect(steps({ word: "wait" })).toEqual([2, 3]);
  expect(steps({ word: "mistake" })).toEqual([]);
  expect(steps({ text: " WAIT 2 " })).toEqual([2, 3]);
  expect(steps({ text: "nobody" })).toEqual([]);
  expect(steps({ firstTimes: true })).toEqual([2]);
  expect(wordsOfMoments(moments)).toContain("wait");
});

test("a completion by its place, and a wrong one of a problem", () => {
  expect(completionAt(STEPS, { step: 2, group: 2, sample: 1 })?.rollout.text).toBe(TURNED);
  expect(completionAt(STEPS, { step: 2, group: 1, sample: 1 })).toBeNull();
  expect(completionAt(STEPS, { step: 9, group: 2, sample: 1 })).toBeNull();
  expect(wrongCompletion(STEPS, 3, PROBLEM)?.rollout.sample).toBe(1);
  expect(wrongCompletion(STEPS, 2, PROBLEM)).toBeNull();
  const kinds = spansOf(completionAt(STEPS, { step: 2, group: 2, sample: 1 })!).map(({ kind }) => kind);
  expect(kinds).toContain("rejected");
  expect(kinds).toContain("correction");
});
