import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCountdown } from "../tasks/countdown/countdown.ts";
import type { Attempt } from "../tasks/task.ts";
import { completionSpans, type SpanFacts } from "./completion-spans.ts";

const countdown = createCountdown(3);

/** Each span with what it covers. */
function shown(text: string, facts: SpanFacts, prompt?: string): string[] {
  return completionSpans(text, facts, prompt).map(({ from, to, kind }) => `${kind}: ${text.slice(from, to)}`);
}

const withAttempts = (attempts: readonly Attempt[], reflectiveWords: readonly string[] = []): SpanFacts => ({
  attempts: () => attempts,
  reflectiveWords,
});

describe("of a completion", () => {
  test("rejected candidates, the correction, remarks and the answer", () => {
    const text =
      "<think> 2 + 7 = 9 , 9 + 9 = 18 no wait 2 + 9 = 11 , 11 + 7 = 18 no hmm 2 * 9 = 18 , 18 + 7 = 25 yes </think> <answer> 2 * 9 + 7 </answer>";
    expect(shown(text, countdown)).toEqual([
      "rejected: 2 + 7 = 9 , 9 + 9 = 18",
      "reflection: wait",
      "rejected: 2 + 9 = 11 , 11 + 7 = 18",
      "reflection: hmm",
      "correction: 2 * 9 = 18 , 18 + 7 = 25",
      "answer: 2 * 9 + 7",
    ]);
  });

  test("a candidate that is accepted at once is no correction, nor is the rejected one said again", () => {
    expect(shown("<think> 2 + 7 = 9 yes </think> <answer> 2 + 7 </answer>", countdown)).toEqual(["answer: 2 + 7"]);
    expect(shown("<think> 2 + 7 = 9 no 2 + 7 = 9 yes </think>", countdown)).toEqual(["rejected: 2 + 7 = 9"]);
  });

  test("begins inside the thinking where the prompt opens it", () => {
    const text = "t = 1 no t = 2 </think> <answer> t </answer>";
    expect(shown(text, countdown, "Q <think>")).toEqual(["rejected: t = 1", "correction: t = 2", "answer: t"]);
    // The letters of the tags are no candidates.
    expect(shown("<think> t = 1 no t = 2 </think> <answer> a </answer>", countdown)).toEqual([
      "rejected: t = 1",
      "correction: t = 2",
      "answer: a",
    ]);
  });

  test("without a place told, by search in order", () => {
    const facts = withAttempts([
      { text: "a b", outcome: "rejected" },
      { text: "nowhere", outcome: "rejected" },
      { text: "a b c", outcome: "open" },
    ]);
    expect(shown("<think> x a\n  b then a b c </think>", facts)).toEqual(["rejected: a\n  b", "correction: a b c"]);
  });

  test("a reflective word cuts a candidate", () => {
    const facts = withAttempts([{ text: "one but two wait", outcome: "rejected" }], ["two"]);
    expect(shown("<think> one but two wait </think>", facts)).toEqual([
      "rejected: one ",
      "reflection: but",
      "rejected:  ",
      "reflection: two",
      "rejected:  ",
      "reflection: wait",
    ]);
  });

  test("without a task that finds candidates, words and answer alone; two answers are none", () => {
    expect(shown("<think> 1 = 1 no wait 2 = 2 </think> <answer> check 3 </answer>", {})).toEqual([
      "reflection: wait",
      "answer: check 3",
    ]);
    expect(shown("<answer> 1 </answer> <answer> 2 </answer>", {})).toEqual([]);
    expect(shown("", countdown)).toEqual([]);
  });
});

test("spans are in order, without overlap, inside the text, and never empty", () => {
  const word = fc.constantFrom(
    "<think>",
    "</think>",
    "<answer>",
    "</answer>",
    "1 + 1 = 2",
    "2 * 3 = 6",
    "no",
    "yes",
    "wait",
    "hmm",
    ",",
    "\n",
    "é",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), fc.constantFrom("", "Q <think>"), (words, prompt) => {
      const text = words.join(" ");
      let last = 0;
      for (const { from, to } of completionSpans(text, countdown, prompt)) {
        expect(from).toBeGreaterThanOrEqual(last);
        expect(to).toBeGreaterThan(from);
        last = to;
      }
      expect(last).toBeLessThanOrEqual(text.length);
    }),
  );
});

test("a megabyte is looked through in two seconds of work", () => {
  const text = `<think> ${"1 + 1 = 2 no wait ".repeat(60_000)} </think>`;
  // The time of the processor, not of the clock: other work on the machine isn't ours.
  const before = process.cpuUsage();
  expect(completionSpans(text, countdown)).toHaveLength(120_000);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(2);
});
