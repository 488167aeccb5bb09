import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCountdown } from "../tasks/countdown/countdown.ts";
import type { Attempt } from "../records/attempt.ts";
import { completionSpans, type SpanFacts, type SpannedCompletion } from "./completion-spans.ts";
import { attemptFinder } from "./judged-attempts.ts";

const countdown = createCountdown(3);

const completion = (text: string, changes: Partial<SpannedCompletion> = {}): SpannedCompletion => ({
  text,
  prompt: "",
  problemId: "p",
  stop: "end",
  verdict: { kind: "right" },
  ...changes,
});

/** Each span with what it covers. */
function shown(text: string, facts: SpanFacts, changes: Partial<SpannedCompletion> = {}): string[] {
  return completionSpans(completion(text, changes), facts).map(
    ({ from, to, kind }) => `${kind}: ${text.slice(from, to)}`,
  );
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

  test("no correction where the last try was left open, or the completion was cut or ended wrong", () => {
    const open = "<think> 4 * 2 = 8 no 13 - 7 = 6 </think> <answer> 1 </answer>";
    expect(shown(open, countdown)).toEqual(["rejected: 4 * 2 = 8", "answer: 1"]);
    const accepted = "<think> 4 * 2 = 8 no 13 - 7 = 6 yes";
    for (const changes of [{ stop: "length" }, { verdict: { kind: "wrong", reason: "6" } }] as const)
      expect(shown(`${accepted} </think>`, countdown, changes)).toEqual(["rejected: 4 * 2 = 8"]);
  });

  test("what it judges wrongly has marks of its own, by the problem that it is about", () => {
    const facts: SpanFacts = { attempts: attemptFinder(countdown)! };
    const problemId = "countdown:2,7,9=25";
    const solved = "2 * 9 = 18 , 18 + 7 = 25";
    const text = `<think> ${solved} no 1 + 1 = 2 yes </think> <answer> 2 </answer>`;
    expect(shown(text, facts, { problemId })).toEqual([
      `false-rejection: ${solved}`,
      "false-acceptance: 1 + 1 = 2",
      "answer: 2",
    ]);
    // A right try is a correction even where the answer is another one.
    expect(
      shown(`<think> 1 + 1 = 2 no ${solved} yes </think>`, facts, {
        problemId,
        verdict: { kind: "wrong", reason: "no answer" },
      }),
    ).toEqual(["rejected: 1 + 1 = 2", `correction: ${solved}`]);
  });

  test("begins inside the thinking where the prompt opens it", () => {
    const text = "t = 1 no t = 2 yes </think> <answer> t </answer>";
    expect(shown(text, countdown, { prompt: "Q <think>" })).toEqual([
      "rejected: t = 1",
      "correction: t = 2",
      "answer: t",
    ]);
    // The letters of the tags are no candidates.
    expect(shown("<think> t = 1 no t = 2 yes </think> <answer> a </answer>", countdown)).toEqual([
      "rejected: t = 1",
      "correction: t = 2",
      "answer: a",
    ]);
  });

  test("without a place told, by search in order", () => {
    const facts = withAttempts([
      { text: "a b", outcome: "rejected" },
      { text: "nowhere", outcome: "rejected" },
      { text: "a b c", outcome: "accepted" },
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
      for (const { from, to } of completionSpans(completion(text, { prompt }), countdown)) {
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
  expect(completionSpans(completion(text), countdown)).toHaveLength(120_000);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(2);
});
