import { expect, test } from "vitest";
import { EVALUATION, stepMetrics } from "../../test/contracts/run-samples.ts";
import { evaluationOfRow, stepOfRow } from "./older-rows.ts";

test("a step of an older run had the bare count of what could not be scored", () => {
  expect(stepOfRow({ ...stepMetrics(1), unverifiable: 3 }).unverifiable).toEqual({ count: 3, reasons: [] });
  expect(stepOfRow(stepMetrics(1))).toEqual(stepMetrics(1));
});

test("an evaluation of an older run called all of its samples judged, and its first samples `firsts`", () => {
  const { judged: _judged, unverifiable: _unverifiable, ...older } = EVALUATION;
  const firsts = [{ question: "Q", text: "t", answer: "1", right: true }];
  expect(evaluationOfRow({ ...older, firsts })).toEqual({
    ...EVALUATION,
    judged: EVALUATION.problems * EVALUATION.samples,
    firstSamples: [{ question: "Q", text: "t", answer: "1", score: 1 }],
  });
  expect(evaluationOfRow(EVALUATION)).toEqual(EVALUATION);
});
