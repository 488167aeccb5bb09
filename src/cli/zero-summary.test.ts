import { expect, test } from "vitest";
import { AFTER, BEFORE, SUMMARY } from "../../test/cli/fake-results.ts";
import { verdictSentence, zeroJson, zeroSummaryText } from "./zero-summary.ts";

test("the summary says what happened, where it is, and shows an example", () => {
  expect(zeroSummaryText(SUMMARY))
    .toBe(`Trained for 86 steps (3 min 40 s). The share of right answers rose from 24.1 % ± 2.1 to 82.1 % ± 1.9.

                         before        after
  right answers          24.1 % ± 2.1  82.1 % ± 1.9
  right answers, greedy  50.2 %        64.0 %
  mean length            33.2 tokens   97.4 tokens
  corrects itself        34.0 %        77.0 %
  cut at the limit       0.2 %         9.0 %
  (on 403 problems that it was not trained on, 4 samples each)

A problem that the base got wrong and the trained model gets right:
  Make 10 from 3, 4 and 2.
Before (answer 3 + 4):
  <think> 3 + 4 = 7 </think> <answer> 3 + 4 </answer>
After (answer 3 * 2 + 4):
  <think> 3 + 4 = 7 no , 3 * 2 = 6 , 6 + 4 = 10 yes </think> <answer> 3 * 2 + 4 </answer>

The run is kept in runs/first. The trained model is in runs/first/final.
Look inside with: aha show runs/first`);
});

test("an interrupted run says how to go on", () => {
  const text = zeroSummaryText({ ...SUMMARY, steps: 1, interrupted: true, example: null });
  expect(text).toMatch(/^Interrupted after 1 step \(3 min 40 s\)\./);
  expect(text).toMatch(/The run is kept in runs\/first\.\nGo on with: aha resume runs\/first$/);
});

test("text of the model can't steer the terminal", () => {
  const text = zeroSummaryText({
    ...SUMMARY,
    example: { question: "q", beforeText: "\u001b[2J", beforeAnswer: "a\nb", afterText: "\u0007", afterAnswer: null },
  });
  expect(text).toContain("Before (answer a\\nb):\n  \\u001b[2J\nAfter (no answer):\n  \\u0007");
});

test("a change within two standard errors is not called one", () => {
  const at = (accuracy: number): typeof BEFORE => ({ ...BEFORE, accuracy, standardError: 0.02 });
  // sqrt(0.02^2 + 0.02^2) = 0.0283; twice that is 0.0566.
  expect(verdictSentence(at(0.3), at(0.35))).toBe(
    "The share of right answers went from 30.0 % ± 2.0 to 35.0 % ± 2.0: no change beyond what chance allows.",
  );
  expect(verdictSentence(at(0.3), at(0.36))).toMatch(/rose from/);
  expect(verdictSentence(at(0.36), at(0.3))).toMatch(/fell from/);
});

test("the JSON has the documented fields and no others", () => {
  expect(zeroJson(SUMMARY)).toEqual({
    run: "runs/first",
    steps: 86,
    seconds: 220,
    before: BEFORE,
    after: AFTER,
    peakMegabytes: 976,
    plannedMegabytes: 1010,
  });
  expect(zeroJson({ ...SUMMARY, before: { ...BEFORE, extra: 1 } as typeof BEFORE })).toEqual({
    run: "runs/first",
    steps: 86,
    seconds: 220,
    before: BEFORE,
    after: AFTER,
    peakMegabytes: 976,
    plannedMegabytes: 1010,
  });
});
