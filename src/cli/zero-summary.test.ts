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

Greedy, 64.0 % are right and not 82.1 %: who takes the likeliest token each time comes back to the same try after a failed one, until the cut. Ask this model at the temperature that it was trained at.

A problem that the base got wrong and the trained model gets right:
  Make 10 from 3, 4 and 2.
Before (answer 3 + 4):
  <think> 3 + 4 = 7 </think> <answer> 3 + 4 </answer>
After (answer 3 * 2 + 4):
  <think> 3 + 4 = 7 no , 3 * 2 = 6 , 6 + 4 = 10 yes </think> <answer> 3 * 2 + 4 </answer>

The run is kept in runs/first. The trained model is in runs/first/final.
Next:
  aha dashboard runs/first                          its figures and every completion, in a browser
  aha report runs/first --out report.html           the same in one file, to send
  aha chat runs/first                               ask the trained model
  aha serve runs/first                              answer other programs, as OpenAI's API does
  aha export runs/first --to ollama --out my-model  take it away: hf, gguf, ollama, adapter`);
});

test("few problems: how much is within chance, and what helps", () => {
  const few = (problems: number): string => {
    const [before, after] = [BEFORE, AFTER].map((result) => ({ ...result, problems }));
    return zeroSummaryText({ ...SUMMARY, before: before!, after: after! });
  };
  // 2 * hypot(2.1, 1.9)
  expect(few(16)).toContain("Measured on 16 problems only: a change below 6 points is within chance.");
  expect(few(1)).toContain("Measured on 1 problem only");
  expect(few(100)).not.toContain("only");
});

test("commands can be pasted, whatever the folder is called", () => {
  expect(zeroSummaryText({ ...SUMMARY, run: "my runs/1" })).toContain("\n  aha chat 'my runs/1' ");
  expect(zeroSummaryText({ ...SUMMARY, run: "my runs/1", after: null, interrupted: true })).toContain(
    "Go on with: aha resume 'my runs/1'",
  );
});

const STOPPED = { ...SUMMARY, after: null, interrupted: true, example: null } as const;

test("a stopped run says how to go on, and nothing of an end that was not measured", () => {
  expect(zeroSummaryText({ ...STOPPED, steps: 1 }))
    .toBe(`Interrupted after 1 step (3 min 40 s). The end was not measured: the run was stopped.

The run is kept in runs/first.
Go on with: aha resume runs/first`);
});

test("a stopped run gives the newest figures that there are", () => {
  const during = { name: "during", step: 10, result: { ...BEFORE, accuracy: 0.6, standardError: 0.03 } };
  const newest = { step: 13, trainingAccuracy: 0.625, during };
  expect(zeroSummaryText({ ...STOPPED, steps: 13, newest }))
    .toMatch(`Interrupted after 13 steps (3 min 40 s). The end was not measured: the run was stopped.
  right answers in training at step 13: 62.5 %
  right answers when last measured, at step 10: 60.0 % ± 3.0

`);
  expect(zeroSummaryText({ ...STOPPED, newest: { ...newest, trainingAccuracy: null } })).not.toMatch("in training");
  expect(zeroJson({ ...STOPPED, newest })).toMatchObject({
    interrupted: true,
    stopped: null,
    before: BEFORE,
    after: null,
    newest: { step: 13, trainingAccuracy: 0.625, during: { step: 10, accuracy: 0.6, problems: 403 } },
  });
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

test("warnings that hold at the end are named; greedy only where it is far behind", () => {
  const near = { ...SUMMARY, after: { ...AFTER, greedyAccuracy: AFTER.accuracy - 0.09 } };
  const text = zeroSummaryText(near, ["Only 3.0 % of the groups\u001b[2J have rewards that differ."]);
  expect(text).toContain("\n\nWarning: Only 3.0 % of the groups\\u001b[2J have rewards that differ.\n\n");
  expect(text).not.toContain("Greedy,");
  expect(zeroSummaryText({ ...near, after: { ...AFTER, greedyAccuracy: null } })).not.toContain("Greedy,");
  const warnings = [{ kind: "no-signal", step: 7, chart: "signalShare", message: "m" }] as const;
  expect(zeroJson({ ...SUMMARY, warnings })).toMatchObject({
    warnings: [{ kind: "no-signal", step: 7, message: "m" }],
  });
});

test("the JSON has the documented fields and no others", () => {
  expect(zeroJson(SUMMARY)).toEqual({
    run: "runs/first",
    steps: 86,
    seconds: 220,
    interrupted: false,
    stopped: null,
    before: BEFORE,
    after: AFTER,
    newest: null,
    peakMegabytes: 976,
    plannedMegabytes: 1010,
    warnings: [],
  });
  expect(zeroJson({ ...SUMMARY, before: { ...BEFORE, extra: 1 } as typeof BEFORE })).toEqual({
    run: "runs/first",
    steps: 86,
    seconds: 220,
    interrupted: false,
    stopped: null,
    before: BEFORE,
    after: AFTER,
    newest: null,
    peakMegabytes: 976,
    plannedMegabytes: 1010,
    warnings: [],
  });
});
