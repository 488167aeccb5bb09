import { expect, test } from "vitest";
import { askedNumbers, workedAnswer } from "./worked-answer.ts";

test("reads what is asked", () => {
  expect(askedNumbers("<bos> 11 3 3 make 24 :")).toEqual({ numbers: [11, 3, 3], target: 24 });
  expect(askedNumbers("What is 2 + 2?")).toBeNull();
});

test.each([
  ["( 11 - 3 ) * 3", { value: 24, makesTarget: true, usesNumbers: true }],
  ["11 + 3 * 3", { value: 20, makesTarget: false, usesNumbers: true }],
  ["3 * ( 11 - 3 ) * 1", { value: 24, makesTarget: true, usesNumbers: false }],
  ["11 +", null],
])("%s", (answer, checked) => {
  expect(workedAnswer(answer, { numbers: [11, 3, 3], target: 24 })).toEqual(checked);
});
