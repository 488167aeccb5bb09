import { describe, expect, test } from "vitest";
import { RandomStream, randomKey } from "../../random.ts";
import { createCountdownCorpus } from "../corpora.ts";
import { describeCountdownCorpus } from "./describe-corpus.ts";

const corpus = createCountdownCorpus();

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

test("contexts show up to three examples in the form and of the kind of the question", () => {
  const random = new RandomStream(randomKey(2));
  const drawn = Array.from({ length: 400 }, () => corpus.document("contexts", random));
  const shots = drawn.map(({ prompt }) => prompt!.split("<eos>").length - 1);
  expect(new Set(shots)).toEqual(new Set([0, 1, 2, 3]));
  for (const { prompt, facts } of drawn) {
    const examples = prompt!.split(" <eos> ").slice(0, -1);
    for (const example of examples) expect(example.includes("<think>")).toBe(facts.kind !== "direct");
    const verbs = prompt!.split(" <eos> ").map((part) => / = \d+ :/.test(part.split(/<think>|<answer>/)[0]!));
    expect(new Set(verbs).size).toBe(1);
  }
  expect(corpus.lossOnPrompts("contexts")).toBe(true);
  expect(corpus.lossOnPrompts("default")).toBe(false);
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
  const behind = new RandomStream(randomKey(1));
  expect(
    Array.from({ length: 3 }, () => corpus.document("contexts", behind)).map(
      ({ prompt, completion }) => `${prompt} | ${completion}`,
    ),
  ).toMatchInlineSnapshot(`
    [
      "<bos> 4 , 1 , 12 make 44 : <think> 12 - 1 = 11 , 4 * 11 = 44 yes </think> <answer> 4 * ( 12 - 1 ) </answer> <eos> <bos> 4 , 8 , 4 make 16 : | <think> 4 - 4 = 0 , 8 - 0 = 8 no </think> <answer> 8 - ( 4 - 4 ) </answer>",
      "<bos> 3 7 6 make 25 : <think> 3 + 7 = 10 , 10 + 6 = 16 no but 3 * 7 = 21 , 6 + 21 = 27 no 7 + 6 = 13 , 13 - 3 = 10 no wait 6 + 3 = 9 , 7 + 9 = 16 no but 3 * 6 = 18 , 7 + 18 = 25 yes </think> <answer> 7 + ( 3 * 6 ) </answer> <eos> <bos> 2 6 11 make 16 : <think> 2 + 6 = 8 , 8 + 11 = 19 no 2 + 11 = 13 , 6 + 13 = 19 no hmm 2 + 6 = 8 , 11 - 8 = 3 no but 11 - 2 = 9 , 6 + 9 = 15 no 2 + 11 = 13 , 13 - 6 = 7 no hmm 6 + 11 = 17 , 17 + 2 = 19 no 11 - 2 = 9 , 9 - 6 = 3 no but 11 - 6 = 5 , 5 * 2 = 10 no hmm 11 + 6 = 17 , 2 * 17 = 34 no but 11 - 6 = 5 , 5 + 2 = 7 no 2 * 6 = 12 , 12 + 11 = 23 no 6 - 2 = 4 , 11 - 4 = 7 no 2 * 11 = 22 , 22 - 6 = 16 yes </think> <answer> ( 2 * 11 ) - 6 </answer> <eos> <bos> 9 9 2 make 9 : <think> 9 - 9 = 0 , 0 + 2 = 2 no 9 + 9 = 18 , 18 + 2 = 20 no 2 + 9 = 11 , 9 + 11 = 20 no wait 9 - 2 = 7 , 7 + 9 = 16 no 9 * 2 = 18 , 18 - 9 = 9 yes </think> <answer> ( 9 * 2 ) - 9 </answer> <eos> <bos> 7 2 1 make 7 : | <think> 2 + 7 = 9 , 1 * 9 = 9 no 2 + 1 = 3 , 7 + 3 = 10 no 2 + 1 = 3 , 7 - 3 = 4 no 7 * 2 = 14 , 14 - 1 = 13 no 7 - 2 = 5 , 5 - 1 = 4 no 7 + 2 = 9 , 9 + 1 = 10 no 1 + 7 = 8 , 8 + 2 = 10 no wait 2 - 1 = 1 , 7 - 1 = 6 no 1 * 7 = 7 , 7 - 2 = 5 no 7 + 1 = 8 , 8 * 2 = 16 no </think> <answer> ( 7 + 1 ) * 2 </answer>",
      "<bos> make 41 4 10 1 : | <think> 4 - 1 = 3 , 3 * 10 = 30 no wait 4 * 10 = 40 , 1 * 40 = 40 no 4 + 1 = 5 , 5 * 10 = 50 no </think> <answer> ( 4 + 1 ) * 10 </answer>",
    ]
  `);
});
