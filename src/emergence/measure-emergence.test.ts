import { expect, test } from "vitest";
import type { Attempt, Verdict } from "../tasks/task.ts";
import { measureEmergence, type EmergenceSample } from "./measure-emergence.ts";

const right: Verdict = { kind: "right" };
const wrong: Verdict = { kind: "wrong", reason: "13" };
const unverifiable: Verdict = { kind: "unverifiable", reason: "timed out" };
const corrected: readonly Attempt[] = [
  { text: "a", outcome: "rejected" },
  { text: "b", outcome: "accepted" },
];
const sample = (changes: Partial<EmergenceSample>): EmergenceSample => ({
  text: "",
  tokens: 10,
  status: "finished",
  verdict: right,
  attempts: [],
  difficulty: 0.5,
  ...changes,
});

test("worked by hand", () => {
  const samples = [
    sample({ text: "wait hmm no", tokens: 40, attempts: corrected, difficulty: 0.9 }),
    sample({ text: "hmm but hmm", tokens: 20, verdict: wrong, attempts: corrected, difficulty: 0.9 }),
    sample({ text: "3 + 4", tokens: 10, attempts: [{ text: "a", outcome: "accepted" }], difficulty: 0.1 }),
    sample({
      text: "check check",
      tokens: 130,
      status: "truncated",
      verdict: wrong,
      attempts: corrected,
      difficulty: 0.1,
    }),
  ];
  expect(measureEmergence(samples, { taskReflectiveWords: ["hmm"] })).toEqual({
    meanLength: 50,
    rightLength: 25,
    // The truncated one, wrong too, is left out.
    wrongLength: 20,
    truncatedLength: 130,
    selfCorrectionShare: 0.75,
    // sqrt(3/4 x 1/4 / 4)
    selfCorrectionError: expect.closeTo(0.2165064, 7) as unknown,
    selfCorrectionRight: expect.closeTo(1 / 3, 12) as unknown,
    // sqrt(1/3 x 2/3 / 3)
    selfCorrectionRightError: expect.closeTo(0.2721655, 7) as unknown,
    // 4 words in 200 tokens; 3 "hmm".
    paperReflectionRate: 20,
    taskReflectionRate: 15,
    meanAttempts: 1.75,
    lengthByDifficulty: [70, null, null, null, 30],
    // dx -10 -30 -40 80, dy .4 .4 -.4 -.4: -32 / sqrt(9000 x .64)
    effortCorrelation: expect.closeTo(-0.421637, 7) as unknown,
  });
});

test("a mean over nothing is null", () => {
  expect(measureEmergence([sample({ verdict: unverifiable, attempts: null })])).toEqual({
    meanLength: 10,
    rightLength: null,
    wrongLength: null,
    truncatedLength: null,
    selfCorrectionShare: null,
    selfCorrectionError: null,
    selfCorrectionRight: null,
    selfCorrectionRightError: null,
    paperReflectionRate: 0,
    taskReflectionRate: 0,
    meanAttempts: null,
    lengthByDifficulty: [null, null, 10, null, null],
    effortCorrelation: null,
  });
});

test("what could not be verified doesn't count among the corrections that end right", () => {
  const metrics = measureEmergence([
    sample({ attempts: corrected }),
    sample({ attempts: corrected, verdict: unverifiable }),
  ]);
  expect(metrics).toMatchObject({ selfCorrectionShare: 1, selfCorrectionError: 0, selfCorrectionRight: 1 });
});

test("no completions are an error", () => {
  expect(() => measureEmergence([])).toThrow("Expected at least one completion to measure, got none.");
});
