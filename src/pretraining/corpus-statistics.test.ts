import { expect, test } from "vitest";
import { countSlips, meanText, slipsPerStep } from "./corpus-statistics.ts";
import type { Problem } from "../records/problem.ts";
import type { CorpusDocument } from "./task-corpus.ts";

const problem: Problem = { id: "p", split: "corpus", question: "?", compactQuestion: "?", difficulty: 0, data: null };
const documentOf = (completion: string): CorpusDocument => ({ problem, completion });

// 2 + 3 is 5, 4 * 5 is 20 and not 21, 9 - 9 is 0, and 6 - 1 is 5 and not 4.
const mixed = documentOf("<think> 2 + 3 = 5 , 4 * 5 = 21 no 9 - 9 = 0 , 6 - 1 = 4 yes </think> <answer> 4 </answer>");

test("slips are counted from what is written", () => {
  expect(countSlips(mixed)).toEqual({ steps: 4, slips: 2 });
  expect(countSlips(documentOf("<answer> 2 + 3 </answer>"))).toEqual({ steps: 0, slips: 0 });
});

test("slips per step go over all documents", () => {
  expect(slipsPerStep([mixed, documentOf("<think> 1 + 1 = 2 yes </think> <answer> 2 </answer>")])).toBe("40.0 %");
  expect(slipsPerStep([])).toBe("-");
});

test("a mean of nothing is a dash", () => {
  expect([meanText([1, 2, 2]), meanText([])]).toEqual(["1.67", "-"]);
});
