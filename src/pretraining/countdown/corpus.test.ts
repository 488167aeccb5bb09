import { describe, expect, test } from "vitest";
import { RandomStream, randomKey } from "../../random.ts";
import { createCountdown } from "../../tasks/countdown/countdown.ts";
import { describeCountdownCorpus } from "./describe-corpus.ts";

const { corpus } = createCountdown();

test("the control never tries a second time", () => {
  const random = new RandomStream(randomKey(2));
  const tries = Array.from({ length: 500 }, () => corpus.document("no-retries", random).facts.tries);
  expect(Math.max(...tries)).toBe(1);
});

describe("describeCountdownCorpus", () => {
  const rows = describeCountdownCorpus(corpus, "no-retries", 500, 3);

  test("is the same for the same seed", () => {
    expect(describeCountdownCorpus(corpus, "no-retries", 500, 3)).toEqual(rows);
  });

  test("states no retries and no remarks for the control", () => {
    expect(rows).toContainEqual({ label: "mean tries where it thinks", value: "1.00" });
    expect(rows).toContainEqual({ label: "documents that reject a try and try again", value: "0.0 %" });
    expect(rows).toContainEqual({ label: "documents with a remark (wait, hmm, but)", value: "0.0 %" });
    expect(rows.map(({ label }) => label)).not.toContain("long: share, right answers");
  });
});

test("documents of a fixed key", () => {
  const random = new RandomStream(randomKey(1));
  expect(
    Array.from({ length: 3 }, () => corpus.document("default", random)).map(
      ({ problem, completion }) => `${problem.compactQuestion} : ${completion}`,
    ),
  ).toMatchInlineSnapshot(`
    [
      "5 4 10 make 11 : <think> 10 + 4 = 14 , 14 - 5 = 9 no </think> <answer> ( 10 + 4 ) - 5 </answer>",
      "4 8 4 make 16 : <think> 4 * 4 = 16 , 16 + 8 = 24 yes </think> <answer> ( 4 * 4 ) + 8 </answer>",
      "7 9 6 make 12 : <think> 6 + 9 = 15 , 15 + 7 = 22 no </think> <answer> ( 6 + 9 ) + 7 </answer>",
    ]
  `);
});
