import { expect, test } from "vitest";
import type { Verdict } from "../records/verdict.ts";
import type { Attempt } from "../records/attempt.ts";
import { measureEmergence } from "./measure-emergence.ts";

type Looked = Parameters<typeof measureEmergence>[0][number];

const right: Verdict = { kind: "right" };
const wrong: Verdict = { kind: "wrong", reason: "13" };
const unverifiable: Verdict = { kind: "unverifiable", reason: "timed out" };
const corrected: readonly Attempt[] = [
  { text: "a", outcome: "rejected" },
  { text: "b", outcome: "accepted" },
];
/** A sample of so many tokens of a problem of this difficulty. */
const sample = ({
  tokens = 10,
  difficulty = 0.5,
  ...changes
}: Partial<Omit<Looked, "tokens" | "problem">> & {
  readonly tokens?: number;
  readonly difficulty?: number;
}): Looked => ({
  text: "",
  tokens: Array.from({ length: tokens }, () => 1),
  stop: "end",
  verdict: right,
  attempts: [],
  problem: { difficulty },
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
      stop: "length",
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
    // The truncated one corrected nothing.
    selfCorrectionShare: 0.5,
    // sqrt(1/2 x 1/2 / 4)
    selfCorrectionError: 0.25,
    selfCorrectionRight: 0.5,
    // sqrt(1/2 x 1/2 / 2)
    selfCorrectionRightError: expect.closeTo(0.3535534, 7) as unknown,
    falseRejectionRate: null,
    falseAcceptanceRate: null,
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
  expect(measureEmergence([sample({ verdict: unverifiable, attempts: undefined })])).toEqual({
    meanLength: 10,
    rightLength: null,
    wrongLength: null,
    truncatedLength: null,
    selfCorrectionShare: null,
    selfCorrectionError: null,
    selfCorrectionRight: null,
    selfCorrectionRightError: null,
    falseRejectionRate: null,
    falseAcceptanceRate: null,
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

test("how often it is wrong about its own tries, where they can be judged", () => {
  const tries = (outcome: Attempt["outcome"], right: boolean, count: number): Attempt[] =>
    Array.from({ length: count }, () => ({ text: "a", outcome, right }));
  const attempts = [
    ...tries("rejected", true, 1),
    ...tries("accepted", true, 3),
    ...tries("accepted", false, 2),
    ...tries("rejected", false, 8),
    ...tries("open", true, 5),
  ];
  expect(measureEmergence([sample({ attempts }), sample({ attempts: corrected })])).toMatchObject({
    falseRejectionRate: 0.25,
    falseAcceptanceRate: 0.2,
  });
});
