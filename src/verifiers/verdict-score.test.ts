import { expect, test } from "vitest";
import type { Verdict } from "../records/verdict.ts";
import { readVerdict } from "./read-verdict.ts";
import { countReasons, countUnverifiable, groupScores, meanScore } from "./verdict-score.ts";

const right: Verdict = { kind: "right" };
const wrong: Verdict = { kind: "wrong", reason: "13" };
const part: Verdict = { kind: "partly", score: 0.25 };
const unknown: Verdict = { kind: "unverifiable", reason: "late" };

test("the mean counts parts, and leaves out what could not be judged", () => {
  expect(meanScore([right, wrong, part, unknown])).toBeCloseTo(1.25 / 3, 12);
  expect(meanScore([unknown, unknown])).toBeNull();
  expect(groupScores([[right, unknown], [unknown], [part, wrong]])).toEqual([1, 0.125]);
});

test("reasons come by how often they are given, bounded in number and length", () => {
  expect(countReasons(["b", "a", "c", "c"])).toEqual([
    { reason: "c", count: 2 },
    { reason: "a", count: 1 },
    { reason: "b", count: 1 },
  ]);
  expect(countReasons(Array.from({ length: 50 }, (_, i) => `reason ${i}`))).toHaveLength(10);
  expect(countReasons(["x".repeat(1000)])[0]!.reason).toHaveLength(300);
  expect(countUnverifiable([right, unknown, unknown])).toEqual({ count: 2, reasons: [{ reason: "late", count: 2 }] });
});

test.each<[unknown, Verdict]>([
  [true, right],
  [false, { kind: "wrong", reason: "not what the task asks for" }],
  [
    { kind: "partly", score: 0.25, reason: "one of four" },
    { kind: "partly", score: 0.25, reason: "one of four" },
  ],
  [{ kind: "partly", score: 1 }, right],
  [
    { kind: "partly", score: 0, reason: "none" },
    { kind: "wrong", reason: "none" },
  ],
  [
    { kind: "partly", score: Number.NaN },
    { kind: "unverifiable", reason: "the verifier of t gave the score NaN instead of one from 0 to 1" },
  ],
  [
    { kind: "partly", score: 1.5 },
    { kind: "unverifiable", reason: "the verifier of t gave the score 1.5 instead of one from 0 to 1" },
  ],
  [
    { kind: "partly" },
    { kind: "unverifiable", reason: "the verifier of t gave the score undefined instead of one from 0 to 1" },
  ],
  [0.5, { kind: "partly", score: 0.5 }],
  [null, { kind: "unverifiable", reason: "the verifier of t gave null instead of a verdict" }],
])("%j is read as %j", (value, verdict) => {
  expect(readVerdict("t", value)).toEqual(verdict);
});
